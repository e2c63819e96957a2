//! The one error that crosses to the page.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A code exists only if the page does something of its own with it: a sentence, and where there is one, a
/// button that mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The engine ended in the middle of something and is being started again.
    EngineCrashed,
    /// The engine cannot be started at all (missing, not executable, wrong version).
    EngineUnavailable,
    /// No file where the model should be. `details.path`.
    ModelMissing,
    /// The model file is cut short or not what it says. `details.path`.
    ModelDamaged,
    /// A sound file of a kind this app cannot run. `details.path`.
    ModelUnsupported,
    /// Not enough memory for the model.
    OutOfMemory,
    /// No model is ready yet.
    ModelNotReady,
    /// The message alone is longer than the model's memory. `details.amount`, `details.limit` in tokens.
    MessageTooLong,
    /// Over the app's own limit. `details.amount`, `details.limit` in characters.
    MessageTooManyCharacters,
    /// Another answer is being written.
    AlreadyAnswering,
    /// Nothing more can be written to the disk: it is full.
    DiskFull,
    /// Nothing can be written: the folder or the file is read-only. `details.path`.
    ReadOnly,
    /// The history cannot be read. `details.path`.
    HistoryDamaged,
    /// It is not there any more (deleted in the meantime).
    NotFound,
    /// A fault of the app; the log has its causes.
    Internal,
}

/// What the page is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What the page acts on.
    pub code: ErrorCode,
    /// The causes in English, for the log and for "Details".
    pub message: String,
    /// Numbers and names for the sentence.
    pub details: ErrorDetails,
}

/// Numbers and names for the sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ErrorDetails {
    /// How much there is.
    pub amount: Option<u32>,
    /// How much there may be.
    pub limit: Option<u32>,
    /// What it is about.
    pub path: Option<String>,
}
