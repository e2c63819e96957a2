//! Why a download cannot go on by itself, as the page is told.

use std::{io, path::Path};

use hearth_hub::{Endpoint, transfer::TransferError};

use crate::error::{AppError, ErrorCode, chain};

/// What ended the transfer of a file of `repo` that is written below `folder`, with its journal in `home`.
pub(super) fn of_transfer(
    error: &TransferError,
    repo: &str,
    endpoint: &Endpoint,
    folder: &Path,
    home: &Path,
) -> AppError {
    let code = match error {
        TransferError::Refused(refusal) => return AppError::of_refusal(*refusal, repo, endpoint),
        TransferError::Changed => ErrorCode::ChangedOnHub,
        TransferError::Unusable(_) => ErrorCode::HubTrouble,
        TransferError::Corrupt => ErrorCode::DownloadCorrupt,
        TransferError::InUse(_) => ErrorCode::InUse,
        TransferError::DiskFull(_) => return AppError::new(ErrorCode::DiskFull, chain(error)).about(folder),
        TransferError::TooLarge(_) => return AppError::new(ErrorCode::FolderUnsuitable, chain(error)).about(folder),
        TransferError::Disk(source) => return AppError::of_disk(source, folder),
        TransferError::Journal(source) => return of_journal(source).in_folder(home),
    };
    AppError::new(code, chain(error))
}

/// A transfer knows disks, not databases: what the database says is carried through it.
pub(super) fn to_io(error: AppError) -> io::Error {
    io::Error::other(error)
}

fn of_journal(error: &io::Error) -> AppError {
    let carried = error.get_ref().and_then(|cause| cause.downcast_ref::<AppError>());
    carried.cloned().unwrap_or_else(|| AppError::new(ErrorCode::Internal, chain(error)))
}

/// Whether an account or another way to the Hub may change it. To those who may not see a private repository the Hub
/// says that there is none.
pub(super) fn is_about_access(error: &AppError) -> bool {
    matches!(
        error.code,
        ErrorCode::SignInRequired
            | ErrorCode::AccessNotGranted
            | ErrorCode::TokenInvalid
            | ErrorCode::NotOnHub
            | ErrorCode::NotAvailable
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: &TransferError) -> (ErrorCode, Option<String>) {
        let shown = of_transfer(error, "ada/tiny", &Endpoint::default(), Path::new("/models"), Path::new("/home"));
        (shown.code, shown.details.path)
    }

    /// Of a fault: the disk of the history was full, and the models' folder was told.
    #[test]
    fn a_disk_is_told_by_what_is_on_it() {
        let full = || AppError::new(ErrorCode::DiskFull, "the database is full");
        assert_eq!(shown(&TransferError::Journal(to_io(full()))), (ErrorCode::DiskFull, Some("/home".into())));
        let full = TransferError::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(shown(&full), (ErrorCode::DiskFull, Some("/models".into())));
    }

    /// Of a fault: a stick that has no files of more than 4 GiB was told to be full.
    #[test]
    fn a_file_that_is_too_large_for_a_file_system_is_not_a_full_disk() {
        let large = TransferError::from(io::Error::from(io::ErrorKind::FileTooLarge));
        assert_eq!(shown(&large), (ErrorCode::FolderUnsuitable, Some("/models".into())));
    }
}
