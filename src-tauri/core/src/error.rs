//! The one error that crosses to the page.

mod hub;

use std::{error::Error, io, path::Path};

use hearth_gguf::{GgufError, Refusal};
use hearth_ipc::{EngineEnd, EngineFailure, Exit, FailureKind};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use sqlx::migrate::MigrateError;

use crate::store::StoreError;

/// A code exists only if the page does something of its own with it: a sentence, and where there is one, a
/// button that mends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The engine ended in the middle of something.
    EngineCrashed,
    /// The engine cannot be started at all (missing, not executable, wrong version).
    EngineUnavailable,
    /// No file where the model should be. `details.path`.
    ModelMissing,
    /// The model file is cut short or not what it says. `details.path`.
    ModelDamaged,
    /// A sound file of a kind this app cannot run. `details.path`.
    ModelUnsupported,
    /// Not enough memory for the model, found out while it was used.
    OutOfMemory,
    /// Not enough memory for the model, found out before it was loaded. `details.needed_bytes`, `details.free_bytes`,
    /// `details.path`.
    ModelTooLarge,
    /// The engine no longer moved, and was ended.
    EngineStuck,
    /// The graphics device or its driver went away.
    GraphicsLost,
    /// The engine ended twice with this model, so it is not loaded again by itself. `details.path`.
    ModelCrashes,
    /// No model is ready yet.
    ModelNotReady,
    /// The message alone is longer than the model's memory. `details.amount`, `details.limit` in tokens.
    MessageTooLong,
    /// Over the app's own limit. `details.amount`, `details.limit` in characters.
    MessageTooManyCharacters,
    /// Another answer is being written.
    AlreadyAnswering,
    /// Nothing more can be written to the disk: it is full. `details.path`.
    DiskFull,
    /// Nothing can be written: the folder or the file is read-only. `details.path`.
    ReadOnly,
    /// The history cannot be read. `details.path`.
    HistoryDamaged,
    /// It is not there any more (deleted in the meantime).
    NotFound,
    /// The Hub cannot be reached: no network, most likely.
    Offline,
    /// Something else answers in the Hub's place, such as the login page of a hotel's network.
    LoginPage,
    /// The Hub asks to wait. `details.seconds`.
    RateLimited,
    /// The Hub has trouble of its own, or sends what makes no sense.
    HubTrouble,
    /// The repository asks for an account. `details.name` is the repository, `details.address` its page.
    SignInRequired,
    /// The account has not been let in by the repository yet. `details.name`, `details.address`.
    AccessNotGranted,
    /// The token is not, or no longer, valid.
    TokenInvalid,
    /// The Hub does not have it (any more). `details.name`.
    NotOnHub,
    /// The Hub may not give it away here. `details.name`.
    NotAvailable,
    /// The disk has no room for a download. `details.needed_bytes`, `details.free_bytes`, `details.path`.
    NotEnoughSpace,
    /// What came is not what the Hub announced, twice.
    DownloadCorrupt,
    /// The file was changed on the Hub while it was downloaded.
    ChangedOnHub,
    /// It is being used for something else: a download goes on, or models are being moved.
    InUse,
    /// An address that is none: of a Hub, or of a proxy if `details.name` is `proxy`; of a proxy with a
    /// name or a password in it, which are not kept, if it is `proxy_login`.
    AddressInvalid,
    /// A folder that cannot be the models' folder. `details.path`.
    FolderUnsuitable,
    /// A fault of the app; the log has its causes.
    Internal,
}

impl ErrorCode {
    /// What the end of an engine means. The system ends programs that take more memory than there is by force, which
    /// happens while a model is loaded.
    pub(crate) fn of_engine_end(end: &EngineEnd, is_loading: bool) -> Self {
        const SIGKILL: i32 = 9;
        match end {
            EngineEnd::Killed(SIGKILL) if is_loading => Self::OutOfMemory,
            EngineEnd::Exited(code) => match Exit::of_code(*code) {
                Some(Exit::OutOfMemory) => Self::OutOfMemory,
                Some(Exit::DeviceLost) => Self::GraphicsLost,
                Some(Exit::NoBackend) => Self::EngineUnavailable,
                _ => Self::EngineCrashed,
            },
            EngineEnd::Silent(_) | EngineEnd::Stuck(_) => Self::EngineStuck,
            EngineEnd::Killed(_) | EngineEnd::Closed | EngineEnd::Dismissed | EngineEnd::Garbled(_) => {
                Self::EngineCrashed
            }
        }
    }
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
    // Apart, so that a result is not much larger than what it holds when all is well.
    pub details: Box<ErrorDetails>,
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
    /// What it is about, by its name.
    pub name: Option<String>,
    /// A page on the web that helps.
    pub address: Option<String>,
    /// How long to wait.
    pub seconds: Option<u32>,
    /// How many bytes it takes.
    #[specta(type = Option<Number>)]
    pub needed_bytes: Option<u64>,
    /// How many bytes there are.
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
}

