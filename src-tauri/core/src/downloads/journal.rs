//! The journal of a transfer, in the database: one transaction for all segments that finished together.

use std::io;

use futures::{FutureExt, future::BoxFuture};
use hearth_hub::{
    RepoId, Sha256,
    transfer::{Journal, SegmentDone},
};

use super::failure::to_io;
use crate::{
    error::AppError,
    store::{Opening, StoreError, segments},
};

pub(super) struct StoredJournal {
    pub(super) opening: Opening,
    pub(super) repo: RepoId,
    pub(super) sha256: Sha256,
}

impl StoredJournal {
    /// What is on the disk already.
    pub(super) async fn entries(&self) -> Result<Vec<SegmentDone>, StoreError> {
        segments::of(&mut *self.opening.store().await?.reader().await?, &self.repo, self.sha256).await
    }

    /// Nothing is on the disk any more.
    pub(super) async fn forget(&self) -> Result<(), StoreError> {
        segments::forget(&mut *self.opening.store().await?.writer().await?, &self.repo, self.sha256).await
    }

    async fn add(&self, done: &[SegmentDone]) -> Result<(), StoreError> {
        let mut change = self.opening.store().await?.change().await?;
        segments::add(&mut change, &self.repo, self.sha256, done).await?;
        Ok(change.commit().await?)
    }

    async fn remove(&self, segment: u32) -> Result<(), StoreError> {
        segments::remove(&mut *self.opening.store().await?.writer().await?, &self.repo, self.sha256, segment).await
    }
}

impl Journal for StoredJournal {
    fn done<'journal>(&'journal self, segments: &'journal [SegmentDone]) -> BoxFuture<'journal, io::Result<()>> {
        async { self.add(segments).await.map_err(|error| to_io(AppError::from(error))) }.boxed()
    }

    fn lost(&self, segment: u32) -> BoxFuture<'_, io::Result<()>> {
        async move { self.remove(segment).await.map_err(|error| to_io(AppError::from(error))) }.boxed()
    }
}
