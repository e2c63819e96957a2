//! Questions that are asked, and answers that are stopped.

use std::sync::Arc;

use tokio::time::timeout;

use super::{App, SAVE_LIMIT};
use crate::{
    MESSAGE_LIMIT_CHARACTERS,
    answer::{self, AnswerStream, Desk, Seat, Stop},
    error::{AppError, ErrorCode},
    model::ModelChoice,
    store::Store,
    turn::{self, Turn},
    view::{ConversationId, MessageId},
};

impl App {
    /// Stores the question as a child of `parent` and has it answered. Resolves once both are stored. While the model
    /// is still loading, the answer waits for it; if there is no hope of a model, the question is refused unstored.
    pub async fn send(
        &self,
        conversation: Option<ConversationId>,
        parent: Option<MessageId>,
        text: String,
    ) -> Result<AnswerStream, AppError> {
        let sent = async {
            check_length(&text)?;
            let seat = self.inner.slot.take()?;
            let model = self.choice_for(conversation).await?;
            self.summon(&model).await?;
            let store = self.store().await?;
            let turn =
                turn::send(store, conversation, parent, &text, &model.named(self.starter()).name, self.now()).await?;
            Ok(self.answer(store, turn, seat, model))
        };
        self.tell(sent.await)
    }

    /// Has the same question answered once more, as a sibling of `answer`.
    pub async fn try_again(&self, answer: MessageId) -> Result<AnswerStream, AppError> {
        let tried = async {
            let seat = self.inner.slot.take()?;
            let model = self.choice_around(answer).await?;
            self.summon(&model).await?;
            let store = self.store().await?;
            let turn = turn::try_again(store, answer, &model.named(self.starter()).name, self.now()).await?;
            Ok(self.answer(store, turn, seat, model))
        };
        self.tell(tried.await)
    }

    /// Goes on writing an answer that was cut, stopped or interrupted.
    pub async fn continue_answer(&self, answer: MessageId) -> Result<AnswerStream, AppError> {
        let continued = async {
            let seat = self.inner.slot.take()?;
            let model = self.choice_around(answer).await?;
            self.summon(&model).await?;
            let store = self.store().await?;
            let turn = turn::continue_answer(store, answer, self.now()).await?;
            Ok(self.answer(store, turn, seat, model))
        };
        self.tell(continued.await)
    }

    /// Stops an answer; what was written of it stays. Does nothing if it has already ended.
    pub fn stop(&self, answer: MessageId) {
        self.inner.slot.stop(answer);
    }

    /// Stops whatever is being written.
    pub fn stop_all(&self) {
        self.inner.slot.stop_all(Stop::Person);
    }

    fn answer(&self, store: &Store, turn: Turn, seat: Seat, model: ModelChoice) -> AnswerStream {
        seat.seat(turn.conversation.summary.id, turn.answer);
        let desk = Desk {
            store: store.clone(),
            engine: self.inner.engine.clone(),
            read_ahead: self.inner.read_ahead.clone(),
            model,
            clock: Arc::clone(&self.inner.config.clock),
        };
        answer::write(desk, turn, seat)
    }

    pub(super) async fn end_answers(&self, stop: Stop) {
        self.inner.slot.stop_all(stop);
        if timeout(SAVE_LIMIT, self.inner.slot.is_free()).await.is_err() {
            tracing::warn!("an answer did not end in time");
        }
    }
}

/// Refuses what cannot be asked.
pub(super) fn check_length(text: &str) -> Result<(), AppError> {
    if text.trim().is_empty() {
        return Err(AppError::new(ErrorCode::Internal, "an empty message"));
    }
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if characters > MESSAGE_LIMIT_CHARACTERS {
        return Err(AppError::too_much(ErrorCode::MessageTooManyCharacters, characters, MESSAGE_LIMIT_CHARACTERS));
    }
    Ok(())
}
