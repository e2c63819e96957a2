//! Why a download cannot go on by itself, as the page is told.

use std::path::Path;

use hearth_hub::{Endpoint, transfer::TransferError};

use crate::error::{AppError, ErrorCode, chain};

/// What ended the transfer of a file of `repo` that is written below `folder`.
pub(super) fn of_transfer(error: &TransferError, repo: &str, endpoint: &Endpoint, folder: &Path) -> AppError {
    let code = match error {
        TransferError::Refused(refusal) => return AppError::of_refusal(*refusal, repo, endpoint),
        TransferError::Changed => ErrorCode::ChangedOnHub,
        TransferError::Unusable(_) => ErrorCode::HubTrouble,
        TransferError::Corrupt => ErrorCode::DownloadCorrupt,
        TransferError::DiskFull(_) => return AppError::new(ErrorCode::DiskFull, chain(error)).about(folder),
        TransferError::Disk(source) => return AppError::of_disk(source, folder),
    };
    AppError::new(code, chain(error))
}

/// Whether an account or another way to the Hub may change it.
pub(super) fn is_about_access(error: &AppError) -> bool {
    matches!(error.code, ErrorCode::SignInRequired | ErrorCode::AccessNotGranted | ErrorCode::TokenInvalid)
}
