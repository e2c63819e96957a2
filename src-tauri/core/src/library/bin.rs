//! Deleting models, undoing that, and the room that deleted ones still take.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use hearth_library::{Bin, Place, Removal, RemoveError, Sharing};

use super::{Found, Shelf, blocking, name_of, shown};
use crate::{
    error::{AppError, ErrorCode, chain},
    view::{LocalModelId, Origin, RemovalId, RemovalPlan, RemovedModel},
};

/// The folder, in the app's own, of the notes about deleted models.
const FOLDER: &str = "removed";

impl Shelf {
    /// Makes the bin ready: what an earlier run has deleted is freed for good, and a deletion that was interrupted is
    /// undone. Does so once.
    pub(crate) async fn bin(&self) -> Result<&Arc<Bin>, AppError> {
        let open = || async {
            let folder = self.inner.parts.home.join(FOLDER);
            let bin = blocking(move || Bin::open(folder)).await?.map_err(|error| of_removal(&error))?;
            Ok(Arc::new(bin))
        };
        self.inner.bin.get_or_try_init(open).await
    }

    /// What deleting this model would do.
    pub(crate) async fn plan_removal(&self, found: Found) -> Result<RemovalPlan, AppError> {
        let starter = self.starter().to_owned();
        blocking(move || {
            let removal = plan(&found);
            RemovalPlan {
                model: LocalModelId::of(found.path()),
                name: name_of(found.model()),
                freed_bytes: removal.freed_bytes(),
                shared_with: shared_with(&removal),
                leaves: distinct(found.model().places.iter().map(|place| shown::origin(place, &starter))),
            }
        })
        .await
    }

    /// Deletes a model from every program. Can be undone until the app closes.
    pub(crate) async fn remove(&self, found: Found) -> Result<RemovedModel, AppError> {
        let bin = Arc::clone(self.bin().await?);
        let removed = blocking(move || bin.remove(&plan(&found))).await?.map_err(|error| of_removal(&error))?;
        self.scan().await?;
        self.tell_change();
        Ok(RemovedModel { id: shown_id(removed.id)?, name: removed.name, freed_bytes: removed.freed_bytes })
    }

    /// Takes a damaged model away for good: it was fetched anew.
    pub(crate) async fn discard(&self, found: Found) -> Result<(), AppError> {
        let bin = Arc::clone(self.bin().await?);
        let discarded = blocking(move || bin.discard(&plan(&found)));
        discarded.await?.map_err(|error| of_removal(&error))
    }

    /// Brings a deleted model back.
    pub(crate) async fn undo_removal(&self, id: RemovalId) -> Result<(), AppError> {
        let bin = Arc::clone(self.bin().await?);
        let undone = blocking(move || {
            let held = bin.held()?;
            let removed = held.iter().find(|removed| shown_id(removed.id).is_ok_and(|shown| shown == id));
            bin.undo(removed.ok_or(RemoveError::NotKept)?.id)
        });
        undone.await?.map_err(|error| of_removal(&error))?;
        self.scan().await?;
        self.tell_change();
        Ok(())
    }

    /// Frees what deleted models still take.
    pub(crate) async fn empty_bin(&self) -> Result<(), AppError> {
        let bin = Arc::clone(self.bin().await?);
        blocking(move || bin.empty_all()).await?.map_err(|error| of_removal(&error))?;
        self.tell_change();
        Ok(())
    }

    /// What can still be brought back. A bin that cannot be read holds nothing that could.
    pub(super) async fn removed(&self) -> Vec<RemovedModel> {
        let held = async {
            let bin = Arc::clone(self.bin().await?);
            blocking(move || bin.held()).await?.map_err(|error| of_removal(&error))
        };
        let held = held.await.unwrap_or_else(|error: AppError| {
            tracing::warn!(cause = error.message, "what was deleted is not known");
            Vec::new()
        });
        let shown = held.into_iter().filter_map(|removed| {
            let id = shown_id(removed.id).ok()?;
            Some(RemovedModel { id, name: removed.name, freed_bytes: removed.freed_bytes })
        });
        shown.collect()
    }

    /// Bytes that deleted models take where `folder` is.
    pub(super) async fn held_bytes(&self, folder: &Path) -> u64 {
        let Ok(bin) = self.bin().await.map(Arc::clone) else { return 0 };
        let folder = folder.to_owned();
        let held = blocking(move || bin.held_bytes(&folder).unwrap_or_default()).await;
        held.unwrap_or_default()
    }
}

fn plan(found: &Found) -> Removal {
    Removal::plan(found.scan(), found.model(), |_: &Place| true).called(name_of(found.model()))
}

/// The files that go or are shared, by their real paths.
pub(crate) fn real_files(found: &Found) -> HashSet<PathBuf> {
    let model = found.model();
    let places = model.places.iter().flat_map(|place| place.files.iter().chain(&place.projector));
    places.filter_map(|path| path.canonicalize().ok()).collect()
}

fn shared_with(removal: &Removal) -> Vec<Origin> {
    distinct(removal.shared_with().iter().filter_map(|sharing| match sharing {
        Sharing::Place { source, .. } => Some(shown::origin_of(source)),
        // No program that is known.
        Sharing::UnknownName { .. } | Sharing::LinkTarget { .. } => None,
    }))
}

fn distinct(origins: impl Iterator<Item = Origin>) -> Vec<Origin> {
    let mut distinct = Vec::new();
    for origin in origins {
        if !distinct.contains(&origin) {
            distinct.push(origin);
        }
    }
    distinct
}

/// The bin counts on from what is left of earlier runs, which is seldom anything.
fn shown_id(id: hearth_library::RemovalId) -> Result<RemovalId, AppError> {
    let number = id.to_string().parse();
    number.map(RemovalId).map_err(|_| AppError::new(ErrorCode::Internal, format!("too many deletions: {id}")))
}

fn of_removal(error: &RemoveError) -> AppError {
    match error {
        RemoveError::Io { path, source } => AppError::of_disk(source, path),
        RemoveError::NotKept => AppError::new(ErrorCode::NotFound, chain(error)),
    }
}
