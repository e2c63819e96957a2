//! An answer while it is written: what the caller holds, and that there is only one at a time.

mod keeper;
mod writing;

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures::Stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::{
    error::{AppError, ErrorCode},
    view::{AnswerEvent, ConversationId, MessageId},
};

pub(crate) use writing::{Desk, write};

/// The events of one answer. Dropping it stops the answer; what was written of it stays.
#[derive(Debug)]
pub struct AnswerStream {
    events: mpsc::UnboundedReceiver<AnswerEvent>,
}

impl Stream for AnswerStream {
    type Item = AnswerEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<AnswerEvent>> {
        self.events.poll_recv(context)
    }
}

/// Who wants an answer to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The person, or whoever listened and does no longer.
    Person,
    /// The app, because it ends.
    App,
}

/// The place for the one answer that may be written at a time: the model can only do one, and a second would make
/// both slow.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    place: Arc<Semaphore>,
    current: Arc<Mutex<Option<Current>>>,
}

/// What is known of the answer in the slot.
#[derive(Debug)]
struct Current {
    /// Absent while it is being stored.
    what: Option<(ConversationId, MessageId)>,
    stop: watch::Sender<Option<Stop>>,
}

/// The right to write an answer. Dropping it makes room for the next.
#[derive(Debug)]
pub(crate) struct Seat {
    slot: Slot,
    stop: watch::Receiver<Option<Stop>>,
    _permit: OwnedSemaphorePermit,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self { place: Arc::new(Semaphore::new(1)), current: Arc::default() }
    }

    /// Takes the slot, unless somebody has it.
    pub(crate) fn take(&self) -> Result<Seat, AppError> {
        let Ok(permit) = Arc::clone(&self.place).try_acquire_owned() else {
            return Err(AppError::new(ErrorCode::AlreadyAnswering, "another answer is being written"));
        };
        let (sender, stop) = watch::channel(None);
        self.with_current(|current| *current = Some(Current { what: None, stop: sender }));
        Ok(Seat { slot: self.clone(), stop, _permit: permit })
    }

    /// Stops the answer if it is this one.
    pub(crate) fn stop(&self, answer: MessageId) {
        self.stop_if(Stop::Person, |what| what.is_some_and(|(_, current)| current == answer));
    }

    /// Stops the answer if it is in this conversation.
    pub(crate) fn stop_in(&self, conversation: ConversationId) {
        self.stop_if(Stop::Person, |what| what.is_some_and(|(current, _)| current == conversation));
    }

    /// Stops whatever is written.
    pub(crate) fn stop_all(&self, stop: Stop) {
        self.stop_if(stop, |_| true);
    }

    /// Whether an answer is written, or about to be.
    pub(crate) fn is_taken(&self) -> bool {
        self.place.available_permits() == 0
    }

    /// Whether an answer is written, and not in this conversation.
    pub(crate) fn is_busy_outside(&self, conversation: Option<ConversationId>) -> bool {
        self.with_current(|current| {
            let what = current.as_ref().and_then(|current| current.what);
            what.is_some_and(|(current, _)| Some(current) != conversation)
        })
    }

    /// Waits until nothing is written.
    pub(crate) async fn is_free(&self) {
        // The semaphore is never closed; and if it were, nothing could be written.
        self.place.acquire().await.ok();
    }

    fn stop_if(&self, stop: Stop, condition: impl Fn(Option<(ConversationId, MessageId)>) -> bool) {
        self.with_current(|current| {
            if let Some(current) = current
                && condition(current.what)
            {
                current.stop.send_replace(Some(stop));
            }
        });
    }

    fn with_current<T>(&self, change: impl FnOnce(&mut Option<Current>) -> T) -> T {
        change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Seat {
    /// Says which answer it is, so that it can be stopped.
    pub(crate) fn seat(&self, conversation: ConversationId, answer: MessageId) {
        self.slot.with_current(|current| {
            if let Some(current) = current {
                current.what = Some((conversation, answer));
            }
        });
    }

    /// Waits until the answer is to end. Cancel-safe.
    async fn stopped(&mut self) -> Stop {
        match self.stop.wait_for(Option::is_some).await.map(|stop| *stop) {
            Ok(Some(stop)) => stop,
            // The sender lives in the slot for as long as this seat is taken.
            Ok(None) | Err(_) => Stop::App,
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.slot.with_current(|current| *current = None);
    }
}
