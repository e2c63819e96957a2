//! What the person has chosen.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::Settings;
use tauri::{State, WebviewWindow};

use super::fault;
use crate::window;

/// Keeps the settings and gives the window its theme.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_settings(
    app: State<'_, App>,
    window: WebviewWindow,
    settings: Settings,
) -> Result<(), AppError> {
    app.update_settings(settings).await?;
    window::set_theme(&window, settings.theme).map_err(fault)
}
