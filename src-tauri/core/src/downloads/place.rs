//! Giving a model's files their names, when all of them are whole.

use std::{io, path::PathBuf};

use hearth_library::State;

use crate::{
    error::{AppError, ErrorCode, chain},
    library::{CacheFile, Shelf, blocking},
    store::downloads::Wanted,
    view::LocalModelId,
};

/// Why the files have no names yet.
#[derive(Debug)]
pub(super) enum PlaceError {
    /// This one is not there any more and has to be fetched again.
    Missing(usize),
    Refused(AppError),
}

/// Returns the model as the library has it now. After a kill in the middle the same call goes on.
pub(super) async fn place(shelf: Shelf, wanted: Wanted) -> Result<LocalModelId, PlaceError> {
    let first = give_names(&shelf, &wanted).await?;
    let placed = LocalModelId::of(&first);
    let model = match shelf.find_anew(&placed).await {
        Ok(found) => LocalModelId::of(found.path()),
        Err(error) => {
            tracing::warn!(cause = error.message, "a downloaded model is not found where it was put");
            placed
        }
    };
    if let Some(replaced) = &wanted.replaces {
        discard(&shelf, replaced).await;
    }
    shelf.tell_change();
    Ok(model)
}

/// From the last to the first: a model is found by its first file, and then it is whole.
async fn give_names(shelf: &Shelf, wanted: &Wanted) -> Result<PathBuf, PlaceError> {
    let (cache, folder) = (shelf.cache().await?, shelf.folder().await?);
    let names: Result<Vec<CacheFile>, _> = wanted.files.iter().map(|file| CacheFile::of(wanted, file)).collect();
    let names = names.map_err(|error| AppError::new(ErrorCode::Internal, chain(&error)))?;
    let placed = blocking(move || {
        let mut first = PathBuf::new();
        for (index, file) in names.iter().enumerate().rev() {
            let placed = cache.place(&file.repo, file.revision.as_ref(), &file.commit, &file.path, &file.etag);
            first = placed.map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => PlaceError::Missing(index),
                _ => PlaceError::Refused(AppError::of_disk(&error, &folder)),
            })?;
        }
        Ok(first)
    });
    placed.await?
}

/// Takes the damaged one away, unless the new files have mended it.
async fn discard(shelf: &Shelf, replaced: &LocalModelId) {
    let Ok(found) = shelf.find_anew(replaced).await else { return };
    if !matches!(found.model().state, State::Damaged { .. }) {
        return;
    }
    if let Err(error) = shelf.discard(found).await {
        tracing::warn!(cause = error.message, "a damaged model could not be taken away");
    }
    if let Err(error) = shelf.scan().await {
        tracing::warn!(cause = error.message, "the models could not be looked up");
    }
}

impl From<AppError> for PlaceError {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}