impl AppError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Box::default() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("{what} is not there any more"))
    }

    pub(crate) fn too_much(code: ErrorCode, amount: u32, limit: u32) -> Self {
        let details = ErrorDetails { amount: Some(amount), limit: Some(limit), ..ErrorDetails::default() };
        Self { code, message: format!("{amount}, where at most {limit} are possible"), details: Box::new(details) }
    }

    /// Says what it is about by a name.
    pub(crate) fn called(mut self, name: &str) -> Self {
        self.details.name = Some(name.to_owned());
        self
    }

    /// Says what it is about, unless it already does.
    pub(crate) fn about(mut self, path: &Path) -> Self {
        self.details.path.get_or_insert_with(|| path.display().to_string());
        self
    }

    /// Names the folder where it is about the disk, and it does not say where.
    pub(crate) fn in_folder(self, folder: &Path) -> Self {
        match self.code {
            ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::HistoryDamaged => self.about(folder),
            _ => self,
        }
    }

    /// What is wrong with a model's file.
    pub(crate) fn of_model_file(error: &GgufError, path: &Path) -> Self {
        let code = match error.refusal() {
            Refusal::Missing => ErrorCode::ModelMissing,
            Refusal::NotGguf | Refusal::Truncated | Refusal::Lying => ErrorCode::ModelDamaged,
            Refusal::Unsupported => ErrorCode::ModelUnsupported,
        };
        Self::new(code, chain(error)).about(path)
    }

    /// What a disk refuses, at this path.
    pub(crate) fn of_disk(error: &io::Error, path: &Path) -> Self {
        Self::new(code_of_io(error), chain(error)).about(path)
    }

    /// What the engine could not do.
    pub(crate) fn of_engine(failure: &EngineFailure) -> Self {
        let code = match failure.kind {
            FailureKind::ModelMissing => ErrorCode::ModelMissing,
            FailureKind::ModelDamaged => ErrorCode::ModelDamaged,
            FailureKind::ModelUnsupported => ErrorCode::ModelUnsupported,
            FailureKind::OutOfMemory => ErrorCode::OutOfMemory,
            FailureKind::WillNotFit { needed_bytes, available_bytes } => {
                let mut error = Self::new(ErrorCode::ModelTooLarge, failure.cause.clone());
                error.details.needed_bytes = Some(needed_bytes);
                error.details.free_bytes = Some(available_bytes);
                return error;
            }
            FailureKind::NoModel | FailureKind::Busy => ErrorCode::ModelNotReady,
            FailureKind::MessageTooLong { tokens, limit } => {
                return Self::too_much(ErrorCode::MessageTooLong, tokens, limit);
            }
            FailureKind::ConversationRefused | FailureKind::Cancelled | FailureKind::Internal => ErrorCode::Internal,
        };
        Self::new(code, failure.cause.clone())
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Folder { source, .. } => code_of_io(source),
            StoreError::Database(source)
            | StoreError::Migration(MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _)) => {
                code_of_database(source)
            }
            StoreError::Migration(_) => ErrorCode::Internal,
            StoreError::Unknown { .. } => ErrorCode::HistoryDamaged,
        };
        Self::new(code, chain(&error))
    }
}

fn code_of_io(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory => ErrorCode::ReadOnly,
        _ => ErrorCode::Internal,
    }
}

/// SQLite's result codes, from its documentation. The low byte is the primary code.
fn code_of_database(error: &sqlx::Error) -> ErrorCode {
    const SQLITE_PERM: u32 = 3;
    const SQLITE_READONLY: u32 = 8;
    const SQLITE_CORRUPT: u32 = 11;
    const SQLITE_FULL: u32 = 13;
    const SQLITE_CANTOPEN: u32 = 14;
    const SQLITE_NOTADB: u32 = 26;
    const SQLITE_IOERR_ACCESS: u32 = 3338;
    /// The shared memory beside the database cannot grow, which has one usual cause.
    const SQLITE_IOERR_SHMSIZE: u32 = 4874;

    match error {
        sqlx::Error::Io(error) => code_of_io(error),
        sqlx::Error::Database(error) => {
            let Some(code) = error.code().and_then(|code| code.parse::<u32>().ok()) else { return ErrorCode::Internal };
            match (code, code & 0xff) {
                (SQLITE_IOERR_SHMSIZE, _) | (_, SQLITE_FULL) => ErrorCode::DiskFull,
                (SQLITE_IOERR_ACCESS, _) | (_, SQLITE_READONLY | SQLITE_CANTOPEN | SQLITE_PERM) => ErrorCode::ReadOnly,
                (_, SQLITE_CORRUPT | SQLITE_NOTADB) => ErrorCode::HistoryDamaged,
                _ => ErrorCode::Internal,
            }
        }
        _ => ErrorCode::Internal,
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_engine_is_translated_into_a_cause() {
        let table = [
            (EngineEnd::Exited(Exit::OutOfMemory as i32), ErrorCode::OutOfMemory),
            (EngineEnd::Exited(Exit::DeviceLost as i32), ErrorCode::GraphicsLost),
            (EngineEnd::Exited(Exit::Assertion as i32), ErrorCode::EngineCrashed),
            (EngineEnd::Exited(Exit::NoBackend as i32), ErrorCode::EngineUnavailable),
            (EngineEnd::Exited(77), ErrorCode::EngineCrashed),
            (EngineEnd::Killed(11), ErrorCode::EngineCrashed),
            (EngineEnd::Killed(9), ErrorCode::EngineCrashed),
            (EngineEnd::Silent(10), ErrorCode::EngineStuck),
            (EngineEnd::Stuck(10), ErrorCode::EngineStuck),
        ];
        for (end, code) in table {
            assert_eq!(ErrorCode::of_engine_end(&end, false), code, "{end}");
        }
        let killed = ErrorCode::of_engine_end(&EngineEnd::Killed(9), true);
        assert_eq!(killed, ErrorCode::OutOfMemory, "that is how a system ends programs when memory runs out");
    }
}
