//! Writes one answer: has the model write it, tells the listener, keeps it.

use std::{path::Path, sync::Arc, time::Duration};

use hearth_ipc::{FailureKind, FinishReason, GenerateRequest, Generation, GenerationEvent, GenerationStats};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{AnswerStream, Seat, Stop, keeper::Keeper};
use crate::{
    clock::Clock,
    engine::{Engine, ReadyModel},
    error::{AppError, chain},
    model::ModelChoice,
    read_ahead::ReadAhead,
    states,
    store::{
        Store, StoreError, conversations,
        messages::{self, Ending},
        models,
    },
    titles,
    turn::{self, Turn},
    view::{AnswerEvent, AnswerState, AnswerStats, ConversationSummary, Interruption, MessageBody, MessageId},
};

/// Deltas are told no more often than a screen can show them.
const TELL_INTERVAL: Duration = Duration::from_millis(16);
/// A model may be changed, or its engine die, at the very moment it is asked. More often than this is no coincidence.
const ATTEMPTS: u32 = 3;

/// What is needed to write any answer.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) read_ahead: ReadAhead,
    /// Who is to answer.
    pub(crate) model: ModelChoice,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Writes the turn's answer in a task of its own. Telling its events is up to whoever holds the stream.
pub(crate) fn write(desk: Desk, turn: Turn, seat: Seat) -> AnswerStream {
    let (told, events) = mpsc::unbounded_channel();
    let started = AnswerEvent::Started { conversation: turn.conversation.clone(), answer: turn.answer };
    let keeper = Keeper::new(desk.store.clone(), turn.answer, turn.beginning.clone());
    let page = Page { keeper, told, untold: String::new(), tell_at: Instant::now() };
    let writing = Writing { sent_at: Instant::now(), first_delta_at: None, writer: None, desk, turn, page };
    writing.page.tell(started);
    tokio::spawn(writing.run(seat));
    AnswerStream { events }
}

struct Writing {
    desk: Desk,
    turn: Turn,
    page: Page,
    /// Known once the model has read the prompt.
    writer: Option<Writer>,
    sent_at: Instant,
    first_delta_at: Option<Instant>,
}

/// Who writes the answer.
struct Writer {
    model: String,
    device: String,
    remembered_from: Option<MessageId>,
}

/// The text, on its way to the listener and to the disk.
struct Page {
    keeper: Keeper,
    told: mpsc::UnboundedSender<AnswerEvent>,
    /// Written, but not yet told.
    untold: String,
    tell_at: Instant,
}

/// How the writing ended.
enum End {
    Written {
        state: AnswerState,
        stats: Option<GenerationStats>,
    },
    /// The model cannot take the message at all.
    Refused(AppError),
}

/// How one request to the engine ended.
enum Attempt {
    Ended(End),
    /// Nothing was heard of it; the model was just being changed, or its engine gone.
    NotHeard(End),
}

impl Writing {
    async fn run(mut self, mut seat: Seat) {
        let end = self.write(&mut seat).await;
        self.page.tell_text();
        match end {
            End::Written { state, stats } => self.finish(state, stats, seat).await,
            End::Refused(error) => self.take_back(error, seat).await,
        }
    }

    async fn write(&mut self, seat: &mut Seat) -> End {
        let mut attempts = 0;
        loop {
            let ready = tokio::select! {
                biased;
                stop = seat.stopped() => return stopped(stop),
                () = self.page.told.closed() => return stopped(Stop::Person),
                ready = self.desk.engine.ready(self.desk.model.clone()) => ready,
            };
            let ready = match ready {
                Ok(ready) => ready,
                Err(error) => return End::Refused(error),
            };
            attempts += 1;
            match self.attempt(&ready, seat).await {
                Attempt::NotHeard(_) if attempts < ATTEMPTS => {}
                Attempt::Ended(end) | Attempt::NotHeard(end) => return end,
            }
        }
    }

