//! Downloads: one queue, two files at a time, that goes on through restarts, bad networks and full disks.
//!
//! One task, the [`queue`], owns all downloads; this is the handle on that task. The bytes are fetched by
//! [`hearth_hub::transfer`]; what is on the disk is in the database, so that nothing is fetched twice. A model's files
//! get their names together, when the last of them is whole: nobody ever finds half a model.

mod failure;
mod fetch;
mod item;
mod journal;
mod obey;
mod order;
mod outcome;
mod place;
mod queue;
mod resolve;
mod room;
mod speed;
mod sweep;
mod tasks;

use std::{collections::HashSet, path::PathBuf, time::Duration};

use hearth_hub::{FileName, RepoId};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    discover::Holdings,
    error::{AppError, ErrorCode},
    hub_access::HubAccess,
    library::{Relocation, Shelf},
    view::{Download, DownloadId, DownloadRequest, DownloadState, Presence},
};
use order::Order;
use queue::Queue;

/// A handle on the queue. Clones are handles on the same one; when the last is dropped, all downloads pause.
#[derive(Clone)]
pub(crate) struct Downloads {
    orders: mpsc::UnboundedSender<Order>,
    list: watch::Receiver<Vec<Download>>,
    hub: HubAccess,
    shelf: Shelf,
}

impl Downloads {
    /// Goes on with what an earlier run has left. `ask_again` is how often a repository is asked that has not let the
    /// person in yet.
    pub(crate) fn start(hub: HubAccess, shelf: Shelf, ask_again: Duration) -> Self {
        let (orders, ordered) = mpsc::unbounded_channel();
        let (told, list) = watch::channel(Vec::new());
        tokio::spawn(Queue::new(hub.clone(), shelf.clone(), ordered, told).run(ask_again));
        Self { orders, list, hub, shelf }
    }

    /// All of them in their order, now and later.
    pub(crate) fn list(&self) -> watch::Receiver<Vec<Download>> {
        self.list.clone()
    }

    /// Makes sure that the list is that of the database.
    pub(crate) async fn load(&self) -> Result<Vec<Download>, AppError> {
        self.ask(Order::Load).await?;
        Ok(self.list.borrow().clone())
    }

    /// Begins a download, or queues it.
    pub(crate) async fn start_one(&self, request: DownloadRequest) -> Result<Download, AppError> {
        let wanted = resolve::resolve(&self.hub, &self.shelf, request).await?;
        self.ask(|done| Order::Add(Box::new(wanted), done)).await
    }

    /// Stops one; what is there is kept.
    pub(crate) async fn pause(&self, id: DownloadId) -> Result<(), AppError> {
        self.ask(|done| Order::Pause(id, done)).await
    }

    /// Goes on with a paused or failed one.
    pub(crate) async fn resume(&self, id: DownloadId) -> Result<(), AppError> {
        let is_refused = |one: &Download| {
            let DownloadState::Failed { error } = &one.state else { return false };
            one.id == id && failure::is_about_access(error)
        };
        let is_refused = self.list.borrow().iter().any(is_refused);
        // The keychain may be open by now, or be opened by whoever wants to go on. Nobody else is kept waiting.
        if is_refused && let Err(error) = self.hub.account().await {
            tracing::debug!(cause = error.message, "who is signed in is not known");
        }
        self.ask(|done| Order::Resume(id, done)).await
    }

    /// Gives one up.
    pub(crate) async fn cancel(&self, id: DownloadId) -> Result<(), AppError> {
        self.ask(|done| Order::Cancel(id, done)).await
    }

    /// Puts one before another one, or at the end.
    pub(crate) async fn move_before(&self, id: DownloadId, before: Option<DownloadId>) -> Result<(), AppError> {
        self.ask(|done| Order::Move { id, before, done }).await
    }

    /// Whether a download still needs one of these files (by their real paths).
    pub(crate) async fn need(&self, files: HashSet<PathBuf>) -> Result<bool, AppError> {
        self.ask(|done| Order::Needs(files, done)).await
    }

    /// Stops all of them for a while; returns when none writes any more.
    pub(crate) async fn hold(&self) -> Result<(), AppError> {
        self.ask(Order::Hold).await
    }

    /// Goes on with all of them. If the models were moved, `moved` says where to.
    pub(crate) async fn release(&self, moved: Option<Relocation>) -> Result<(), AppError> {
        self.ask(|done| Order::Release(moved, done)).await
    }

    /// Ends the queue; returns when nothing is written any more.
    pub(crate) async fn shut_down(&self) {
        // Who has ended already has nothing to write either.
        self.ask(Order::ShutDown).await.ok();
    }

    async fn ask<T>(&self, order: impl FnOnce(order::Reply<T>) -> Order) -> Result<T, AppError> {
        let (done, is_done) = oneshot::channel();
        let closing = || AppError::new(ErrorCode::Internal, "the app is closing");
        self.orders.send(order(done)).map_err(|_| closing())?;
        is_done.await.map_err(|_| closing())?
    }
}

impl Holdings for Downloads {
    fn presence(&self, repo: &RepoId, file: &FileName) -> Presence {
        let brings = |download: &&Download| {
            let is_over = matches!(download.state, DownloadState::Done { .. });
            !is_over && download.repo == repo.as_str() && download.file == file.as_str()
        };
        let coming = self.list.borrow().iter().find(brings).map(|download| download.id);
        match (coming, self.shelf.holds(repo, file)) {
            (Some(download), _) => Presence::Downloading { download },
            (None, Some(model)) => Presence::Here { model },
            (None, None) => Presence::Absent,
        }
    }
}
