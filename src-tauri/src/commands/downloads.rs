//! Models on their way here.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{Download, DownloadId, DownloadRequest};
use tauri::State;

/// Begins a download, or queues it. Refused before anything is fetched if there is no room for it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_download(app: State<'_, App>, request: DownloadRequest) -> Result<Download, AppError> {
    app.start_download(request).await
}

/// Stops a download; what is there is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_download(app: State<'_, App>, id: DownloadId) -> Result<(), AppError> {
    app.pause_download(id).await
}

/// Goes on with a paused or failed download.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_download(app: State<'_, App>, id: DownloadId) -> Result<(), AppError> {
    app.resume_download(id).await
}

/// Gives a download up and takes away what is there of it. One that is done only leaves the list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_download(app: State<'_, App>, id: DownloadId) -> Result<(), AppError> {
    app.cancel_download(id).await
}

/// Puts a download before another one, or at the end.
#[tauri::command]
#[specta::specta]
pub(crate) async fn move_download(
    app: State<'_, App>,
    id: DownloadId,
    before: Option<DownloadId>,
) -> Result<(), AppError> {
    app.move_download(id, before).await
}
