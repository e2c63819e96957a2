//! The table of messages: a tree in each conversation.

use std::collections::HashMap;

use sqlx::{Row, sqlite::SqliteRow};

use super::{Connection, StoreError};
use crate::view::{AnswerState, AnswerStats, ConversationId, Interruption, Message, MessageBody, MessageId};

/// Where a message hangs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) conversation: ConversationId,
    pub(crate) parent: Option<MessageId>,
}

/// What is known of an answer when its writing ends.
#[derive(Debug)]
pub(crate) struct Ending<'a> {
    pub(crate) text: &'a str,
    pub(crate) state: &'a AnswerState,
    pub(crate) stats: Option<AnswerStats>,
}

/// Where the message hangs, unless it or its conversation is gone.
pub(crate) async fn place(connection: &mut Connection, id: MessageId) -> Result<Option<Place>, StoreError> {
    let row = sqlx::query(
        "SELECT conversation, parent FROM messages JOIN conversations ON conversations.id = conversation
         WHERE messages.id = ? AND deleted_at IS NULL",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let parent: Option<u32> = row.try_get("parent")?;
    Ok(Some(Place { conversation: ConversationId(row.try_get("conversation")?), parent: parent.map(MessageId) }))
}

/// The messages from the conversation's first down to `leaf`.
pub(crate) async fn path_to(
    connection: &mut Connection,
    conversation: ConversationId,
    leaf: MessageId,
) -> Result<Vec<Message>, StoreError> {
    let siblings = siblings(connection, conversation).await?;
    let rows = sqlx::query(
        "WITH RECURSIVE path (id) AS (
             VALUES (?)
             UNION ALL
             SELECT parent FROM messages JOIN path USING (id) WHERE parent IS NOT NULL
         )
         SELECT messages.* FROM path JOIN messages USING (id) ORDER BY id",
    )
    .bind(leaf.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let parent = row.try_get::<Option<u32>, _>("parent")?.map(MessageId);
            Ok(Message {
                id: MessageId(row.try_get("id")?),
                parent,
                siblings: siblings.get(&parent).cloned().unwrap_or_default(),
                created_at: row.try_get("created_at")?,
                body: body(row)?,
            })
        })
        .collect()
}

/// The newest message below `id`, or itself. A child is always newer than its parent, so this one has no children.
pub(crate) async fn newest_leaf_below(connection: &mut Connection, id: MessageId) -> Result<MessageId, StoreError> {
    let leaf = sqlx::query_scalar(
        "WITH RECURSIVE below (id) AS (
             VALUES (?)
             UNION ALL
             SELECT messages.id FROM messages JOIN below ON messages.parent = below.id
         )
         SELECT max(id) FROM below",
    )
    .bind(id.0)
    .fetch_one(connection)
    .await?;
    Ok(MessageId(leaf))
}

/// A question.
pub(crate) async fn insert_question(
    connection: &mut Connection,
    place: Place,
    text: &str,
    now: u32,
) -> Result<MessageId, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO messages (conversation, parent, role, text, created_at) VALUES (?, ?, 'user', ?, ?) RETURNING id",
    )
    .bind(place.conversation.0)
    .bind(place.parent.map(|id| id.0))
    .bind(text)
    .bind(now)
    .fetch_one(connection)
    .await?;
    Ok(MessageId(id))
}

/// An answer that is about to be written.
pub(crate) async fn insert_answer(
    connection: &mut Connection,
    place: Place,
    model: &str,
    now: u32,
) -> Result<MessageId, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO messages (conversation, parent, role, text, created_at, state, model)
         VALUES (?, ?, 'assistant', '', ?, 'writing', ?) RETURNING id",
    )
    .bind(place.conversation.0)
    .bind(place.parent.map(|id| id.0))
    .bind(now)
    .bind(model)
    .fetch_one(connection)
    .await?;
    Ok(MessageId(id))
}

/// Takes a message out again, with all that hangs on it.
pub(crate) async fn remove(connection: &mut Connection, id: MessageId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM messages WHERE id = ?").bind(id.0).execute(connection).await?;
    Ok(())
}

