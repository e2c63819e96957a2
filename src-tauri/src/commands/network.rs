//! The way to the Hub, and who goes it.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{AccountState, NetworkSettings, SignedOut};
use tauri::State;

/// How the Hub is reached.
#[tauri::command]
#[specta::specta]
pub(crate) async fn network_settings(app: State<'_, App>) -> Result<NetworkSettings, AppError> {
    app.network_settings().await
}

/// Reaches the Hub in another way from now on. Refused, and nothing is changed, if an address is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_network_settings(
    app: State<'_, App>,
    settings: NetworkSettings,
) -> Result<NetworkSettings, AppError> {
    app.update_network_settings(settings).await
}

/// Who is signed in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn account(app: State<'_, App>) -> Result<AccountState, AppError> {
    app.account().await
}

/// Signs in with a token, once the Hub knows it. Refused if the Hub in use is not on `host`, which the person was shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(app: State<'_, App>, token: String, host: String) -> Result<AccountState, AppError> {
    app.sign_in(&token, &host).await
}

/// Signs out and deletes the token. Refused if the Hub in use is not on `host`, which the person was shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(app: State<'_, App>, host: String) -> Result<SignedOut, AppError> {
    app.sign_out(&host).await
}
