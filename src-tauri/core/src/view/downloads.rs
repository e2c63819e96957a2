//! Downloads: of a model with all its files, each one item.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::LocalModelId;
use crate::error::AppError;

/// A download, for as long as the database lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct DownloadId(pub u32);

/// What is to be downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct DownloadRequest {
    /// `owner/name`.
    pub repo: String,
    /// The state that the person has seen; absent: the newest.
    pub commit: Option<String>,
    /// The build, by its first file.
    pub file: String,
    /// The build's quantization, should that file have been renamed since the catalog was written.
    pub label: Option<String>,
    /// A model that is damaged, to be fetched anew in its place.
    pub replaces: Option<LocalModelId>,
}

/// A model on its way here.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Download {
    /// Which.
    pub id: DownloadId,
    /// What the model is called.
    pub name: String,
    /// Where it comes from, `owner/name`.
    pub repo: String,
    /// Its build's first file.
    pub file: String,
    /// What tells its build from others, e.g. `Q4_K_M`.
    pub label: String,
    /// Of all its files.
    #[specta(type = Number)]
    pub total_bytes: u64,
    /// On the disk already.
    #[specta(type = Number)]
    pub received_bytes: u64,
    /// Over the last seconds. Absent while nothing comes.
    #[specta(type = Option<Number>)]
    pub bytes_per_second: Option<f64>,
    /// At that speed.
    pub seconds_left: Option<u32>,
    /// How it is getting on.
    pub state: DownloadState,
}

/// How a download is getting on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DownloadState {
    /// Others come first.
    Queued,
    /// The Hub is being asked.
    Connecting,
    /// Bytes come.
    Receiving,
    /// None come; it goes on by itself.
    Waiting {
        /// Why.
        trouble: DownloadTrouble,
        /// Until the next try.
        seconds: u32,
    },
    /// All bytes are there and are being compared with what the Hub announced.
    Verifying,
    /// The person has stopped it.
    Paused,
    /// It can be used.
    Done {
        /// As this.
        model: LocalModelId,
    },
    /// It cannot go on by itself. What was fetched is kept.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// Why a download waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DownloadTrouble {
    /// No connection.
    Network,
    /// A login page answers in the Hub's place.
    LoginPage,
    /// The Hub asks to wait.
    RateLimit,
    /// The Hub has trouble of its own.
    Server,
}
