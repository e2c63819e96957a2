//! Models that can be had.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{FoundModels, ModelAddress, ModelCard, ModelPage, ModelQuery, Recommendations};
use tauri::State;

/// What the app recommends for this computer. Needs no network.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recommendations(app: State<'_, App>) -> Result<Recommendations, AppError> {
    app.recommendations().await
}

/// Looks for models on the Hub; `next` is where an earlier page ended. Nothing, when a later search took its place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_models(
    app: State<'_, App>,
    query: ModelQuery,
    next: Option<String>,
) -> Result<Option<FoundModels>, AppError> {
    app.search_models(query, next).await
}

/// Where a pasted text leads, if it is an address and not something to search for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_address(app: State<'_, App>, text: String) -> Result<Option<ModelAddress>, AppError> {
    Ok(app.find_address(&text).await)
}

/// A model's page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_page(app: State<'_, App>, address: ModelAddress) -> Result<ModelPage, AppError> {
    app.model_page(address).await
}

/// What a repository says of itself, if it says anything.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_card(
    app: State<'_, App>,
    repo: String,
    commit: String,
) -> Result<Option<ModelCard>, AppError> {
    app.model_card(&repo, &commit).await
}
