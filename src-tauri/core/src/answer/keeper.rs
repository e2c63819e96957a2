//! Keeps the text of an answer on the disk while it grows.

use std::time::Duration;

use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
    time::sleep,
};

use crate::{
    error::chain,
    store::{Store, StoreError, messages},
    view::MessageId,
};

/// Between two writes. With the write itself this stays well below the second after which nothing may be lost.
const INTERVAL: Duration = Duration::from_millis(300);

/// The text of an answer, and the task that keeps it. A slow disk delays that task, not the answer.
#[derive(Debug)]
pub(super) struct Keeper {
    text: watch::Sender<String>,
    finish: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Keeps what is appended to `beginning`, which is kept already.
    pub(super) fn new(store: Store, answer: MessageId, beginning: String) -> Self {
        let (text, latest) = watch::channel(beginning);
        let (finish, finished) = oneshot::channel();
        Self { text, finish, task: tokio::spawn(keep(store, answer, latest, finished)) }
    }

    pub(super) fn push(&self, more: &str) {
        self.text.send_modify(|text| text.push_str(more));
    }

    /// Ends the task and hands out the whole text, which the caller is to keep from now on.
    pub(super) async fn finish(self) -> String {
        drop(self.finish);
        // It ends between two writes, and a panic in it has been logged.
        self.task.await.ok();
        self.text.borrow().clone()
    }
}

async fn keep(
    store: Store,
    answer: MessageId,
    mut latest: watch::Receiver<String>,
    mut finished: oneshot::Receiver<()>,
) {
    loop {
        tokio::select! {
            biased;
            _ = &mut finished => return,
            changed = latest.changed() => if changed.is_err() {
                return;
            },
        }
        let text = latest.borrow_and_update().clone();
        if let Err(error) = write(&store, answer, &text).await {
            // The answer goes on; its end is written once more, and that failure is told.
            tracing::warn!(cause = chain(&error), "an unfinished answer cannot be kept");
        }
        tokio::select! {
            _ = &mut finished => return,
            () = sleep(INTERVAL) => {}
        }
    }
}

async fn write(store: &Store, answer: MessageId, text: &str) -> Result<(), StoreError> {
    messages::set_partial_text(&mut *store.writer().await?, answer, text).await
}
