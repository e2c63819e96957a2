//! Fetching one file, with whatever way to the Hub there is at the time.

use std::{
    io,
    path::{Path, PathBuf},
};

use hearth_hub::{
    Commit, RepoId,
    transfer::{self, Expected, Hold, Job, Progress, Segments},
};
use tokio::sync::watch;

use super::{failure, journal::StoredJournal};
use crate::{
    error::{AppError, ErrorCode, chain},
    hub_access::HubAccess,
    library::{CacheFile, Shelf, blocking},
    store::downloads::WantedFile,
    store::{StoreError, downloads},
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
    /// Lives as long as anything may touch the file.
    pub(super) hold: Hold,
}

impl Fetch {
    /// Until it is whole and verified. Dropping the future pauses it.
    pub(super) async fn run(self) -> Result<(), AppError> {
        let home = self.shelf.opening().home();
        self.fetch().await.map_err(|error| error.in_folder(home))
    }

    async fn fetch(&self) -> Result<(), AppError> {
        let (cache, folder) = (self.shelf.cache().await?, self.shelf.folder().await?);
        let partial = cache.partial_path(&self.names.repo, &self.names.etag);
        let journal =
            StoredJournal { opening: self.shelf.opening().clone(), repo: self.repo.clone(), sha256: self.file.sha256 };
        self.is_not_whole().await?;
        let mut changes = self.hub.changes();
        loop {
            changes.mark_unchanged();
            let connection = self.hub.connection().await?;
            let segments = self.segments(&journal, partial.clone(), &folder).await?;
            // Each time: somebody may have cleaned up meanwhile.
            let (cache, repo) = (cache.clone(), self.names.repo.clone());
            let prepared = blocking(move || cache.prepare(&repo)).await?;
            prepared.map_err(|error| AppError::of_disk(&error, &folder))?;
            let (hold, mut released) = transfer::hold();
            let job = Job {
                url: connection.endpoint().file(&self.repo, &self.commit, &self.file.path),
                partial: partial.clone(),
                expected: Expected { size_bytes: self.file.size_bytes, sha256: self.file.sha256 },
                segments,
                connections: CONNECTIONS,
                hold: hold.and(&self.hold),
            };
            let transferred = tokio::select! {
                result = transfer::run(&connection, &job, &journal, &self.progress) => Some(result),
                // The sender lives as long as this file's own handle on it.
                Ok(()) = changes.changed() => None,
            };
            let Some(transferred) = transferred else {
                // What the old transfer still writes must not come between what the new one does.
                drop(job);
                released.wait().await;
                continue;
            };
            let home = self.shelf.opening().home();
            return transferred.map_err(|error| {
                failure::of_transfer(&error, self.repo.as_str(), connection.endpoint(), &folder, home)
            });
        }
    }

    /// Whatever was known of it: what is whole is given its name without another look, and from now on it is written.
    async fn is_not_whole(&self) -> Result<(), StoreError> {
        let mut writer = self.shelf.opening().store().await?.writer().await?;
        downloads::set_whole(&mut writer, &self.repo, self.file.sha256, false).await
    }

    /// What is there already, if the partial file is still the one that the journal speaks of.
    async fn segments(&self, journal: &StoredJournal, partial: PathBuf, folder: &Path) -> Result<Segments, AppError> {
        let size_bytes = self.file.size_bytes;
        let segments = Segments::with(size_bytes, journal.entries().await?);
        let root = folder.to_owned();
        let (found, has_root) = blocking(move || (partial.metadata(), root.is_dir())).await?;
        match found {
            Ok(found) if found.len() == size_bytes => return Ok(segments),
            Ok(_) => {}
            // The disk that they are on may be plugged in again: nothing is begun anew elsewhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !has_root && segments.done_bytes() > 0 => {
                return Err(AppError::new(ErrorCode::FolderUnsuitable, chain(&error)).about(folder));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A disk that does not answer now has lost nothing.
            Err(error) => return Err(AppError::of_disk(&error, folder)),
        }
        journal.forget().await?;
        Ok(Segments::none(size_bytes))
    }
}
