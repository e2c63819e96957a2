//! What a model is given to read: the path from a conversation's first message to the question.

use hearth_ipc::{ChatMessage, Role};

use crate::view::{AnswerState, Message, MessageBody, MessageId};

/// The conversation in the engine's terms, and where each part of it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Oldest first; roles alternate.
    pub(crate) messages: Vec<ChatMessage>,
    /// For each of them the first message it was made from.
    sources: Vec<MessageId>,
}

impl Prompt {
    /// Of the messages before an answer, and what is already written of that answer.
    ///
    /// Answers that failed or stayed empty are left out, and the questions around them go together: models are trained
    /// on turns that alternate, and some templates refuse anything else.
    pub(crate) fn new(path: &[Message], beginning: Option<(MessageId, &str)>) -> Self {
        let mut prompt = Self { messages: Vec::new(), sources: Vec::new() };
        for message in path {
            match &message.body {
                MessageBody::User { text } => prompt.push(message.id, Role::User, text),
                MessageBody::Assistant { state: AnswerState::Failed { .. }, .. } => {}
                MessageBody::Assistant { text, .. } => prompt.push(message.id, Role::Assistant, text),
            }
        }
        if let Some((answer, text)) = beginning {
            prompt.push(answer, Role::Assistant, text);
        }
        prompt
    }

    /// The message that an index from the engine stands for; `None` for the very first, behind which nothing is
    /// forgotten.
    pub(crate) fn remembered_from(&self, index: u32) -> Option<MessageId> {
        if index == 0 { None } else { self.sources.get(index as usize).copied() }
    }

    /// What it becomes when this is asked next: the messages alone, since the question is not stored yet.
    pub(crate) fn followed_by(mut self, question: &str) -> Vec<ChatMessage> {
        self.say(Role::User, question);
        self.messages
    }

    fn push(&mut self, source: MessageId, role: Role, text: &str) {
        if self.say(role, text) {
            self.sources.push(source);
        }
    }

    /// Whether this has become a message of its own.
    fn say(&mut self, role: Role, text: &str) -> bool {
        if role == Role::Assistant && text.trim().is_empty() {
            return false;
        }
        if let Some(last) = self.messages.last_mut().filter(|last| last.role == role) {
            last.content.push_str("\n\n");
            last.content.push_str(text);
            return false;
        }
        self.messages.push(ChatMessage { role, content: text.to_owned() });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{AppError, ErrorCode};

    fn question(id: u32, text: &str) -> Message {
        message(id, MessageBody::User { text: text.into() })
    }

    fn answer(id: u32, text: &str, state: AnswerState) -> Message {
        let body =
            MessageBody::Assistant { text: text.into(), state, model: "m".into(), remembered_from: None, stats: None };
        message(id, body)
    }

    fn message(id: u32, body: MessageBody) -> Message {
        let id = MessageId(id);
        Message { id, parent: None, siblings: vec![id], created_at: 0, body }
    }

    fn texts(prompt: &Prompt) -> Vec<(Role, &str)> {
        prompt.messages.iter().map(|message| (message.role, message.content.as_str())).collect()
    }

    #[test]
    fn roles_alternate_even_where_an_answer_failed_or_stayed_empty() {
        let failed = AnswerState::Failed { error: AppError::new(ErrorCode::Internal, "") };
        let path = [
            question(1, "a"),
            answer(2, "half an answer", failed),
            question(3, "b"),
            answer(4, " \n", AnswerState::Stopped),
            question(5, "c"),
            answer(6, "x", AnswerState::Stopped),
            question(7, "d"),
        ];
        let prompt = Prompt::new(&path, None);
        assert_eq!(texts(&prompt), [(Role::User, "a\n\nb\n\nc"), (Role::Assistant, "x"), (Role::User, "d")]);
    }

    #[test]
    fn an_answer_that_is_continued_comes_last_as_its_exact_text() {
        let prompt = Prompt::new(&[question(1, "a")], Some((MessageId(2), "One, two, ")));
        assert_eq!(texts(&prompt), [(Role::User, "a"), (Role::Assistant, "One, two, ")]);
    }

    #[test]
    fn the_engines_index_leads_back_to_the_message_it_was_made_from() {
        let path = [
            question(1, "a"),
            answer(2, "", AnswerState::Stopped),
            question(3, "b"),
            answer(4, "x", AnswerState::Complete),
            question(5, "c"),
        ];
        let prompt = Prompt::new(&path, None);
        assert_eq!(prompt.remembered_from(0), None, "everything is remembered");
        assert_eq!(prompt.remembered_from(1), Some(MessageId(4)));
        assert_eq!(prompt.remembered_from(2), Some(MessageId(5)));
        assert_eq!(prompt.remembered_from(3), None, "an index out of range means nothing");
    }
}
