//! What runs for the queue. A task is over before its threads are: one that waits for a disk cannot be ended, and until
//! it has had its answer nothing else may touch the file. Nobody else waits for that.

use std::collections::HashMap;

use futures::FutureExt;
use hearth_hub::transfer::{Progress, Released};
use tokio::{
    sync::watch,
    task::{self, AbortHandle, JoinError, JoinSet},
};

use super::place::PlaceError;
use crate::{
    error::AppError,
    view::{DownloadId, LocalModelId},
};

/// All that run.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    running: JoinSet<End>,
    works: HashMap<task::Id, Work>,
}

/// What a running task does.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) download: DownloadId,
    pub(super) kind: Kind,
    abort: AbortHandle,
}

#[derive(Debug)]
pub(super) enum Kind {
    Fetch {
        index: usize,
        progress: watch::Receiver<Progress>,
        /// What was last told of it.
        told: Progress,
        /// Knows when nothing touches the file any more.
        released: Released,
    },
    /// It was fetched, well or not, and a thread still waits for the disk.
    Release {
        index: usize,
    },
    Place,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    Fetched { index: usize, outcome: Result<(), AppError> },
    Placed(Result<LocalModelId, PlaceError>),
    Released,
    Stopped,
    Panicked(String),
}

/// Whose task ended, and how.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) download: DownloadId,
    pub(super) end: End,
}

impl Tasks {
    /// `progress` tells of it from `told` on.
    pub(super) fn fetch(
        &mut self,
        download: DownloadId,
        index: usize,
        progress: watch::Receiver<Progress>,
        released: Released,
        fetching: impl Future<Output = Result<(), AppError>> + Send + 'static,
    ) {
        let told = progress.borrow().clone();
        let abort = self.running.spawn(async move { End::Fetched { index, outcome: fetching.await } });
        self.add(download, Kind::Fetch { index, progress, told, released }, abort);
    }

    pub(super) fn place(
        &mut self,
        download: DownloadId,
        placing: impl Future<Output = Result<LocalModelId, PlaceError>> + Send + 'static,
    ) {
        let abort = self.running.spawn(async move { End::Placed(placing.await) });
        self.add(download, Kind::Place, abort);
    }

    /// The next end; `None` if nothing runs. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Ended> {
        loop {
            let joined = self.running.join_next_with_id().await?;
            if let Some(ended) = self.take_in(joined) {
                return Some(ended);
            }
        }
    }

    /// Ends what is being fetched for these downloads, or begins to.
    pub(super) fn stop_fetching(&self, whose: impl Fn(DownloadId) -> bool) {
        for work in self.works.values().filter(|work| whose(work.download)) {
            if matches!(work.kind, Kind::Fetch { .. }) {
                work.abort.abort();
            }
        }
    }

    /// All there are.
    pub(super) fn works(&self) -> impl Iterator<Item = &Work> {
        self.works.values()
    }

    /// The same, to take in how far they are.
    pub(super) fn works_mut(&mut self) -> impl Iterator<Item = &mut Work> {
        self.works.values_mut()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.works.is_empty()
    }

    fn take_in(&mut self, joined: Result<(task::Id, End), JoinError>) -> Option<Ended> {
        let (id, end) = match joined {
            Ok((id, end)) => (id, end),
            Err(error) if error.is_cancelled() => (error.id(), End::Stopped),
            Err(error) => (error.id(), End::Panicked(error.to_string())),
        };
        let Work { download, kind, .. } = self.works.remove(&id)?;
        if let Kind::Fetch { index, mut released, .. } = kind
            && released.wait().now_or_never().is_none()
        {
            let abort = self.running.spawn(async move {
                released.wait().await;
                End::Released
            });
            self.add(download, Kind::Release { index }, abort);
        }
        Some(Ended { download, end })
    }

    fn add(&mut self, download: DownloadId, kind: Kind, abort: AbortHandle) {
        self.works.insert(abort.id(), Work { download, kind, abort });
    }
}

impl Work {
    /// The file of the download that may be written, if one may.
    pub(super) fn index(&self) -> Option<usize> {
        match self.kind {
            Kind::Fetch { index, .. } | Kind::Release { index } => Some(index),
            Kind::Place => None,
        }
    }

    pub(super) fn is_release(&self) -> bool {
        matches!(self.kind, Kind::Release { .. })
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use hearth_hub::transfer::{Hold, Phase, hold};

    use super::*;
    use crate::error::ErrorCode;

    const ONE: DownloadId = DownloadId(1);
    const OTHER: DownloadId = DownloadId(2);

    /// Fetches, with a thread that waits for a disk until the hold is dropped.
    fn fetch(
        tasks: &mut Tasks,
        download: DownloadId,
        fetching: impl Future<Output = Result<(), AppError>> + Send + 'static,
    ) -> Hold {
        let (_, progress) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
        let (hold, released) = hold();
        tasks.fetch(download, 0, progress, released, fetching);
        hold
    }

    /// Of a fault: a drive that hung held up all downloads, and whatever was asked of any.
    #[tokio::test]
    async fn a_disk_that_does_not_answer_holds_up_its_own_file_only() {
        let mut tasks = Tasks::default();
        let hung = fetch(&mut tasks, ONE, ready(Err(AppError::new(ErrorCode::Offline, "gone"))));
        let ended = tasks.next().await.expect("an end");
        assert!(matches!((ended.download, ended.end), (ONE, End::Fetched { outcome: Err(_), .. })), "told at once");
        assert!(tasks.works().all(Work::is_release), "and still the file's");

        drop(fetch(&mut tasks, OTHER, ready(Ok(()))));
        let ended = tasks.next().await.expect("an end");
        assert!(matches!((ended.download, ended.end), (OTHER, End::Fetched { outcome: Ok(()), .. })));
        assert!(tasks.next().now_or_never().is_none(), "the first file is not free yet");

        drop(hung);
        let ended = tasks.next().await.expect("an end");
        assert!(matches!((ended.download, ended.end), (ONE, End::Released)));
        assert!(tasks.is_empty());
    }

    #[tokio::test]
    async fn what_is_stopped_says_so_and_keeps_its_file_until_the_disk_answers() {
        let mut tasks = Tasks::default();
        let hung = fetch(&mut tasks, ONE, pending());
        let other = fetch(&mut tasks, OTHER, pending());
        tasks.stop_fetching(|download| download == ONE);
        let ended = tasks.next().await.expect("an end");
        assert!(matches!((ended.download, ended.end), (ONE, End::Stopped)));
        tasks.stop_fetching(|download| download == ONE);
        assert!(tasks.next().now_or_never().is_none(), "waiting for the disk is not stopped");
        drop(hung);
        assert!(matches!(tasks.next().await.map(|ended| ended.end), Some(End::Released)));
        drop(other);
        assert_eq!(tasks.works().map(|work| work.download).collect::<Vec<_>>(), [OTHER]);
    }
}
