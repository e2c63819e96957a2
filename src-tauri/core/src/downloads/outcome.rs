//! What the queue does when something that it has started ends.

use hearth_hub::transfer::Segments;

use super::{
    item::State,
    journal::StoredJournal,
    place::PlaceError,
    queue::Queue,
    tasks::{End, Ended},
};
use crate::{
    error::{AppError, ErrorCode, chain},
    store::{StoreError, downloads, segments},
    view::DownloadId,
};

impl Queue {
    /// Takes in how a task has ended.
    pub(super) async fn take_in(&mut self, Ended { download, end }: Ended) {
        match end {
            End::Fetched { index, outcome: Ok(()) } => self.gain(download, index).await,
            End::Fetched { outcome: Err(error), .. } | End::Placed(Err(PlaceError::Refused(error))) => {
                self.fail(download, error).await;
            }
            End::Placed(Ok(model)) => self.set_state(download, State::Done(model)).await,
            End::Placed(Err(PlaceError::Missing(index))) => self.lose(download, index).await,
            End::Released => {
                // What the disk still had in hand may have become a segment after all.
                if !self.is_at_work(download) {
                    self.look_at_disk(download).await;
                }
                self.go_on_cancelling(download).await;
            }
            End::Stopped => self.look_at_disk(download).await,
            End::Panicked(cause) => {
                self.fail(download, AppError::new(ErrorCode::Internal, format!("a download's task: {cause}"))).await;
            }
        }
    }

    /// A file is whole and verified. Only the queue writes that down: a task could be ended between the two.
    async fn gain(&mut self, download: DownloadId, index: usize) {
        match self.write_whole(download, index, true).await {
            Ok(()) => self.set_whole(download, index, true),
            // Nothing is lost: the journal has all of it, and the next try only verifies it again.
            Err(error) => {
                let error = AppError::from(error).in_folder(self.shelf.opening().home());
                self.fail(download, error).await;
            }
        }
    }

    /// For the next run. The journal has nothing more to say in either case.
    async fn write_whole(&self, download: DownloadId, index: usize, is_whole: bool) -> Result<(), StoreError> {
        let Some(item) = self.items.iter().find(|item| item.id == download) else { return Ok(()) };
        let Some(file) = item.wanted.files.get(index) else { return Ok(()) };
        let mut change = self.shelf.opening().store().await?.change().await?;
        downloads::set_whole(&mut change, &item.wanted.repo, file.sha256, is_whole).await?;
        segments::forget(&mut change, &item.wanted.repo, file.sha256).await?;
        Ok(change.commit().await?)
    }

    /// The contents of a file are whole, for every download that needs them.
    fn set_whole(&mut self, download: DownloadId, index: usize, is_whole: bool) {
        let Some(item) = self.items.iter().find(|item| item.id == download) else { return };
        let Some(file) = item.wanted.files.get(index) else { return };
        let (repo, contents) = (item.wanted.repo.clone(), file.sha256);
        for item in self.items.iter_mut().filter(|item| item.wanted.repo == repo && !item.is_done()) {
            item.set_whole(contents, is_whole);
        }
    }

    /// A file that was whole is not there any more.
    async fn lose(&mut self, download: DownloadId, index: usize) {
        tracing::warn!(download = download.0, index, "a file that was whole is gone and is fetched again");
        self.set_whole(download, index, false);
        if let Err(error) = self.write_whole(download, index, false).await {
            tracing::warn!(cause = chain(&error), "that a file is gone cannot be kept");
        }
    }

    /// It cannot go on by itself. Its other files need not go on either.
    async fn fail(&mut self, id: DownloadId, error: AppError) {
        tracing::warn!(code = ?error.code, cause = error.message, "a download has failed");
        if self.item(id).is_some_and(|item| item.is_queued()) {
            self.set_state(id, State::Failed(error)).await;
        }
        // What of it still runs is taken in as anything else that ends.
        self.tasks.stop_fetching(|other| other == id);
        self.look_at_disk(id).await;
    }

    /// How much of a download is on the disk, by the journal: unfinished segments are not.
    pub(super) async fn look_at_disk(&mut self, id: DownloadId) {
        let opening = self.shelf.opening().clone();
        let Some(item) = self.item(id) else { return };
        let missing = item.wanted.files.iter().enumerate().filter(|(_, file)| !file.is_whole);
        for (index, file) in missing.map(|(index, file)| (index, file.clone())).collect::<Vec<_>>() {
            let (opening, repo) = (opening.clone(), item.wanted.repo.clone());
            let journal = StoredJournal { opening, repo, sha256: file.sha256 };
            match journal.entries().await {
                Ok(entries) => item.set_received(index, &Segments::with(file.size_bytes, entries)),
                Err(error) => tracing::warn!(cause = chain(&error), "how far a download is cannot be read"),
            }
        }
    }
}
