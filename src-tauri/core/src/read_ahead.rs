//! Reading ahead: the engine reads what is certain of a question that is still being written, so that the answer
//! begins as soon as it is sent. One reading at a time, and nobody waits for it or hears of it.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use hearth_ipc::{Preparation, PreparationEnd, PrepareRequest};
use tokio::task::AbortHandle;

use crate::{answer::Slot, engine::ReadyModel};

/// The reading ahead that was asked for last. Clones share it; when the last is dropped, it ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadAhead {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicU64,
    running: Mutex<Option<Reading>>,
}

/// The right to begin, as long as nobody has asked after it: looking up what is to be read takes a moment, and not
/// always the same.
#[derive(Debug)]
pub(crate) struct Ticket(u64);

/// Dropping it stops it.
#[derive(Debug)]
struct Reading(AbortHandle);

impl ReadAhead {
    /// From now on, whatever was asked for before is not begun any more.
    pub(crate) fn ask(&self) -> Ticket {
        Ticket(self.inner.asked.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Has it read in place of what was asked for before, unless an answer is being written or somebody has asked
    /// since.
    pub(crate) fn begin(&self, ticket: &Ticket, slot: &Slot, model: ReadyModel, request: PrepareRequest) {
        let mut running = self.running();
        if !self.is_latest(ticket) || slot.is_taken() {
            return;
        }
        let reading = Reading(tokio::spawn(wait_for(model.client.prepare(request), model)).abort_handle());
        // The new one comes first, which the engine takes for the end of the old one: whatever both have in common is
        // then read without a pause.
        running.replace(reading);
    }

    /// Ends what is being read for whoever asked before, since there is nothing to be read for this one.
    pub(crate) fn give_up(&self, ticket: &Ticket) {
        let mut running = self.running();
        if self.is_latest(ticket) {
            running.take();
        }
    }

    /// Ends it.
    pub(crate) fn stop(&self) {
        self.running().take();
    }

    fn is_latest(&self, ticket: &Ticket) -> bool {
        self.inner.asked.load(Ordering::Relaxed) == ticket.0
    }

    fn running(&self) -> MutexGuard<'_, Option<Reading>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whatever goes wrong costs time only, and what is sent will tell whether it lasts. The model stays meanwhile.
async fn wait_for(preparation: Preparation, model: ReadyModel) {
    match preparation.end().await {
        PreparationEnd::Prepared(tokens) => {
            tracing::debug!(tokens, "a question was read ahead");
            model.served();
        }
        PreparationEnd::Failed(failure) => {
            tracing::debug!(kind = ?failure.kind, cause = failure.cause, "a question was not read ahead");
        }
        PreparationEnd::EngineEnded(end) => tracing::debug!(cause = %end, "a question was not read ahead"),
    }
}
