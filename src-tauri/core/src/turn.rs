//! Turns: what changes in the tree of messages when something is to be answered, and how that is taken back.
//!
//! Question and empty answer are on the disk before anybody is told, and before the engine is asked: a message that
//! was seen as sent survives whatever comes next. If the model then refuses the message, the change is taken back as a
//! whole.

use hearth_ipc::ChatMessage;
use sqlx::SqliteConnection;

use crate::{
    chats,
    error::{AppError, ErrorCode},
    prompt::Prompt,
    store::{
        Store, StoreError, conversations, drafts,
        messages::{self, Place},
    },
    titles,
    view::{
        AnswerState, AnswerStats, Conversation, ConversationId, ConversationSummary, Message, MessageBody, MessageId,
    },
};

/// An answer that is stored as being written, and all that is needed to write it.
#[derive(Debug)]
pub(crate) struct Turn {
    /// As it is stored, down to the answer.
    pub(crate) conversation: Conversation,
    pub(crate) answer: MessageId,
    /// The answer as it is stored.
    pub(crate) stored: Message,
    pub(crate) prompt: Prompt,
    /// What was already written of the answer, and what that took.
    pub(crate) beginning: String,
    pub(crate) earlier_stats: Option<AnswerStats>,
    undo: Undo,
}

/// How to take a turn back.
#[derive(Debug)]
struct Undo {
    added: Added,
    /// Absent for a new conversation, which goes as a whole.
    before: Option<Before>,
}

#[derive(Debug)]
enum Added {
    Question { id: MessageId, text: String, is_from_composer: bool },
    Answer { id: MessageId },
    Nothing { continued: MessageId, state: AnswerState },
}

#[derive(Debug)]
struct Before {
    summary: ConversationSummary,
    active_leaf: Option<MessageId>,
}

/// A question and its answer, at the end of a conversation, inside it (an edit), or in a new one.
pub(crate) async fn send(
    store: &Store,
    conversation: Option<ConversationId>,
    parent: Option<MessageId>,
    text: &str,
    model: &str,
    now: u32,
) -> Result<Turn, AppError> {
    let mut change = store.change().await?;
    let before = match conversation {
        Some(id) => Some(before(&mut change, id).await?),
        None => None,
    };
    let id = match conversation {
        Some(id) => id,
        None => conversations::insert(&mut change, now).await?,
    };
    if let Some(parent) = parent {
        require_message(&mut change, id, parent).await?;
    }
    // Whoever edits a message types somewhere else, and what is in the composer stays there.
    let is_from_composer = before.as_ref().is_none_or(|before| before.active_leaf == parent);
    if is_from_composer {
        drafts::set(&mut change, conversation, "").await?;
    }
    let question = messages::insert_question(&mut change, Place { conversation: id, parent }, text, now).await?;
    if let Some(title) = titles::from_question(text) {
        conversations::give_title(&mut change, id, &title).await?;
    }
    let place = Place { conversation: id, parent: Some(question) };
    let answer = messages::insert_answer(&mut change, place, model, now).await?;
    let added = Added::Question { id: question, text: text.to_owned(), is_from_composer };
    let turn = show(&mut change, id, answer, now, Undo { added, before }).await?;
    change.commit().await.map_err(StoreError::from)?;
    Ok(turn)
}

/// What the model will be given to read if this is sent as [`send`] is asked to. Nothing is stored.
pub(crate) async fn messages_ahead(
    store: &Store,
    conversation: Option<ConversationId>,
    parent: Option<MessageId>,
    text: &str,
) -> Result<Vec<ChatMessage>, AppError> {
    let mut reader = store.reading().await?;
    let path = match (conversation, parent) {
        (Some(id), Some(parent)) => {
            require_message(&mut reader, id, parent).await?;
            messages::path_to(&mut reader, id, parent).await?
        }
        (None, Some(_)) => return Err(AppError::not_found("the message")),
        (_, None) => Vec::new(),
    };
    Ok(Prompt::new(&path, None).followed_by(text))
}

/// Another answer to the same question, as a sibling of `answer`.
pub(crate) async fn try_again(store: &Store, answer: MessageId, model: &str, now: u32) -> Result<Turn, AppError> {
    let mut change = store.change().await?;
    let place = messages::place(&mut change, answer).await?.ok_or_else(|| AppError::not_found("the message"))?;
    require_answer(&mut change, place.conversation, answer).await?;
    let before = before(&mut change, place.conversation).await?;
    let id = messages::insert_answer(&mut change, place, model, now).await?;
    let undo = Undo { added: Added::Answer { id }, before: Some(before) };
    let turn = show(&mut change, place.conversation, id, now, undo).await?;
    change.commit().await.map_err(StoreError::from)?;
    Ok(turn)
}

/// More of the same answer.
pub(crate) async fn continue_answer(store: &Store, answer: MessageId, now: u32) -> Result<Turn, AppError> {
    let mut change = store.change().await?;
    let place = messages::place(&mut change, answer).await?.ok_or_else(|| AppError::not_found("the message"))?;
    let state = require_answer(&mut change, place.conversation, answer).await?;
    if state == AnswerState::Complete {
        return Err(AppError::new(ErrorCode::Internal, "a complete answer cannot be continued"));
    }
    let before = before(&mut change, place.conversation).await?;
    messages::set_state(&mut change, answer, &AnswerState::Writing).await?;
    let undo = Undo { added: Added::Nothing { continued: answer, state }, before: Some(before) };
    let turn = show(&mut change, place.conversation, answer, now, undo).await?;
    change.commit().await.map_err(StoreError::from)?;
    Ok(turn)
}

