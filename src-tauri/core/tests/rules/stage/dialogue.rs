//! Asking, following an answer to its end, and reading what was stored of it.

use futures::StreamExt;
use hearth_core::{
    AnswerStream, App,
    view::{AnswerEvent, AnswerState, Conversation, ConversationId, Message, MessageBody, MessageId},
};
use hearth_ipc::{ChatMessage, GenerateRequest, Role};

use super::{StagedEngine, soon};

/// The events of an answer, told as they come.
pub(crate) async fn next(answer: &mut AnswerStream) -> AnswerEvent {
    soon("an event", answer.next()).await.expect("the answer has not ended")
}

/// The first event: what was stored.
pub(crate) async fn started(answer: &mut AnswerStream) -> (Conversation, MessageId) {
    match next(answer).await {
        AnswerEvent::Started { conversation, answer } => (conversation, answer),
        other => panic!("expected the start, not {other:?}"),
    }
}

/// The text of the deltas until `count` characters have come.
pub(crate) async fn text_of(answer: &mut AnswerStream, count: usize) -> String {
    let mut text = String::new();
    while text.chars().count() < count {
        match next(answer).await {
            AnswerEvent::Delta { text: more } => text.push_str(&more),
            AnswerEvent::Reading { .. } | AnswerEvent::Remembered { .. } => {}
            other => panic!("expected text, not {other:?}"),
        }
    }
    text
}

/// The answer as it is stored in the end; its stream ends with it.
pub(crate) async fn finished(answer: &mut AnswerStream) -> Message {
    loop {
        if let AnswerEvent::Finished { message, .. } = next(answer).await {
            assert!(soon("the end of the stream", answer.next()).await.is_none(), "nothing follows the end");
            return message;
        }
    }
}

/// Asks in a new conversation and has it answered.
pub(crate) async fn exchange(app: &App, engine: &mut StagedEngine, question: &str, text: &str) -> Conversation {
    let mut answer = app.send(None, None, question.into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    engine.answer(text).await;
    finished(&mut answer).await;
    app.open_conversation(conversation.summary.id).await.expect("opened")
}

/// Asks on at the end of a conversation and has it answered.
pub(crate) async fn follow_up(
    app: &App,
    engine: &mut StagedEngine,
    id: ConversationId,
    question: &str,
    text: &str,
) -> (Conversation, GenerateRequest) {
    let parent = app.open_conversation(id).await.expect("opened").messages.last().map(|message| message.id);
    let mut answer = app.send(Some(id), parent, question.into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.answer(text).await;
    finished(&mut answer).await;
    (app.open_conversation(id).await.expect("opened"), request)
}

pub(crate) fn text(message: &Message) -> &str {
    match &message.body {
        MessageBody::User { text } | MessageBody::Assistant { text, .. } => text,
    }
}

pub(crate) fn texts(conversation: &Conversation) -> Vec<&str> {
    conversation.messages.iter().map(text).collect()
}

pub(crate) fn answer_state(message: &Message) -> &AnswerState {
    match &message.body {
        MessageBody::Assistant { state, .. } => state,
        MessageBody::User { .. } => panic!("not an answer"),
    }
}

pub(crate) fn said(role: Role, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.into() }
}
