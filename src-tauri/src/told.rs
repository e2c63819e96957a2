//! What the page is told without asking, whenever it changes.

use hearth_core::App;
use hearth_core::view::{Download, EngineState, FolderMove, NamedModel};
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;
use tokio::sync::watch;

/// The engine is in another state now.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct EngineStateChanged(pub EngineState);

/// All downloads as they are now, in the order in which they come.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct DownloadsChanged(pub Vec<Download>);

/// How moving the models' folder is getting on.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct FolderMoveChanged(pub FolderMove);

/// What computes, or what is known of it, has changed.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct HardwareChanged;

/// Models came or went: what was shown of them may be out of date.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct LibraryChanged;

/// Whether a model file is being dragged over the window.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct ModelDragged(pub bool);

/// A model file was dropped on the window or opened in the file manager: the page may take it.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct ModelOpened;

/// Who answers where no model was chosen.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct DefaultModelChanged(pub Option<NamedModel>);

/// Tells every change until the app ends. A page that comes late asks for the states with its first call.
pub(crate) fn tell(handle: &AppHandle, app: &App) {
    pass_on(handle, app.engine_states(), |state| EngineStateChanged(state.clone()));
    pass_on(handle, app.default_models(), |model| DefaultModelChanged(model.clone()));
    pass_on(handle, app.downloads(), |downloads| DownloadsChanged(downloads.clone()));
    pass_on(handle, app.folder_moves(), |state| FolderMoveChanged(state.clone()));
    pass_on(handle, app.library_changes(), |_| LibraryChanged);
    pass_on(handle, app.hardware_changes(), |_| HardwareChanged);
}

fn pass_on<T, E>(handle: &AppHandle, mut states: watch::Receiver<T>, event: impl Fn(&T) -> E + Send + 'static)
where
    T: Send + Sync + 'static,
    E: Event + Serialize + Clone + Send,
{
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        while states.changed().await.is_ok() {
            let event = event(&states.borrow_and_update());
            if let Err(error) = event.emit(&handle) {
                tracing::warn!(%error, "the page was not told of a change");
            }
        }
    });
}
