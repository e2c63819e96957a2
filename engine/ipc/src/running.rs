//! Requests that take a while: each is a handle that yields events and cancels when it is dropped.

use tokio::sync::{mpsc, watch};

use crate::{
    Device, EngineFailure, Event, FinishReason, GenerationStats, LoadedModel, ProbeReport, Request, RequestId,
    client::{EngineEnd, end_of},
    connection::Command,
};

/// A load that was asked for.
#[derive(Debug)]
pub struct Load(pub(crate) Running);

/// How a load goes.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadEvent {
    /// From 0 to 1, never falling.
    Progress(f32),
    /// Closing: the model is ready.
    Loaded(LoadedModel),
    /// Closing: it could not be loaded, or the load was cancelled.
    Failed(EngineFailure),
    /// Closing: the engine is no longer there.
    EngineEnded(EngineEnd),
}

/// An answer that was asked for.
#[derive(Debug)]
pub struct Generation(pub(crate) Running);

/// How an answer goes.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerationEvent {
    /// How far the reading of the prompt has come.
    Reading {
        /// So far.
        tokens_read: u32,
        /// In all.
        tokens_total: u32,
    },
    /// The prompt is read.
    Started {
        /// Index of the oldest message the model remembers. See [`Event::Started`].
        remembered_from: u32,
    },
    /// More of the answer.
    Delta(String),
    /// Closing: the answer has ended.
    Finished {
        /// Why.
        reason: FinishReason,
        /// What it took.
        stats: GenerationStats,
    },
    /// Closing: it could not be written (on).
    Failed(EngineFailure),
    /// Closing: the engine is no longer there.
    EngineEnded(EngineEnd),
}

impl Load {
    /// The next event; `None` after a closing one. Cancel-safe.
    pub async fn next(&mut self) -> Option<LoadEvent> {
        loop {
            return Some(match self.0.next().await? {
                Ok(Event::Loading { fraction, .. }) => LoadEvent::Progress(fraction),
                Ok(Event::Loaded { model, .. }) => LoadEvent::Loaded(model),
                Ok(Event::Failed { failure, .. }) => LoadEvent::Failed(failure),
                Err(end) => LoadEvent::EngineEnded(end),
                Ok(_) => continue,
            });
        }
    }

    /// Asks the engine to give up. The closing event still comes.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Generation {
    /// The next event; `None` after a closing one. Cancel-safe.
    pub async fn next(&mut self) -> Option<GenerationEvent> {
        loop {
            return Some(match self.0.next().await? {
                Ok(Event::Reading { tokens_read, tokens_total, .. }) => {
                    GenerationEvent::Reading { tokens_read, tokens_total }
                }
                Ok(Event::Started { remembered_from, .. }) => GenerationEvent::Started { remembered_from },
                Ok(Event::Delta { text, .. }) => GenerationEvent::Delta(text),
                Ok(Event::Finished { reason, stats, .. }) => GenerationEvent::Finished { reason, stats },
                Ok(Event::Failed { failure, .. }) => GenerationEvent::Failed(failure),
                Err(end) => GenerationEvent::EngineEnded(end),
                Ok(_) => continue,
            });
        }
    }

    /// Asks the engine to stop. The closing event still comes.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// A reading ahead that was asked for. Dropping it stops it.
#[derive(Debug)]
pub struct Preparation(pub(crate) Running);

/// How it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum PreparationEnd {
    /// So many tokens of the next prompt are in the KV cache.
    Prepared(u32),
    /// Not all of it was read: real work came, or it cannot be.
    Failed(EngineFailure),
    /// The engine is no longer there.
    EngineEnded(EngineEnd),
}

impl Preparation {
    /// Its end.
    pub async fn end(mut self) -> PreparationEnd {
        loop {
            return match self.0.next().await {
                Some(Ok(Event::Prepared { tokens, .. })) => PreparationEnd::Prepared(tokens),
                Some(Ok(Event::Failed { failure, .. })) => PreparationEnd::Failed(failure),
                Some(Err(end)) => PreparationEnd::EngineEnded(end),
                Some(Ok(_)) => continue,
                None => PreparationEnd::EngineEnded(EngineEnd::Closed),
            };
        }
    }
}

/// A probe that was asked for.
#[derive(Debug)]
pub struct Probe(pub(crate) Running);

/// How a probe goes.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbeEvent {
    /// What it is tried on.
    Devices(Vec<Device>),
    /// Closing: it computes.
    Probed(ProbeReport),
    /// Closing: it does not.
    Failed(EngineFailure),
    /// Closing: the engine is no longer there.
    EngineEnded(EngineEnd),
}

impl Probe {
    /// The next event; `None` after a closing one. Cancel-safe.
    pub async fn next(&mut self) -> Option<ProbeEvent> {
        loop {
            return Some(match self.0.next().await? {
                Ok(Event::Devices { devices, .. }) => ProbeEvent::Devices(devices),
                Ok(Event::Probed { report, .. }) => ProbeEvent::Probed(report),
                Ok(Event::Failed { failure, .. }) => ProbeEvent::Failed(failure),
                Err(end) => ProbeEvent::EngineEnded(end),
                Ok(_) => continue,
            });
        }
    }
}

/// An unloading that was asked for.
#[derive(Debug)]
pub struct Unloading(pub(crate) Running);

impl Unloading {
    /// Once the memory is free. An engine that has ended holds none.
    pub async fn done(mut self) -> Result<(), EngineFailure> {
        loop {
            return match self.0.next().await {
                Some(Ok(Event::Unloaded { .. }) | Err(_)) | None => Ok(()),
                Some(Ok(Event::Failed { failure, .. })) => Err(failure),
                Some(Ok(_)) => continue,
            };
        }
    }
}

/// What all have in common.
#[derive(Debug)]
pub(crate) struct Running {
    id: RequestId,
    events: mpsc::UnboundedReceiver<Event>,
    commands: mpsc::UnboundedSender<Command>,
    end: watch::Receiver<Option<EngineEnd>>,
    closed: bool,
}

impl Running {
    pub(crate) fn new(
        id: RequestId,
        events: mpsc::UnboundedReceiver<Event>,
        commands: mpsc::UnboundedSender<Command>,
        end: watch::Receiver<Option<EngineEnd>>,
    ) -> Self {
        Self { id, events, commands, end, closed: false }
    }

    async fn next(&mut self) -> Option<Result<Event, EngineEnd>> {
        if self.closed {
            return None;
        }
        let event = self.events.recv().await;
        let Some(event) = event else {
            let end = end_of(&mut self.end).await;
            self.closed = true;
            return Some(Err(end));
        };
        self.closed = is_closing(&event);
        Some(Ok(event))
    }

    fn cancel(&self) {
        // An engine that is gone has nothing left to cancel.
        self.commands.send(Command::Send(Request::Cancel { id: self.id })).ok();
    }
}

/// Cancellation is ownership: nobody can forget to stop what nobody listens to.
impl Drop for Running {
    fn drop(&mut self) {
        if !self.closed {
            self.cancel();
        }
    }
}

/// Whether a request ends with this event.
pub(crate) fn is_closing(event: &Event) -> bool {
    matches!(
        event,
        Event::Loaded { .. }
            | Event::Unloaded { .. }
            | Event::Finished { .. }
            | Event::Prepared { .. }
            | Event::Probed { .. }
            | Event::Failed { .. }
    )
}
