//! A person's desk: a screen, a session, a home folder, and the app that is started there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use anyhow::Context;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::App;
use crate::bus::Bus;
use crate::clipboard::{self, Copied};
use crate::display::Display;
use crate::driver::Driver;
use crate::files::app_program;
use crate::volume::Volume;
use crate::wait::PATIENCE;

/// Each app computes with all cores while it answers: more than two at once would only wait for each other.
static SEATS: Semaphore = Semaphore::const_new(2);

/// Variables of whoever runs the tests that would lead the app elsewhere.
const FORGOTTEN: [&str; 12] = [
    "WAYLAND_DISPLAY",
    "HEARTH_MODEL",
    "LC_ALL",
    "LC_MESSAGES",
    "LANGUAGE",
    "HF_ENDPOINT",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "OLLAMA_MODELS",
    "LLAMA_CACHE",
    "HTTP_PROXY",
];

/// Where one person uses the app. Each test has its own, so that tests can run side by side.
#[derive(Debug)]
pub struct Desk {
    display: Arc<Display>,
    bus: Bus,
    volume: Option<Volume>,
    environment: BTreeMap<&'static str, OsString>,
    folder: TempDir,
    _seat: SemaphorePermit<'static>,
}

impl Desk {
    /// A fresh one, on which the app was never started.
    pub async fn new() -> anyhow::Result<Self> {
        let seat = SEATS.acquire().await?;
        let folder = tempfile::Builder::new().prefix("hearth-desk-").tempdir()?;
        let display = Arc::new(Display::start().await?);
        let bus = Bus::start(folder.path()).await?;
        let mut desk = Self { display, bus, volume: None, environment: BTreeMap::new(), folder, _seat: seat };
        std::fs::create_dir(desk.home())?;
        desk.environment = desk.usual_environment();
        Ok(desk)
    }

    /// Like [`Desk::new`], but the app's home folder is on a disk of its own of `size_kib`.
    pub async fn with_small_disk(size_kib: u32) -> anyhow::Result<Self> {
        let mut desk = Self::new().await?;
        desk.volume = Some(Volume::mount(&desk.home(), size_kib)?);
        Ok(desk)
    }

    /// The folder with everything the app writes.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A folder for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The disk that the home folder is on, if it has its own.
    pub fn volume(&self) -> anyhow::Result<&Volume> {
        self.volume.as_ref().context("this desk's home has no disk of its own")
    }

    /// Sets an environment variable for the app.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.insert(name, value.into());
    }

    /// Takes an environment variable from the app.
    pub fn unset(&mut self, name: &'static str) {
        self.environment.remove(name);
    }

    /// Starts the app and waits for its window.
    pub async fn start(&self) -> anyhow::Result<App> {
        self.start_with(&[]).await
    }

    /// Like [`Desk::start`], with arguments.
    pub async fn start_with(&self, arguments: &[&str]) -> anyhow::Result<App> {
        let program = app_program()?;
        App::open(self.driver().await?, program, arguments, Arc::clone(&self.display), self.output()).await
    }

    /// A driver by which any program with a webview can be started here.
    pub async fn driver(&self) -> anyhow::Result<Driver> {
        let mut command = self.command(Driver::PROGRAM);
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        Driver::start(command, &self.output()).await
    }

    /// Where everything goes that the app prints.
    fn output(&self) -> PathBuf {
        self.folder.path().join("printed.txt")
    }

    /// Starts the app without looking at its window, and waits until it ends by itself.
    pub async fn start_and_wait(&self) -> anyhow::Result<ExitStatus> {
        self.start_with_and_wait(&[]).await
    }

    /// Like [`Desk::start_and_wait`], with arguments.
    pub async fn start_with_and_wait(&self, arguments: &[&str]) -> anyhow::Result<ExitStatus> {
        let program = app_program()?;
        let program = program.to_str().context("the app's path is no UTF-8")?;
        let mut child = self.command(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
        Ok(ended.context("the app does not end by itself")??)
    }

    /// What a person would paste now.
    pub fn clipboard(&self) -> anyhow::Result<Option<String>> {
        clipboard::paste(self.display.name())
    }

    /// Copies `text` in another program, which is there as long as the result.
    pub fn copy_elsewhere(&self, text: String) -> anyhow::Result<Copied> {
        Copied::new(self.display.name(), text)
    }

    /// For starting any program here.
    pub fn command(&self, program: &str) -> Command {
        let mut words: Vec<String> = self.volume.as_ref().map(Volume::entering).unwrap_or_default();
        // It ends with the test, also when the test itself is killed.
        words.extend(["setpriv", "--pdeathsig", "KILL", "--", program].map(str::to_owned));
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        for forgotten in FORGOTTEN {
            command.env_remove(forgotten);
        }
        command.envs(&self.environment);
        command
    }

    fn usual_environment(&self) -> BTreeMap<&'static str, OsString> {
        let folder = self.folder.path();
        BTreeMap::from([
            ("HEARTH_HOME", self.home().into_os_string()),
            ("DISPLAY", self.display.name().into()),
            ("GDK_BACKEND", "x11".into()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus.address().into()),
            ("LANG", "C.UTF-8".into()),
            // Models that other programs keep for whoever runs the tests are not this desk's.
            ("HOME", folder.as_os_str().into()),
            // The webview is asked itself; the toolkit's bridge to screen readers would only start more processes.
            ("NO_AT_BRIDGE", "1".into()),
            ("XDG_DATA_HOME", folder.join("data").into_os_string()),
            ("XDG_CONFIG_HOME", folder.join("config").into_os_string()),
            ("XDG_CACHE_HOME", folder.join("cache").into_os_string()),
        ])
    }
}
