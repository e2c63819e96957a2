//! A running app and its window.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use fantoccini::Client;
use serde_json::Value as Json;

use crate::control::Control;
use crate::display::{Cover, Display, Place};
use crate::driver::Driver;
use crate::files::pictures_folder;
use crate::keyboard;
use crate::picture::Picture;
use crate::process::Process;
use crate::role::{Name, Role};
use crate::wait::{ANSWER_PATIENCE, PATIENCE, until};

/// Patience of the toolkit that its window closes and everything is saved.
const CLOSING_PATIENCE: Duration = Duration::from_secs(10);

/// The app, from its start until it is closed, killed or dropped (which kills it).
#[derive(Debug)]
pub struct App {
    page: Arc<Page>,
    driver: Driver,
    process: Process,
    opened_in: Duration,
}

/// The page in the window.
#[derive(Debug)]
pub(crate) struct Page {
    client: Client,
    display: Arc<Display>,
    output: PathBuf,
}

/// Each call begins anew.
const WATCH_FRAMES: &str = "
    window.longestPause = 0;
    let before = performance.now();
    const look = (now) => {
        window.longestPause = Math.max(window.longestPause, now - before);
        before = now;
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
";

impl App {
    /// Has `driver` start `program`.
    pub(crate) async fn open(
        driver: Driver,
        program: PathBuf,
        arguments: &[&str],
        display: Arc<Display>,
        output: PathBuf,
    ) -> anyhow::Result<Self> {
        let start = Instant::now();
        let opened = driver.open(&program, arguments).await;
        let client = opened.with_context(|| failure(&display, &output))?;
        let process = until("the app's process", PATIENCE, async || {
            let children = driver.process().descendants();
            Ok(children.into_iter().find(|child| child.runs(&program)))
        })
        .await?;
        display.window_shown(process.pid(), PATIENCE).await?;
        let page = Arc::new(Page { client, display, output });
        Ok(Self { page, driver, process, opened_in: start.elapsed() })
    }

    /// From the start of the process until its window was there.
    pub fn opened_in(&self) -> Duration {
        self.opened_in
    }

    /// Waits for something with that role and name in the window.
    pub async fn find<'name>(&self, role: Role, name: impl Into<Name<'name>>) -> anyhow::Result<Control> {
        let name = name.into();
        self.wait_for(&format!("a {role:?} {name}"), async || Ok(self.all(role, name).await?.into_iter().next())).await
    }

    /// Waits until nothing with that role and name is in the window.
    pub async fn gone<'name>(&self, role: Role, name: impl Into<Name<'name>>) -> anyhow::Result<()> {
        let name = name.into();
        self.wait_for(&format!("that no {role:?} {name} is shown"), async || {
            Ok(self.all(role, name).await?.is_empty().then_some(()))
        })
        .await
    }

    /// All with that role and name in the window, as it is now.
    pub async fn all<'name>(&self, role: Role, name: impl Into<Name<'name>>) -> anyhow::Result<Vec<Control>> {
        Control::all_in(&self.page, None, role, name.into()).await
    }

    /// All the text in the window, as a person sees it.
    pub async fn text(&self) -> anyhow::Result<String> {
        self.page.text().await
    }

    /// Waits until the window shows `text` somewhere.
    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        self.wait_for(&format!("\u{201c}{text}\u{201d}"), async || Ok(self.text().await?.contains(text).then_some(())))
            .await
    }

    /// Looks again and again until there is something. If it does not come, the error says what was on the screen.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        self.page.wait_for(what, PATIENCE, look).await
    }

    /// Like [`App::wait_for`], for what takes as long as a whole answer.
    pub async fn wait_long_for<T>(
        &self,
        what: &str,
        look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        self.page.wait_for(what, ANSWER_PATIENCE, look).await
    }

    /// Presses a key with the keys that are held meanwhile, e.g. `Enter`, `Shift+Enter`, `Control+n`.
    pub async fn press(&self, keys: &str) -> anyhow::Result<()> {
        keyboard::press(&self.page.client, keys).await
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        keyboard::type_text(&self.page.client, text).await
    }

    /// What a script in the page returns.
    pub async fn script(&self, script: &str, arguments: Vec<Json>) -> anyhow::Result<Json> {
        self.page.script(script, arguments).await
    }

    /// What a script in the page hands to the function that it gets as its last argument.
    pub async fn script_later(&self, script: &str, arguments: Vec<Json>) -> anyhow::Result<Json> {
        let result = self.page.client.execute_async(script, arguments).await;
        result.with_context(|| format!("a script cannot be run: {script}"))
    }

    /// Begins to measure for how long at a time the page cannot draw.
    pub async fn watch_frames(&self) -> anyhow::Result<()> {
        self.script(WATCH_FRAMES, Vec::new()).await.map(drop)
    }

    /// The longest time in which the page could not draw, since [`watch_frames`](Self::watch_frames), in milliseconds.
    pub async fn longest_pause(&self) -> anyhow::Result<f64> {
        let pause = self.script("return window.longestPause", Vec::new()).await?;
        pause.as_f64().context("nobody watches the page's frames")
    }

    /// What is in the window now, as the screen shows it.
    pub fn picture(&self) -> anyhow::Result<Picture> {
        self.page.display.window_picture(self.process.pid())
    }

    /// Where the window is.
    pub fn place(&self) -> anyhow::Result<Place> {
        self.page.display.place(self.process.pid())
    }

    /// Drags the window to another place and size.
    pub async fn put(&self, place: Place) -> anyhow::Result<()> {
        self.page.display.put(self.process.pid(), place)?;
        self.wait_for("the window in its new place", async || Ok((self.place()? == place).then_some(()))).await
    }

    /// Lays another program's window over everything.
    pub(crate) fn cover(&self) -> anyhow::Result<Cover<'_>> {
        self.page.display.cover()
    }

    /// Whether another start of the app brings this one's window to the front, once `start` has made it.
    pub async fn comes_to_front(&self, start: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        let cover = self.cover()?;
        self.wait_for("the other program's window in front", async || {
            Ok(cover.is_below(self.process.pid())?.eq(&false).then_some(()))
        })
        .await?;
        start.await?;
        self.wait_for("the app's window in front", async || Ok(cover.is_below(self.process.pid())?.then_some(()))).await
    }

    /// The app's own process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Waits for its engine's process, and until it is the only one: what this computer has to compute with is tried in
    /// processes that do not last.
    pub async fn engine(&self) -> anyhow::Result<Process> {
        let the_only_one = async || {
            let mut engines = self.engines();
            Ok(engines.pop().filter(|_| engines.is_empty()))
        };
        self.wait_for("an engine process", the_only_one).await
    }

    /// The engine processes it has now.
    pub fn engines(&self) -> Vec<Process> {
        self.process.descendants().into_iter().filter(|process| process.name() == "hearth-engine").collect()
    }

    /// Presses the window's close button and waits until the app has ended.
    pub async fn close(self) -> anyhow::Result<()> {
        self.page.display.close(self.process.pid())?;
        self.process.ended(CLOSING_PATIENCE).await.with_context(|| failure(&self.page.display, &self.page.output))
    }

    /// `kill -9` of the app, and of nothing else.
    pub async fn kill(self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.ended(CLOSING_PATIENCE).await
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", failure(&self.page.display, &self.page.output));
        }
        for process in self.driver.process().descendants() {
            process.kill().ok();
        }
    }
}

