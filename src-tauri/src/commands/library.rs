//! Models on this computer.

use std::path::PathBuf;

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{
    FolderPlan, Library, LocalModelId, ModelForConversation, RemovalId, RemovalPlan, RemovedModel,
};
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::fault;

/// What is on this computer, looked up anew.
#[tauri::command]
#[specta::specta]
pub(crate) async fn library(app: State<'_, App>) -> Result<Library, AppError> {
    app.library().await
}

/// What deleting a model would do.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_removal(app: State<'_, App>, model: LocalModelId) -> Result<RemovalPlan, AppError> {
    app.plan_removal(model).await
}

/// Deletes a model. Can be undone until the app closes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_model(app: State<'_, App>, model: LocalModelId) -> Result<RemovedModel, AppError> {
    app.remove_model(model).await
}

/// Brings a deleted model back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_removal(app: State<'_, App>, id: RemovalId) -> Result<(), AppError> {
    app.undo_removal(id).await
}

/// Frees what deleted models still take, for other programs; then they cannot be brought back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn free_removed(app: State<'_, App>) -> Result<(), AppError> {
    app.free_removed().await
}

/// Uses a model from now on, in one conversation or for new ones.
#[tauri::command]
#[specta::specta]
pub(crate) async fn use_model(app: State<'_, App>, choice: ModelForConversation) -> Result<(), AppError> {
    app.use_model(choice).await
}

/// Shows a model's file in the file manager.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_model(app: State<'_, App>, model: LocalModelId) -> Result<(), AppError> {
    let path = app.local_model_path(model).await?;
    tauri_plugin_opener::reveal_item_in_dir(path).map_err(fault)
}

/// Lets the person choose another folder for models. Nothing is moved yet; nothing comes back if none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_models_folder(
    app: State<'_, App>,
    window: WebviewWindow,
) -> Result<Option<FolderPlan>, AppError> {
    match choose_folder(&window).await {
        Some(folder) => app.plan_folder_move(folder).await.map(Some),
        None => Ok(None),
    }
}

/// Moves the models to the folder that was chosen last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_models_folder(app: State<'_, App>) -> Result<(), AppError> {
    app.move_models_folder().await
}

/// Stops moving; everything stays where it was.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_folder_move(app: State<'_, App>) -> Result<(), AppError> {
    app.stop_folder_move();
    Ok(())
}

/// The system's own dialog, in the system's own words.
async fn choose_folder(window: &WebviewWindow) -> Option<PathBuf> {
    let (chosen, choice) = oneshot::channel();
    // Nobody waits any more when the page was closed in the meantime.
    window.dialog().file().set_parent(window).pick_folder(move |folder| drop(chosen.send(folder)));
    choice.await.ok().flatten().and_then(|folder| folder.into_path().ok())
}
