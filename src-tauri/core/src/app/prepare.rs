//! Reading ahead of what a person is about to send.

use futures::FutureExt;
use hearth_ipc::PrepareRequest;

use super::{App, asking::check_length};
use crate::{
    engine::ReadyModel,
    error::AppError,
    states, turn,
    view::{ConversationId, MessageId},
};

impl App {
    /// Has the engine read ahead what is certain already of a question that is being written: the conversation up to
    /// `parent`, and `text`, in place of what was asked for before. Does nothing if there is something else to do, or
    /// nothing to gain. Returns when the engine is asked; nobody is told how it goes.
    ///
    /// Fails if the conversation or the message is not there, or the history cannot be read.
    pub async fn prepare(
        &self,
        conversation: Option<ConversationId>,
        parent: Option<MessageId>,
        text: String,
    ) -> Result<(), AppError> {
        let ticket = self.inner.read_ahead.ask();
        match self.tell(self.reading_ahead(conversation, parent, &text).await) {
            Ok(Some((model, request))) => self.inner.read_ahead.begin(&ticket, &self.inner.slot, model, request),
            Ok(None) => self.inner.read_ahead.give_up(&ticket),
            Err(error) => {
                self.inner.read_ahead.give_up(&ticket);
                return Err(error);
            }
        }
        Ok(())
    }

    /// What is to be read, and by which model; `None` if nothing is.
    async fn reading_ahead(
        &self,
        conversation: Option<ConversationId>,
        parent: Option<MessageId>,
        text: &str,
    ) -> Result<Option<(ReadyModel, PrepareRequest)>, AppError> {
        // What was decided is in the history, which may not be open yet.
        let store = self.store().await?;
        if check_length(text).is_err() || self.inner.slot.is_taken() || !self.inner.compute.reads_ahead().await {
            return Ok(None);
        }
        let model = self.choice_for(conversation).await?;
        // One that rests is woken by this: whoever types is about to need it. Another one is not loaded before they send.
        let Some(Ok(ready)) = self.inner.engine.ready(model).now_or_never() else { return Ok(None) };
        let messages = turn::messages_ahead(store, conversation, parent, text).await?;
        let request = PrepareRequest {
            id: ready.client.new_id(),
            conversation: conversation.map(states::conversation_name),
            messages,
        };
        Ok(Some((ready, request)))
    }
}