impl Page {
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn script(&self, script: &str, arguments: Vec<Json>) -> anyhow::Result<Json> {
        let result = self.client.execute(script, arguments).await;
        // The driver's errors have a kind, which only their debug form tells, and often no words.
        result.map_err(|error| anyhow::anyhow!("{error:?} for the script {script}"))
    }

    pub(crate) async fn text(&self) -> anyhow::Result<String> {
        let text = self.script("return document.body.innerText", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn wait_for<T>(
        &self,
        what: &str,
        patience: Duration,
        look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        match until(what, patience, look).await {
            Ok(found) => Ok(found),
            Err(error) => {
                let text = self.text().await.unwrap_or_else(|error| format!("(unknown: {error:?})"));
                let picture = failure(&self.display, &self.output);
                Err(error.context(format!("{picture}\nIn the window:\n{text}\n")))
            }
        }
    }
}

/// Takes a picture of the screen and says where it is, and what the app printed last.
fn failure(display: &Display, output: &std::path::Path) -> String {
    let test = std::thread::current().name().unwrap_or("test").replace("::", ".");
    let path = pictures_folder("test-pictures").join(format!("{test}.png"));
    let picture = match display.picture().and_then(|picture| picture.write(&path)) {
        Ok(()) => format!("The screen is in {}.", path.display()),
        Err(error) => format!("There is no picture of the screen: {error}."),
    };
    let printed = last_lines(&std::fs::read_to_string(output).unwrap_or_default());
    let logged = last_lines(&log(&output.with_file_name("home").join("logs")).unwrap_or_default());
    format!("{picture}\nThe app printed last:\n{printed}\nIt logged last:\n{logged}")
}

fn log(folder: &std::path::Path) -> std::io::Result<String> {
    let mut log = String::new();
    for entry in std::fs::read_dir(folder)? {
        log.push_str(&std::fs::read_to_string(entry?.path())?);
    }
    Ok(log)
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