/// Takes the turn back, as if it had never been. Returns the question, if the turn had added one, and the conversation
/// as it is again, if it is still there.
pub(crate) async fn take_back(store: &Store, turn: &Turn) -> Result<(Option<String>, Option<Conversation>), AppError> {
    let id = turn.conversation.summary.id;
    let mut change = store.change().await?;
    match &turn.undo.added {
        Added::Question { id, .. } | Added::Answer { id } => messages::remove(&mut change, *id).await?,
        Added::Nothing { continued, state } => messages::set_state(&mut change, *continued, state).await?,
    }
    match &turn.undo.before {
        Some(before) => conversations::put_back(&mut change, &before.summary, before.active_leaf).await?,
        None => conversations::remove(&mut change, id).await?,
    }
    let question = match &turn.undo.added {
        Added::Question { text, is_from_composer, .. } => {
            if *is_from_composer {
                let conversation = turn.undo.before.as_ref().map(|_| id);
                // Something may have been typed since; it must not be lost either.
                let draft = drafts::get(&mut change, conversation).await?;
                let draft = if draft.is_empty() { text.clone() } else { format!("{text}\n\n{draft}") };
                drafts::set(&mut change, conversation, &draft).await?;
            }
            Some(text.clone())
        }
        Added::Answer { .. } | Added::Nothing { .. } => None,
    };
    let conversation = chats::read(&mut change, id).await?;
    change.commit().await.map_err(StoreError::from)?;
    Ok((question, conversation))
}

impl Turn {
    /// The question that is answered.
    pub(crate) fn question(&self) -> &str {
        let question = self.conversation.messages.iter().rev().nth(1).map(|message| &message.body);
        if let Some(MessageBody::User { text }) = question { text } else { "" }
    }
}

async fn before(change: &mut SqliteConnection, id: ConversationId) -> Result<Before, AppError> {
    let summary = conversations::one(change, id).await?.ok_or_else(|| AppError::not_found("the conversation"))?;
    Ok(Before { summary, active_leaf: conversations::active_leaf(change, id).await? })
}

/// Refuses a message that is not of this conversation.
async fn require_message(
    connection: &mut SqliteConnection,
    conversation: ConversationId,
    id: MessageId,
) -> Result<(), AppError> {
    let place = messages::place(connection, id).await?;
    let is_in_it = place.is_some_and(|place| place.conversation == conversation);
    if is_in_it { Ok(()) } else { Err(AppError::not_found("the message")) }
}

/// The state of a message that must be an answer, and one that nobody writes.
async fn require_answer(
    change: &mut SqliteConnection,
    conversation: ConversationId,
    id: MessageId,
) -> Result<AnswerState, AppError> {
    let path = messages::path_to(change, conversation, id).await?;
    match path.into_iter().next_back().map(|message| message.body) {
        Some(MessageBody::Assistant { state, .. }) => Ok(state),
        Some(MessageBody::User { .. }) | None => Err(AppError::not_found("the answer")),
    }
}

/// Makes the answer the end of the path that is shown, and gathers what the turn consists of.
async fn show(
    change: &mut SqliteConnection,
    id: ConversationId,
    answer: MessageId,
    now: u32,
    undo: Undo,
) -> Result<Turn, AppError> {
    conversations::set_active_leaf(change, id, Some(answer)).await?;
    conversations::touch(change, id, now).await?;
    let conversation = chats::read(change, id).await?.ok_or_else(|| AppError::not_found("the conversation"))?;
    let Some((last, path)) = conversation.messages.split_last() else {
        return Err(AppError::not_found("the answer"));
    };
    let (beginning, earlier_stats) = match &last.body {
        MessageBody::Assistant { text, stats, .. } => (text.clone(), stats.clone()),
        MessageBody::User { .. } => return Err(AppError::not_found("the answer")),
    };
    let prompt = Prompt::new(path, Some((answer, &beginning)));
    Ok(Turn { answer, stored: last.clone(), prompt, beginning, earlier_stats, undo, conversation })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SQLite's own limit stands in for the disk's: it answers with the same code, and only a connection of this
    /// process can be given one.
    async fn fill(store: &Store) {
        let mut writer = store.writer().await.expect("a connection");
        let pages: u32 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *writer).await.expect("a number");
        let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(limit).execute(&mut *writer).await.expect("limited");
    }

    #[tokio::test]
    async fn on_a_full_disk_nothing_is_half_sent_and_everything_can_still_be_read() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = Store::open(folder.path(), 0).await.expect("opened");
        let first = send(&store, None, None, "Name a warm colour", "m", 1).await.expect("stored");
        let id = first.conversation.summary.id;
        chats::save_draft(&store, Some(id), "And a cold one").await.expect("saved");
        let before = chats::open(&store, id).await.expect("readable");
        fill(&store).await;

        let long = "And a cold one? ".repeat(10_000);
        for (conversation, parent) in [(Some(id), Some(first.answer)), (None, None)] {
            let error = send(&store, conversation, parent, &long, "m", 2).await.expect_err("refused");
            assert_eq!(error.code, ErrorCode::DiskFull, "{}", error.message);
        }
        let error = chats::save_draft(&store, None, &long).await.expect_err("refused");
        assert_eq!(error.code, ErrorCode::DiskFull, "{}", error.message);
        assert_eq!(chats::open(&store, id).await.expect("readable"), before);
        let mut reader = store.reader().await.expect("a connection");
        assert_eq!(conversations::all(&mut reader).await.expect("readable").len(), 1);
    }
}