/// The text so far of an answer that is being written.
pub(crate) async fn set_partial_text(connection: &mut Connection, id: MessageId, text: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE messages SET text = ? WHERE id = ? AND state = 'writing'")
        .bind(text)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Who writes an answer, and how far back that model remembers.
pub(crate) async fn set_writer(
    connection: &mut Connection,
    id: MessageId,
    model: &str,
    remembered_from: Option<MessageId>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE messages SET model = ?, remembered_from = ? WHERE id = ?")
        .bind(model)
        .bind(remembered_from.map(|id| id.0))
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// How far an answer is.
pub(crate) async fn set_state(
    connection: &mut Connection,
    id: MessageId,
    state: &AnswerState,
) -> Result<(), StoreError> {
    let columns = StateColumns::of(state)?;
    sqlx::query("UPDATE messages SET state = ?, interrupted_by = ?, error = ? WHERE id = ?")
        .bind(columns.state)
        .bind(columns.interrupted_by)
        .bind(columns.error)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Closes an answer.
pub(crate) async fn finish(connection: &mut Connection, id: MessageId, ending: &Ending<'_>) -> Result<(), StoreError> {
    set_state(connection, id, ending.state).await?;
    let stats = ending.stats.as_ref();
    sqlx::query(
        "UPDATE messages SET text = ?, prompt_tokens = ?, reused_tokens = ?, restored_tokens = ?, answer_tokens = ?,
         drafted_tokens = ?, accepted_tokens = ?, first_token_ms = ?, tokens_per_second = ?, device = ? WHERE id = ?",
    )
    .bind(ending.text)
    .bind(stats.map(|stats| stats.prompt_tokens))
    .bind(stats.map(|stats| stats.reused_tokens))
    .bind(stats.map_or(0, |stats| stats.restored_tokens))
    .bind(stats.map(|stats| stats.answer_tokens))
    .bind(stats.map_or(0, |stats| stats.drafted_tokens))
    .bind(stats.map_or(0, |stats| stats.accepted_tokens))
    .bind(stats.map(|stats| stats.first_token_ms))
    .bind(stats.map(|stats| stats.tokens_per_second))
    .bind(stats.and_then(|stats| stats.device.as_deref()))
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks the answers that nobody writes any more, because the app that did is dead. Says how many that were.
pub(crate) async fn interrupt_unfinished(connection: &mut Connection) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE messages SET state = 'interrupted', interrupted_by = 'app' WHERE state = 'writing'")
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// All messages of a conversation by their parent, oldest first.
async fn siblings(
    connection: &mut Connection,
    conversation: ConversationId,
) -> Result<HashMap<Option<MessageId>, Vec<MessageId>>, StoreError> {
    let rows: Vec<(u32, Option<u32>)> =
        sqlx::query_as("SELECT id, parent FROM messages WHERE conversation = ? ORDER BY id")
            .bind(conversation.0)
            .fetch_all(connection)
            .await?;
    let mut siblings: HashMap<_, Vec<_>> = HashMap::new();
    for (id, parent) in rows {
        siblings.entry(parent.map(MessageId)).or_default().push(MessageId(id));
    }
    Ok(siblings)
}

fn body(row: &SqliteRow) -> Result<MessageBody, StoreError> {
    let text = row.try_get("text")?;
    match row.try_get("role")? {
        "user" => Ok(MessageBody::User { text }),
        "assistant" => Ok(MessageBody::Assistant {
            text,
            state: state(row)?,
            model: row.try_get("model")?,
            remembered_from: row.try_get::<Option<u32>, _>("remembered_from")?.map(MessageId),
            stats: stats(row)?,
        }),
        _ => Err(StoreError::Unknown { column: "messages.role" }),
    }
}

fn stats(row: &SqliteRow) -> Result<Option<AnswerStats>, StoreError> {
    let Some(prompt_tokens) = row.try_get("prompt_tokens")? else { return Ok(None) };
    Ok(Some(AnswerStats {
        prompt_tokens,
        reused_tokens: row.try_get("reused_tokens")?,
        restored_tokens: row.try_get("restored_tokens")?,
        answer_tokens: row.try_get("answer_tokens")?,
        drafted_tokens: row.try_get("drafted_tokens")?,
        accepted_tokens: row.try_get("accepted_tokens")?,
        first_token_ms: row.try_get("first_token_ms")?,
        tokens_per_second: row.try_get("tokens_per_second")?,
        device: row.try_get("device")?,
    }))
}

fn state(row: &SqliteRow) -> Result<AnswerState, StoreError> {
    Ok(match row.try_get("state")? {
        "writing" => AnswerState::Writing,
        "complete" => AnswerState::Complete,
        "cut" => AnswerState::Cut,
        "stopped" => AnswerState::Stopped,
        "interrupted" => AnswerState::Interrupted {
            by: match row.try_get("interrupted_by")? {
                "engine" => Interruption::Engine,
                "app" => Interruption::App,
                _ => return Err(StoreError::Unknown { column: "messages.interrupted_by" }),
            },
        },
        "failed" => AnswerState::Failed {
            error: serde_json::from_str(row.try_get("error")?)
                .map_err(|_| StoreError::Unknown { column: "messages.error" })?,
        },
        _ => return Err(StoreError::Unknown { column: "messages.state" }),
    })
}

/// An [`AnswerState`] as it is stored.
struct StateColumns {
    state: &'static str,
    interrupted_by: Option<&'static str>,
    error: Option<String>,
}

impl StateColumns {
    fn of(state: &AnswerState) -> Result<Self, StoreError> {
        let (name, interrupted_by, error) = match state {
            AnswerState::Writing => ("writing", None, None),
            AnswerState::Complete => ("complete", None, None),
            AnswerState::Cut => ("cut", None, None),
            AnswerState::Stopped => ("stopped", None, None),
            AnswerState::Interrupted { by: Interruption::Engine } => ("interrupted", Some("engine"), None),
            AnswerState::Interrupted { by: Interruption::App } => ("interrupted", Some("app"), None),
            AnswerState::Failed { error } => {
                let error =
                    serde_json::to_string(error).map_err(|_| StoreError::Unknown { column: "messages.error" })?;
                ("failed", None, Some(error))
            }
        };
        Ok(Self { state: name, interrupted_by, error })
    }
}
