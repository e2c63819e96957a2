//! The task that owns all downloads: it starts what may run, takes in how that ended, and does as it is told.

use std::time::{Duration, Instant};

use hearth_hub::transfer::{Phase, Progress, hold};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, interval_at},
};

use super::{
    failure,
    fetch::Fetch,
    item::{Activity, Item, State},
    order::{Order, Reply},
    place::place,
    tasks::{Kind, Tasks, Work},
};
use crate::{
    error::{AppError, ErrorCode, chain},
    hub_access::HubAccess,
    library::{CacheFile, Shelf},
    store::downloads,
    view::{Download, DownloadId},
};

/// Over all downloads. More would not be faster, since each file has several connections of its own.
const FILES_AT_A_TIME: usize = 2;
/// Four times a second, at the most, it is told how far the files are.
const TELL_INTERVAL: Duration = Duration::from_millis(250);

pub(super) struct Queue {
    pub(super) hub: HubAccess,
    pub(super) shelf: Shelf,
    orders: mpsc::UnboundedReceiver<Order>,
    told: watch::Sender<Vec<Download>>,
    pub(super) items: Vec<Item>,
    pub(super) is_loaded: bool,
    /// Nothing may be written to the models' folder.
    pub(super) is_held: bool,
    pub(super) tasks: Tasks,
    /// Given up by the person, and waiting for a disk to let go of their files.
    pub(super) leaving: Vec<(DownloadId, Reply<()>)>,
}

impl Queue {
    pub(super) fn new(
        hub: HubAccess,
        shelf: Shelf,
        orders: mpsc::UnboundedReceiver<Order>,
        told: watch::Sender<Vec<Download>>,
    ) -> Self {
        Self {
            hub,
            shelf,
            orders,
            told,
            items: Vec::new(),
            is_loaded: false,
            is_held: false,
            tasks: Tasks::default(),
            leaving: Vec::new(),
        }
    }

