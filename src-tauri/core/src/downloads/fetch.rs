//! Fetching one file, with whatever way to the Hub there is at the time.

use std::path::PathBuf;

use hearth_hub::{
    Commit, RepoId,
    transfer::{self, Expected, Job, Progress, Segments},
};
use tokio::sync::watch;

use super::{failure, journal::StoredJournal};
use crate::{
    error::AppError,
    hub_access::HubAccess,
    library::{CacheFile, Shelf, blocking},
    store::downloads::WantedFile,
    store::{StoreError, downloads, segments},
};

/// Most for one file. The transfer itself finds out how many help.
const CONNECTIONS: u32 = 8;

/// A file to be fetched.
pub(super) struct Fetch {
    pub(super) hub: HubAccess,
    pub(super) shelf: Shelf,
    pub(super) repo: RepoId,
    pub(super) commit: Commit,
    pub(super) file: WantedFile,
    pub(super) names: CacheFile,
    pub(super) progress: watch::Sender<Progress>,
}

impl Fetch {
    /// Until it is whole, verified, and remembered as such. Dropping the future pauses it.
    pub(super) async fn run(self) -> Result<(), AppError> {
        let (cache, folder) = (self.shelf.cache().await?, self.shelf.folder().await?);
        let partial = cache.partial_path(&self.names.repo, &self.names.etag);
        let repo = self.names.repo.clone();
        let prepared = blocking(move || cache.prepare(&repo)).await?;
        prepared.map_err(|error| AppError::of_disk(&error, &folder))?;

        let journal =
            StoredJournal { opening: self.shelf.opening().clone(), repo: self.repo.clone(), sha256: self.file.sha256 };
        let mut changes = self.hub.changes();
        loop {
            changes.mark_unchanged();
            let connection = self.hub.connection().await?;
            let job = Job {
                url: connection.endpoint().file(&self.repo, &self.commit, &self.file.path),
                partial: partial.clone(),
                expected: Expected { size_bytes: self.file.size_bytes, sha256: self.file.sha256 },
                segments: self.segments(&journal, partial.clone()).await?,
                connections: CONNECTIONS,
            };
            let transferred = tokio::select! {
                result = transfer::run(&connection, &job, &journal, &self.progress) => result,
                // The sender lives as long as this file's own handle on it.
                Ok(()) = changes.changed() => continue,
            };
            return match transferred {
                Ok(()) => self.remember().await,
                Err(error) => {
                    let endpoint = connection.endpoint();
                    Err(failure::of_transfer(&error, self.repo.as_str(), endpoint, &folder))
                }
            };
        }
    }

    /// What is there already, if the partial file is still the one that the journal speaks of.
    async fn segments(&self, journal: &StoredJournal, partial: PathBuf) -> Result<Segments, AppError> {
        let size_bytes = self.file.size_bytes;
        let is_it = blocking(move || partial.metadata().is_ok_and(|found| found.len() == size_bytes)).await?;
        if !is_it {
            journal.forget().await?;
            return Ok(Segments::none(size_bytes));
        }
        Ok(Segments::with(size_bytes, journal.entries().await?))
    }

    async fn remember(&self) -> Result<(), AppError> {
        let mut change = self.shelf.opening().store().await?.change().await?;
        downloads::set_whole(&mut change, &self.repo, self.file.sha256, true).await?;
        segments::forget(&mut change, &self.repo, self.file.sha256).await?;
        Ok(change.commit().await.map_err(StoreError::from)?)
    }
}
