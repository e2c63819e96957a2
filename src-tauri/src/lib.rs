//! The shell: one window, its permissions, and commands of a few lines each.
//!
//! All behaviour is in [`hearth_core`]; what only a desktop program can do is here: the window and its place, one
//! running app for each home folder, the log file, the clipboard, the browser. The page in the window reaches the
//! rest through the commands in `commands/` alone, typed in [`bindings`].

pub mod bindings;
mod clipboard;
mod commands;
mod home;
mod instance;
mod log;
mod opening;
mod placement;
mod quit;
mod resources;
mod taskbar;
pub mod told;
#[cfg(target_os = "linux")]
mod webview;
mod window;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hearth_core::{
    App, Config, EngineProgram, HardwareTrials, HubConfig, ModelFolders, System, SystemClock, SystemDisks,
    SystemKeychain, ThisComputer,
};
use tauri::{AppHandle, Manager, RunEvent};

use crate::home::Home;
use crate::instance::HomeLock;
use crate::opening::{Early, Opened};
use crate::resources::Resources;

/// Who has asked a repository's owner to be let in need not press a button once they are.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// What people see in their keychain.
const KEYCHAIN_SERVICE: &str = "Hearth";

/// Runs the app until its window is closed.
pub fn run() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("the app cannot start: {error:#}");
            eprintln!("Hearth cannot start: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    // Before anything else has begun.
    #[cfg(target_os = "linux")]
    webview::draw_in_software();

    let home = Home::from_environment()?;
    let _log = log::start(&home.logs());
    // The work is waiting for disk and engine; the engine computes in a process of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let in_runtime = runtime.enter();

    let mut context = tauri::generate_context!();
    context.config_mut().identifier = home.instance_name(&context.config().identifier);
    let bindings = bindings::builder();
    let app = tauri::Builder::default()
        // Before the first plugin: a second start may hand over a file from then on.
        .manage(Early::default())
        // The first of the plugins: a second start must end before anything else has begun.
        .plugin(instance::plugin())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(bindings.invoke_handler())
        .build(context)?;
    bindings.mount_events(&app);
    // Not in Tauri's setup hook: it panics on an error, and one that is running already is no reason to.
    set_up(app.handle(), home)?;

    let code = app.run_return(|handle, event| match event {
        RunEvent::Ready => {
            if let Err(error) = window::open(handle) {
                tracing::error!(%error, "the window cannot be opened");
                handle.exit(1);
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            opening::open(handle, urls.into_iter().find_map(|url| url.to_file_path().ok()));
        }
        // Not a window that was closed (which asks by itself) but, say, the system's menu; `exit` comes with a code.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            quit::in_order(handle);
        }
        _ => {}
    });
    tracing::info!(code, "Hearth ends");
    // What still runs (a dialog that nobody answers) has nothing to save.
    drop(in_runtime);
    runtime.shutdown_background();
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Everything but the window: from here on the engine starts and the model loads.
fn set_up(handle: &AppHandle, home: Home) -> anyhow::Result<()> {
    if let Some(lock) = HomeLock::take(home.folder(), instance::PATIENCE)? {
        handle.manage(lock);
    }
    let resources = Resources::find(&handle.path().resource_dir().context("the folder for resources is unknown")?)?;
    let version = handle.package_info().version.to_string();
    tracing::info!(version, home = %home.folder().display(), engine = %resources.engine.display(), "Hearth starts");

    let app = App::new(Config {
        home: home.folder().to_owned(),
        engine: Arc::new(EngineProgram::new(resources.engine)),
        starter_model: resources.starter_model,
        model_override: std::env::var_os("HEARTH_MODEL").filter(|path| !path.is_empty()).map(Into::into),
        hub: HubConfig {
            endpoint: std::env::var("HF_ENDPOINT").ok().filter(|address| !address.is_empty()),
            user_agent: format!("Hearth/{version}"),
            ..HubConfig::default()
        },
        model_folders: model_folders(),
        disks: Arc::new(SystemDisks),
        ask_again: ASK_AGAIN,
        version,
        secrets: Arc::new(SystemKeychain::new(KEYCHAIN_SERVICE)),
        hardware: Arc::new(ThisComputer::default()),
        hardware_trials: HardwareTrials::of_this_system(),
        clock: Arc::new(SystemClock),
    });
    told::tell(handle, &app);
    tauri::async_runtime::spawn(taskbar::show(handle.clone(), app.downloads()));
    handle.manage(home);
    handle.manage(Opened::default());
    handle.manage(quit::Ending::default());
    // The last of them: who finds the app counts on the others.
    handle.manage(app);
    let folder = std::env::current_dir().unwrap_or_default();
    opening::open_first(handle, opening::named(std::env::args_os().skip(1), &folder));
    Ok(quit::on_signals(handle)?)
}

/// Where this person's programs keep models.
fn model_folders() -> ModelFolders {
    match dirs::home_dir() {
        Some(home) => ModelFolders::from(|name| std::env::var_os(name), &home, System::current()),
        None => ModelFolders::default(),
    }
}
