//! Model files that do not come through the page: dropped on the window, or opened in the file manager.
//!
//! The page decides what becomes of them, since it knows which conversation is open. It may not be there yet, so what
//! was opened waits for it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::NamedModel;
use tauri::{AppHandle, DragDropEvent, Manager, Runtime};
use tauri_specta::Event;

use crate::told::{ModelDragged, ModelOpened};

/// The last file that was opened, until the page takes it: its model, or why there is none to be had.
#[derive(Debug, Default)]
pub(crate) struct Opened(Mutex<Option<Result<NamedModel, AppError>>>);

impl Opened {
    pub(crate) fn take(&self) -> Option<Result<NamedModel, AppError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, opened: Result<NamedModel, AppError>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
    }
}

/// The last file that was to be opened before the app could, as by a second start while the first still waits for its
/// home folder.
#[derive(Debug, Default)]
pub(crate) struct Early(Mutex<Option<PathBuf>>);

impl Early {
    fn hold(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands the model in that file, if there is one, to the page.
pub(crate) fn open<R: Runtime>(handle: &AppHandle<R>, file: Option<PathBuf>) {
    let Some(file) = file else { return };
    let app = {
        let early = handle.state::<Early>();
        // Held while it looks: whoever brings the app looks here afterwards.
        let mut early = early.hold();
        let Some(app) = handle.try_state::<App>() else {
            *early = Some(file);
            return;
        };
        app.inner().clone()
    };
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        handle.state::<Opened>().put(app.open_model(file).await);
        tell(&handle, &ModelOpened);
    });
}

/// Hands over what came before the app did, else the model in `file`. The app is there now.
pub(crate) fn open_first<R: Runtime>(handle: &AppHandle<R>, file: Option<PathBuf>) {
    let early = handle.state::<Early>().hold().take();
    open(handle, early.or(file));
}

/// The first model that is named by a program's arguments, as they were given in `folder`.
pub(crate) fn named<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>, folder: &Path) -> Option<PathBuf> {
    arguments.into_iter().map(|argument| folder.join(argument.into())).find(|path| is_model(path))
}

/// A file over the window, or dropped on it. The webview never sees it: it would go to it as to a page.
pub(crate) fn dragged<R: Runtime>(handle: &AppHandle<R>, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } if paths.iter().any(|path| is_model(path)) => {
            tell(handle, &ModelDragged(true));
        }
        DragDropEvent::Drop { paths, .. } => {
            tell(handle, &ModelDragged(false));
            open(handle, paths.iter().find(|path| is_model(path)).cloned());
        }
        DragDropEvent::Leave => tell(handle, &ModelDragged(false)),
        _ => {}
    }
}

/// By its name alone: what is in it, the safe check says.
fn is_model(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

fn tell<R: Runtime, E: Event + serde::Serialize + Clone>(handle: &AppHandle<R>, event: &E) {
    if let Err(error) = event.emit(handle) {
        tracing::warn!(%error, "the page was not told of a file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_among_a_program_s_arguments_is_found_from_the_folder_they_were_given_in() {
        let named = |arguments: &[&str]| named(arguments.iter().copied(), Path::new("/models"));
        assert_eq!(named(&["--verbose", "tiny.GGUF"]), Some(PathBuf::from("/models/tiny.GGUF")));
        assert_eq!(named(&["/elsewhere/a.gguf", "b.gguf"]), Some(PathBuf::from("/elsewhere/a.gguf")));
        assert_eq!(named(&["notes.txt", ""]), None);
    }
}
