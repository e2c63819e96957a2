//! How far downloads are, on the app's icon in the taskbar or the dock.

use hearth_core::view::{Download, DownloadState};
use tauri::window::{ProgressBarState, ProgressBarStatus};
use tauri::{AppHandle, Manager, Runtime};
use tokio::sync::watch;

use crate::window::LABEL;

/// What the icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    /// In percent.
    Going(u64),
    /// None goes on at the moment.
    Waiting(u64),
}

/// Keeps the icon up to date until the app ends.
pub(crate) async fn show<R: Runtime>(handle: AppHandle<R>, mut downloads: watch::Receiver<Vec<Download>>) {
    let mut shown = Shown::Nothing;
    while downloads.changed().await.is_ok() {
        let now = Shown::of(&downloads.borrow_and_update());
        let Some(window) = handle.get_webview_window(LABEL).filter(|_| now != shown) else { continue };
        shown = now;
        // A desktop whose icons show nothing is no fault.
        if let Err(error) = window.set_progress_bar(now.state()) {
            tracing::debug!(%error, "the icon does not show how far downloads are");
        }
    }
}

impl Shown {
    fn of(downloads: &[Download]) -> Self {
        let is_going = |download: &&Download| {
            matches!(download.state, DownloadState::Connecting | DownloadState::Receiving | DownloadState::Verifying)
        };
        let comes = |download: &&Download| {
            is_going(download) || matches!(download.state, DownloadState::Queued | DownloadState::Waiting { .. })
        };
        let coming = || downloads.iter().filter(comes);
        let total: u64 = coming().map(|download| download.total_bytes).sum();
        let received: u64 = coming().map(|download| download.received_bytes).sum();
        let Some(percent) = (received * 100).checked_div(total) else { return Self::Nothing };
        if coming().any(|download| is_going(&download)) { Self::Going(percent) } else { Self::Waiting(percent) }
    }

    fn state(self) -> ProgressBarState {
        let (status, progress) = match self {
            Self::Nothing => (ProgressBarStatus::None, None),
            Self::Going(percent) => (ProgressBarStatus::Normal, Some(percent)),
            Self::Waiting(percent) => (ProgressBarStatus::Paused, Some(percent)),
        };
        ProgressBarState { status: Some(status), progress }
    }
}

#[cfg(test)]
mod tests {
    use hearth_core::view::{DownloadId, DownloadTrouble, LocalModelId};

    use super::*;

    fn download(received_bytes: u64, state: DownloadState) -> Download {
        Download {
            id: DownloadId(1),
            name: "Tiny".into(),
            repo: "ada/tiny".into(),
            file: "tiny.gguf".into(),
            label: "Q4_0".into(),
            total_bytes: 100,
            received_bytes,
            bytes_per_second: None,
            seconds_left: None,
            state,
        }
    }

    #[test]
    fn the_icon_shows_what_comes_and_forgets_what_is_over() {
        let done = || download(100, DownloadState::Done { model: LocalModelId("tiny.gguf".into()) });
        let waiting = || download(10, DownloadState::Waiting { trouble: DownloadTrouble::Network, seconds: 3 });
        let receiving = || download(40, DownloadState::Receiving);
        assert_eq!(Shown::of(&[]), Shown::Nothing);
        assert_eq!(Shown::of(&[done(), download(50, DownloadState::Paused)]), Shown::Nothing);
        assert_eq!(Shown::of(&[receiving(), done()]), Shown::Going(40));
        assert_eq!(Shown::of(&[receiving(), waiting()]), Shown::Going(25));
        assert_eq!(Shown::of(&[waiting()]), Shown::Waiting(10));
    }
}
