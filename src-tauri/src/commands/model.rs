//! Which model answers.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{LocalModelId, NamedModel, SmallerBuild};
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::fault;
use crate::opening::Opened;

/// Lets the person choose a file, whose model can be used then; nothing comes back when nothing was chosen. The page
/// never names a path.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_model_file(
    app: State<'_, App>,
    window: WebviewWindow,
) -> Result<Option<NamedModel>, AppError> {
    match choose_model_file(&window).await {
        Some(file) => app.open_model(file.into_path().map_err(fault)?).await.map(Some),
        None => Ok(None),
    }
}

/// The model that was dropped on the window or opened in the file manager, once. Fails if it cannot be used.
#[tauri::command]
#[specta::specta]
pub(crate) async fn opened_model(opened: State<'_, Opened>) -> Result<Option<NamedModel>, AppError> {
    opened.take().transpose()
}

/// Tries the chosen model once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reload_model(app: State<'_, App>) -> Result<(), AppError> {
    app.reload_model().await
}

/// Smaller builds of the same model that run here, the largest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn smaller_builds(app: State<'_, App>, model: LocalModelId) -> Result<Vec<SmallerBuild>, AppError> {
    app.smaller_builds(model).await
}

/// The system's own dialog, in the system's own words.
async fn choose_model_file(window: &WebviewWindow) -> Option<FilePath> {
    let (chosen, choice) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(window).add_filter("GGUF", &["gguf"]);
    // Nobody waits any more when the page was closed in the meantime.
    dialog.pick_file(move |file| drop(chosen.send(file)));
    choice.await.ok().flatten()
}
