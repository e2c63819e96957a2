//! What computes, and what the person has decided about it.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{Hardware, HardwareSettings};
use tauri::State;

/// What this computer has to compute with, and what is used of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hardware(app: State<'_, App>) -> Result<Hardware, AppError> {
    app.hardware().await
}

/// Tries everything once more. Returns at once; how it goes is told by `HardwareChanged`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_hardware(app: State<'_, App>) -> Result<(), AppError> {
    app.test_hardware().await
}

/// What the person has decided about computing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hardware_settings(app: State<'_, App>) -> Result<HardwareSettings, AppError> {
    app.hardware_settings().await
}

/// Decides it anew. What of it concerns the loaded model has the model loaded again, once no answer is being written.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_hardware_settings(
    app: State<'_, App>,
    settings: HardwareSettings,
) -> Result<HardwareSettings, AppError> {
    app.update_hardware_settings(settings).await
}

/// A text about this computer and this app for asking for help, in English and without anything private.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hardware_report(app: State<'_, App>) -> Result<String, AppError> {
    app.hardware_report().await
}
