//! How the app ends: answers are ended in order and saved, then the engine, then the program.

use std::time::Duration;

use hearth_core::App;
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::OnceCell;

use crate::instance;

/// The app ends after this time at the latest. Everything older than a second is on the disk anyway.
const LONGEST: Duration = Duration::from_secs(2);

/// Set once the end has begun.
#[derive(Debug, Default)]
pub(crate) struct Ending(OnceCell<()>);

/// Ends the app in order. To ask twice does nothing more.
pub(crate) fn in_order<R: Runtime>(handle: &AppHandle<R>) {
    if handle.state::<Ending>().0.set(()).is_err() {
        return;
    }
    instance::give_up_name(handle);
    let handle = handle.clone();
    let app = handle.state::<App>().inner().clone();
    tauri::async_runtime::spawn(async move {
        if tokio::time::timeout(LONGEST, app.shutdown()).await.is_err() {
            tracing::warn!("the app did not end in time and is ended as it is");
        }
        handle.exit(0);
    });
}

/// A terminal's Ctrl-C and the end of a session are a request to end in order too.
#[cfg(unix)]
pub(crate) fn on_signals<R: Runtime>(handle: &AppHandle<R>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let mut signals = signal(kind)?;
        let handle = handle.clone();
        tauri::async_runtime::spawn(async move {
            if signals.recv().await.is_some() {
                in_order(&handle);
            }
        });
    }
    Ok(())
}

/// Windows closes the window instead.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as elsewhere")]
pub(crate) fn on_signals<R: Runtime>(_handle: &AppHandle<R>) -> std::io::Result<()> {
    Ok(())
}
