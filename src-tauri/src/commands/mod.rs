//! What the page can ask for: one file per area, each command a few lines around a call of the core.

pub(crate) mod answers;
pub(crate) mod chats;
pub(crate) mod discover;
pub(crate) mod downloads;
pub(crate) mod hardware;
pub(crate) mod library;
pub(crate) mod model;
pub(crate) mod network;
pub(crate) mod settings;
pub(crate) mod system;

use hearth_core::error::{AppError, ErrorCode};

/// A fault of the shell's own: nothing that a button could mend.
fn fault(error: impl Into<anyhow::Error>) -> AppError {
    let error: anyhow::Error = error.into();
    let message = format!("{error:#}");
    tracing::error!("{message}");
    AppError { code: ErrorCode::Internal, message, details: Box::default() }
}