    /// Asks the engine once.
    async fn attempt(&mut self, ready: &ReadyModel, seat: &mut Seat) -> Attempt {
        let conversation = self.turn.conversation.summary.id;
        let mut generation = ready.client.generate(GenerateRequest {
            conversation: Some(states::conversation_name(conversation)),
            sampling: ready.manner.sampling,
            max_tokens: ready.manner.max_tokens,
            ..GenerateRequest::new(ready.client.new_id(), self.turn.prompt.messages.clone())
        });
        // Not before: until then it reads what this answer needs read.
        self.desk.read_ahead.stop();
        let mut heard = false;
        let mut stop = None;
        loop {
            let event = self.next(&mut generation, seat, &mut stop).await;
            match event {
                GenerationEvent::Reading { tokens_read, tokens_total } => {
                    heard = true;
                    self.page.tell(AnswerEvent::Reading { tokens_read, tokens_total });
                }
                GenerationEvent::Started { remembered_from } => {
                    heard = true;
                    self.started(ready, remembered_from).await;
                }
                GenerationEvent::Delta(text) => {
                    heard = true;
                    self.first_delta_at.get_or_insert_with(Instant::now);
                    self.page.write(&text);
                }
                GenerationEvent::Finished { reason, stats } => {
                    ready.served();
                    let state = match reason {
                        FinishReason::EndOfTurn | FinishReason::StopText => AnswerState::Complete,
                        FinishReason::MaxTokens | FinishReason::ContextFull => AnswerState::Cut,
                        FinishReason::Cancelled => state_after(stop.unwrap_or(Stop::Person)),
                    };
                    return Attempt::Ended(End::Written { state, stats: Some(stats) });
                }
                GenerationEvent::Failed(failure) => {
                    tracing::warn!(kind = ?failure.kind, cause = failure.cause, "an answer failed");
                    let error = AppError::of_engine(&failure);
                    return match failure.kind {
                        FailureKind::MessageTooLong { .. } | FailureKind::ConversationRefused => {
                            Attempt::Ended(End::Refused(error))
                        }
                        FailureKind::Cancelled => Attempt::Ended(stopped(stop.unwrap_or(Stop::Person))),
                        FailureKind::NoModel | FailureKind::Busy => match stop {
                            Some(stop) => Attempt::Ended(stopped(stop)),
                            None => Attempt::NotHeard(failed(error)),
                        },
                        _ => Attempt::Ended(failed(error)),
                    };
                }
                GenerationEvent::EngineEnded(end) => {
                    tracing::warn!(cause = %end, "the engine ended in the middle of an answer");
                    let state = match stop {
                        Some(stop) => state_after(stop),
                        None => AnswerState::Interrupted { by: Interruption::Engine },
                    };
                    let end = End::Written { state, stats: None };
                    return if heard || stop.is_some() { Attempt::Ended(end) } else { Attempt::NotHeard(end) };
                }
            }
        }
    }

    /// The next event; meanwhile tells what is untold, and passes a stop on.
    async fn next(&mut self, generation: &mut Generation, seat: &mut Seat, stop: &mut Option<Stop>) -> GenerationEvent {
        loop {
            let has_untold = !self.page.untold.is_empty();
            tokio::select! {
                biased;
                asked = seat.stopped(), if stop.is_none() => {
                    *stop = Some(asked);
                    generation.cancel();
                }
                () = self.page.told.closed(), if stop.is_none() => {
                    *stop = Some(Stop::Person);
                    generation.cancel();
                }
                () = sleep_until(self.page.tell_at), if has_untold => self.page.tell_text(),
                event = generation.next() => match event {
                    Some(event) => return event,
                    // A generation closes with an event; nothing comes after it, and nothing asks for more.
                    None => return GenerationEvent::EngineEnded(hearth_ipc::EngineEnd::Closed),
                },
            }
        }
    }

    async fn started(&mut self, ready: &ReadyModel, remembered_from: u32) {
        let remembered_from = self.turn.prompt.remembered_from(remembered_from);
        if let Some(from) = remembered_from {
            self.page.tell(AnswerEvent::Remembered { from });
        }
        let writer = Writer { model: ready.name.clone(), device: ready.device.clone(), remembered_from };
        if let Err(error) = keep_writer(&self.desk, self.turn.answer, &writer, &ready.path).await {
            tracing::warn!(cause = chain(&error), "who writes an answer cannot be kept");
        }
        self.writer = Some(writer);
    }

    async fn finish(self, state: AnswerState, took: Option<GenerationStats>, seat: Seat) {
        let measured = took.map(|took| self.measured(took)).or_else(|| self.turn.earlier_stats.clone());
        let Self { desk, turn, page, writer, .. } = self;
        let Page { keeper, told, .. } = page;
        let text = keeper.finish().await;
        let ending = Ending { text: &text, state: &state, stats: measured.clone() };
        let (state, summary) = match keep(&desk, &turn, &ending).await {
            Ok(summary) => (state, summary),
            Err(error) => {
                let error = AppError::from(error);
                tracing::error!(code = ?error.code, cause = error.message, "an answer cannot be kept");
                (AnswerState::Failed { error }, None)
            }
        };
        // Whoever hears that it has ended may ask for the next one.
        drop(seat);
        tell_finished(&told, &turn, &Ending { text: &text, state: &state, stats: measured }, writer, summary);
    }

    async fn take_back(self, error: AppError, seat: Seat) {
        let Self { desk, turn, page, .. } = self;
        let Page { keeper, told, .. } = page;
        keeper.finish().await;
        match turn::take_back(&desk.store, &turn).await {
            Ok((text, conversation)) => {
                drop(seat);
                // Nobody may be left to hear it.
                told.send(AnswerEvent::Refused { error, text, conversation }).ok();
            }
            Err(fault) => {
                tracing::error!(code = ?fault.code, cause = fault.message, "a refused message cannot be taken back");
                let state = AnswerState::Failed { error };
                let ending = Ending { text: &turn.beginning, state: &state, stats: turn.earlier_stats.clone() };
                // The disk refuses to be written; the next start will find the answer unfinished.
                let summary = keep(&desk, &turn, &ending).await.ok().flatten();
                drop(seat);
                tell_finished(&told, &turn, &ending, None, summary);
            }
        }
    }

