//! Which model answers.

use hearth_core::App;
use hearth_core::error::AppError;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::fault;

/// Lets the person choose a file and loads it; false when nothing was chosen. The page never names a path.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_model_file(app: State<'_, App>, window: WebviewWindow) -> Result<bool, AppError> {
    match choose_model_file(&window).await {
        Some(file) => {
            app.load_model(file.into_path().map_err(fault)?).await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Goes back to the small model that came with the app.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_starter_model(app: State<'_, App>) -> Result<(), AppError> {
    app.use_starter_model().await
}

/// Tries the chosen model once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reload_model(app: State<'_, App>) -> Result<(), AppError> {
    app.reload_model().await
}

/// The system's own dialog, in the system's own words.
async fn choose_model_file(window: &WebviewWindow) -> Option<FilePath> {
    let (chosen, choice) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(window).add_filter("GGUF", &["gguf"]);
    // Nobody waits any more when the page was closed in the meantime.
    dialog.pick_file(move |file| drop(chosen.send(file)));
    choice.await.ok().flatten()
}
