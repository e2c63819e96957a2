//! The table of drafts: what was typed, but not sent.

use super::{Connection, StoreError};
use crate::view::ConversationId;

/// What was typed there; empty if nothing was. `None` stands for the chat not yet begun.
pub(crate) async fn get(
    connection: &mut Connection,
    conversation: Option<ConversationId>,
) -> Result<String, StoreError> {
    let text = sqlx::query_scalar("SELECT text FROM drafts WHERE conversation IS ?")
        .bind(conversation.map(|id| id.0))
        .fetch_optional(connection)
        .await?;
    Ok(text.unwrap_or_default())
}

/// Keeps what is typed there.
pub(crate) async fn set(
    connection: &mut Connection,
    conversation: Option<ConversationId>,
    text: &str,
) -> Result<(), StoreError> {
    let conversation = conversation.map(|id| id.0);
    if text.is_empty() {
        sqlx::query("DELETE FROM drafts WHERE conversation IS ?").bind(conversation).execute(connection).await?;
    } else {
        sqlx::query(
            "INSERT INTO drafts (conversation, text) VALUES (?, ?)
             ON CONFLICT (coalesce(conversation, 0)) DO UPDATE SET text = excluded.text",
        )
        .bind(conversation)
        .bind(text)
        .execute(connection)
        .await?;
    }
    Ok(())
}