    fn measured(&self, stats: GenerationStats) -> AnswerStats {
        let first_token_ms = match self.first_delta_at {
            // The engine counts from when it was asked; the person also waited for a model that was loading.
            Some(at) => at.duration_since(self.sent_at).as_secs_f64() * 1000.0,
            None => stats.first_token_ms,
        };
        let following = f64::from(stats.answer_tokens.saturating_sub(1));
        let tokens_per_second = if stats.generation_ms > 0.0 { following / stats.generation_ms * 1000.0 } else { 0.0 };
        let earlier = |count: fn(&AnswerStats) -> u32| self.turn.earlier_stats.as_ref().map_or(0, count);
        AnswerStats {
            prompt_tokens: stats.prompt_tokens,
            reused_tokens: stats.reused_tokens,
            restored_tokens: stats.restored_tokens,
            drafted_tokens: stats.drafted_tokens.saturating_add(earlier(|earlier| earlier.drafted_tokens)),
            accepted_tokens: stats.accepted_tokens.saturating_add(earlier(|earlier| earlier.accepted_tokens)),
            answer_tokens: stats.answer_tokens.saturating_add(earlier(|earlier| earlier.answer_tokens)),
            first_token_ms: finite(first_token_ms),
            tokens_per_second: finite(tokens_per_second),
            device: self.writer.as_ref().map(|writer| writer.device.clone()),
        }
    }
}

impl Page {
    fn write(&mut self, text: &str) {
        self.keeper.push(text);
        self.untold.push_str(text);
        if Instant::now() >= self.tell_at {
            self.tell_text();
        }
    }

    fn tell_text(&mut self) {
        if !self.untold.is_empty() {
            let text = std::mem::take(&mut self.untold);
            self.tell(AnswerEvent::Delta { text });
            self.tell_at = Instant::now() + TELL_INTERVAL;
        }
    }

    fn tell(&self, event: AnswerEvent) {
        // That nobody listens any more is noticed, and acted on, where the next event is waited for.
        self.told.send(event).ok();
    }
}

/// Writes down how the answer ended, and gives the conversation a title if it has none.
async fn keep(desk: &Desk, turn: &Turn, ending: &Ending<'_>) -> Result<Option<ConversationSummary>, StoreError> {
    let id = turn.conversation.summary.id;
    let mut change = desk.store.change().await?;
    messages::finish(&mut change, turn.answer, ending).await?;
    conversations::touch(&mut change, id, desk.clock.now()).await?;
    if let Some(title) = titles::from_exchange(turn.question(), ending.text) {
        conversations::give_title(&mut change, id, &title).await?;
    }
    let summary = conversations::one(&mut change, id).await?;
    change.commit().await?;
    Ok(summary)
}

async fn keep_writer(desk: &Desk, answer: MessageId, writer: &Writer, path: &Path) -> Result<(), StoreError> {
    let mut change = desk.store.change().await?;
    messages::set_writer(&mut change, answer, &writer.model, writer.remembered_from).await?;
    models::use_now(&mut change, path, desk.clock.now()).await?;
    Ok(change.commit().await?)
}

/// Tells the end without asking the store again, which may just have failed.
fn tell_finished(
    told: &mpsc::UnboundedSender<AnswerEvent>,
    turn: &Turn,
    ending: &Ending<'_>,
    writer: Option<Writer>,
    summary: Option<ConversationSummary>,
) {
    let mut message = turn.stored.clone();
    if let MessageBody::Assistant { text, state, stats, model, remembered_from } = &mut message.body {
        ending.text.clone_into(text);
        state.clone_from(ending.state);
        stats.clone_from(&ending.stats);
        if let Some(writer) = writer {
            *model = writer.model;
            *remembered_from = writer.remembered_from;
        }
    }
    let summary = summary.unwrap_or_else(|| turn.conversation.summary.clone());
    // Nobody may be left to hear it.
    told.send(AnswerEvent::Finished { message, summary }).ok();
}

fn state_after(stop: Stop) -> AnswerState {
    match stop {
        Stop::Person => AnswerState::Stopped,
        Stop::App => AnswerState::Interrupted { by: Interruption::App },
    }
}

fn stopped(stop: Stop) -> End {
    End::Written { state: state_after(stop), stats: None }
}

fn failed(error: AppError) -> End {
    End::Written { state: AnswerState::Failed { error }, stats: None }
}

/// The page's numbers are plain ones; infinity is not.
#[expect(clippy::cast_possible_truncation, reason = "a time or a speed for people to read")]
fn finite(value: f64) -> f32 {
    let value = value as f32;
    if value.is_finite() { value } else { 0.0 }
}
