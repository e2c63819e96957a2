//! Downloads: begun, interrupted in every way, and whole in the end.

mod access;
mod interrupted;
mod list;
mod mended;
mod swept;
mod whole;

use hearth_core::{
    App,
    error::ErrorCode,
    view::{Download, DownloadId, DownloadState},
};

use crate::computer::{Computer, SEGMENT_BYTES, download, model, repository, request};

const REPO: &str = "ada/tiny";
const FILE: &str = "tiny-Q4_K_M.gguf";

/// A Hub with one model of many segments and a rest.
fn one_model() -> (Computer, Vec<u8>) {
    let bytes = [model("Tiny", 24), vec![7; 12_345]].concat();
    (Computer::new(vec![repository(REPO, &[(FILE, bytes.clone())])]), bytes)
}

fn is_running(download: &Download) -> bool {
    !matches!(
        download.state,
        DownloadState::Queued | DownloadState::Paused | DownloadState::Done { .. } | DownloadState::Failed { .. }
    )
}

fn code(download: &Download) -> Option<ErrorCode> {
    match &download.state {
        DownloadState::Failed { error } => Some(error.code),
        _ => None,
    }
}

/// Begins it on a slow line and waits until some of its segments are on the disk: so many bytes take twice the time
/// that the first segment takes.
async fn begin_slowly(computer: &Computer, app: &App) -> DownloadId {
    computer.hub.limit_bytes_per_second(Some(1 << 20));
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    download(app, begun.id, "the first segments", |one| one.received_bytes > 8 * SEGMENT_BYTES).await;
    begun.id
}