    /// Until the app ends.
    pub(super) async fn run(mut self, ask_again: Duration) {
        // A move that an earlier run has begun goes on first; whoever has it go on says when it is over.
        self.is_held = self.shelf.unfinished_move().await.is_ok_and(|unfinished| unfinished.is_some());
        if let Err(error) = self.load().await {
            tracing::warn!(code = ?error.code, cause = error.message, "the downloads of earlier runs are not known yet");
        }
        let mut changes = self.hub.changes();
        let mut ticks = interval(TELL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asks = interval_at(tokio::time::Instant::now() + ask_again, ask_again);
        asks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.settle();
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => if self.obey(order).await.is_break() { return },
                    None => return,
                },
                Some(ended) = self.tasks.next(), if !self.tasks.is_empty() => self.take_in(ended).await,
                _ = ticks.tick(), if !self.tasks.is_empty() => self.look_at_progress(),
                Ok(()) = changes.changed() => self.try_again(failure::is_about_access).await,
                _ = asks.tick() => self.try_again(|error| error.code == ErrorCode::AccessNotGranted).await,
            }
        }
    }

    /// Reads what an earlier run has left, unless that was done before.
    pub(super) async fn load(&mut self) -> Result<(), AppError> {
        if self.is_loaded {
            return Ok(());
        }
        let store = self.shelf.opening().store().await?;
        downloads::remove_done(&mut *store.writer().await?).await?;
        let kept = downloads::all(&mut *store.reading().await?).await?;
        self.items = kept.into_iter().filter_map(Item::kept).collect();
        self.is_loaded = true;
        for id in self.items.iter().map(|item| item.id).collect::<Vec<_>>() {
            self.look_at_disk(id).await;
        }
        // The keychain may have been locked, and not be so now.
        self.try_again(failure::is_about_access).await;
        Ok(())
    }

    pub(super) fn item(&mut self, id: DownloadId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == id)
    }

    /// As the page is told about it.
    pub(super) fn shown(&self, id: DownloadId) -> Result<Download, AppError> {
        let item = self.items.iter().find(|item| item.id == id).ok_or_else(gone)?;
        Ok(item.show(&self.activity(id)))
    }

    /// Another state, also for the next run. What cannot be written down is true all the same.
    pub(super) async fn set_state(&mut self, id: DownloadId, state: State) {
        let Some(item) = self.item(id) else { return };
        item.state = state;
        let kept = item.kept_state();
        let write =
            async { downloads::set_state(&mut *self.shelf.opening().store().await?.writer().await?, id, &kept).await };
        if let Err(error) = write.await {
            tracing::warn!(cause = chain(&error), "the state of a download cannot be kept");
        }
    }

    /// Ends what is being fetched for this download; returns when it has ended, though a thread may still wait for the
    /// disk. What is being given its name comes to its end: it takes a moment.
    pub(super) async fn stop(&mut self, id: DownloadId) {
        self.tasks.stop_fetching(|other| other == id);
        while self.is_at_work(id) {
            let Some(ended) = self.tasks.next().await else { return };
            self.take_in(ended).await;
        }
    }

    /// Ends everything; returns when nothing is written any more.
    pub(super) async fn stop_all(&mut self) {
        self.tasks.stop_fetching(|_| true);
        while let Some(ended) = self.tasks.next().await {
            self.take_in(ended).await;
        }
    }

    /// Whether something of this download is being fetched or given its name.
    pub(super) fn is_at_work(&self, id: DownloadId) -> bool {
        self.tasks.works().any(|work| work.download == id && !work.is_release())
    }

    /// Whether a disk still has something to do for a file of this download that was stopped.
    pub(super) fn is_releasing(&self, id: DownloadId) -> bool {
        self.tasks.works().any(|work| work.download == id && work.is_release())
    }

    /// Whether these contents are being written.
    fn is_fetching(&self, wanted: &Item, index: usize) -> bool {
        let Some(file) = wanted.wanted.files.get(index) else { return false };
        self.tasks.works().any(|work| {
            let Some(index) = work.index() else { return false };
            let other = self.items.iter().find(|item| item.id == work.download);
            other.is_some_and(|other| {
                let same = other.wanted.files.get(index).is_some_and(|other| other.sha256 == file.sha256);
                same && other.wanted.repo == wanted.wanted.repo
            })
        })
    }

    /// Starts what may run, and tells how everything is.
    pub(super) fn settle(&mut self) {
        self.fill();
        self.tell();
    }

    /// Starts what may run.
    fn fill(&mut self) {
        if self.is_held {
            return;
        }
        let is_busy = |item: &Item| {
            let is_written = (0..item.wanted.files.len()).any(|index| self.is_fetching(item, index));
            is_written || self.tasks.works().any(|work| work.download == item.id)
        };
        let whole = self.items.iter().filter(|item| item.is_queued() && item.is_whole());
        let placeable: Vec<_> = whole.filter(|item| !is_busy(item)).map(|item| item.id).collect();
        for id in placeable {
            self.begin_placing(id);
        }
        let is_fetch = |work: &&Work| matches!(work.kind, Kind::Fetch { .. });
        while self.tasks.works().filter(is_fetch).count() < FILES_AT_A_TIME {
            let Some((id, index)) = self.next_file() else { return };
            self.begin_fetching(id, index);
        }
    }

    fn next_file(&self) -> Option<(DownloadId, usize)> {
        self.items.iter().filter(|item| item.is_queued()).find_map(|item| {
            let missing = item.wanted.files.iter().enumerate().filter(|(_, file)| !file.is_whole);
            let mut free = missing.map(|(index, _)| index).filter(|index| !self.is_fetching(item, *index));
            free.next().map(|index| (item.id, index))
        })
    }

    fn begin_fetching(&mut self, id: DownloadId, index: usize) {
        let Some(item) = self.items.iter().find(|item| item.id == id) else { return };
        let Some(file) = item.wanted.files.get(index) else { return };
        let at_first = Progress { received_bytes: item.received(index), phase: Phase::Connecting };
        let (sender, progress) = watch::channel(at_first);
        let (hold, released) = hold();
        let fetching = CacheFile::of(&item.wanted, file).map(|names| {
            let fetch = Fetch {
                hub: self.hub.clone(),
                shelf: self.shelf.clone(),
                repo: item.wanted.repo.clone(),
                commit: item.wanted.commit,
                file: file.clone(),
                names,
                progress: sender,
                hold,
            };
            fetch.run()
        });
        self.tasks.fetch(id, index, progress, released, async move {
            match fetching {
                Ok(fetching) => fetching.await,
                Err(error) => Err(AppError::new(ErrorCode::Internal, chain(&error))),
            }
        });
    }

    fn begin_placing(&mut self, id: DownloadId) {
        let Some(item) = self.items.iter().find(|item| item.id == id) else { return };
        self.tasks.place(id, place(self.shelf.clone(), item.wanted.clone()));
    }

    async fn try_again(&mut self, which: impl Fn(&AppError) -> bool) {
        let failed: Vec<_> = self
            .items
            .iter()
            .filter(|item| matches!(&item.state, State::Failed(error) if which(error)))
            .map(|item| item.id)
            .collect();
        for id in failed {
            self.set_state(id, State::Queued).await;
        }
    }

    fn activity(&self, id: DownloadId) -> Activity {
        let mut activity = Activity::default();
        for work in self.tasks.works().filter(|work| work.download == id) {
            match &work.kind {
                Kind::Fetch { index, told, .. } => activity.fetching.push((*index, told.clone())),
                Kind::Release { .. } => {}
                Kind::Place => activity.is_placing = true,
            }
        }
        activity
    }

    fn look_at_progress(&mut self) {
        for work in self.tasks.works_mut() {
            if let Kind::Fetch { progress, told, .. } = &mut work.kind {
                told.clone_from(&progress.borrow());
            }
        }
        let now = Instant::now();
        let activities: Vec<Activity> = self.items.iter().map(|item| self.activity(item.id)).collect();
        for (item, activity) in self.items.iter_mut().zip(&activities) {
            item.look(activity, now);
        }
    }

    fn tell(&self) {
        let list: Vec<Download> = self.items.iter().map(|item| item.show(&self.activity(item.id))).collect();
        self.told.send_if_modified(|told| {
            let changes = *told != list;
            if changes {
                *told = list;
            }
            changes
        });
    }
}

/// The download is not in the list any more.
pub(super) fn gone() -> AppError {
    AppError::not_found("the download")
}
