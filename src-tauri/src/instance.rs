//! One running app for each home folder.
//!
//! The single-instance plugin finds the running app over the session bus (or what the platform has in its place)
//! and brings it to the front. Not every session has a bus, and an app that is ending gives its name up before its
//! history is closed: so a lock on a file in the home folder decides who may write there.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use tauri::{AppHandle, Manager, Runtime, plugin::TauriPlugin};

use crate::opening;

/// How long a start waits for an app that is just ending: longer than that one may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);

/// Held for as long as this app may write to its home folder. The system releases it also after a crash.
#[derive(Debug)]
pub(crate) struct HomeLock {
    _file: File,
}

impl HomeLock {
    /// Waits up to `patience` for an app that is just ending.
    ///
    /// A folder in which no lock can be made (it is read-only, or on a disk without locks) is used without one:
    /// what cannot be written there is said where it matters, in the window.
    pub(crate) fn take(folder: &Path, patience: Duration) -> anyhow::Result<Option<Self>> {
        let path = folder.join("lock");
        let file = match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
            Ok(file) => file,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the home folder cannot be locked");
                return Ok(None);
            }
        };
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if start.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    anyhow::bail!("Hearth is already running with {}", folder.display());
                }
                Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                    tracing::warn!(path = %path.display(), "the home folder's disk has no locks");
                    return Ok(None);
                }
                Err(TryLockError::Error(error)) => return Err(error).context("the home folder cannot be locked"),
            }
        }
    }
}

/// A second start brings the first one's window to the front, hands it the model it was to open, and ends.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_single_instance::init(|app, arguments, folder| {
        focus(app);
        opening::open(app, opening::named(arguments.into_iter().skip(1), Path::new(&folder)));
    })
}

/// Lets the next start go on by itself: this app is ending and has no window left to bring to the front.
pub(crate) fn give_up_name<R: Runtime>(app: &AppHandle<R>) {
    tauri_plugin_single_instance::destroy(app);
}

fn focus<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(crate::window::LABEL) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window cannot be brought to the front");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_free_again_is_taken() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let first = HomeLock::take(folder.path(), Duration::ZERO).expect("a free folder").expect("a lock");
        let waiting = std::thread::spawn({
            let path = folder.path().to_owned();
            move || HomeLock::take(&path, PATIENCE).map(|lock| lock.is_some())
        });
        drop(first);
        assert!(waiting.join().expect("no panic").expect("the folder is free again"));
    }

    #[test]
    fn a_folder_in_use_is_refused() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let _first = HomeLock::take(folder.path(), Duration::ZERO).expect("a free folder").expect("a lock");
        let refused = HomeLock::take(folder.path(), Duration::ZERO).expect_err("two apps must not share a folder");
        assert!(refused.to_string().contains("already running"), "{refused}");
    }

    #[test]
    fn a_missing_folder_is_used_without_a_lock() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let lock = HomeLock::take(&folder.path().join("missing"), Duration::ZERO).expect("no error");
        assert!(lock.is_none());
    }
}
