//! The table of conversations.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use sqlx::{Row, sqlite::SqliteRow};

use super::{Connection, StoreError};
use crate::view::{ConversationId, ConversationSummary, MessageId};

/// All that are not deleted, the one with the newest message first.
pub(crate) async fn all(connection: &mut Connection) -> Result<Vec<ConversationSummary>, StoreError> {
    sqlx::query(
        "SELECT id, title, updated_at FROM conversations AS c WHERE deleted_at IS NULL
         ORDER BY (SELECT max(id) FROM messages WHERE conversation = c.id) DESC, id DESC",
    )
    .fetch_all(connection)
    .await?
    .iter()
    .map(summary)
    .collect()
}

/// One of them, unless it is deleted.
pub(crate) async fn one(
    connection: &mut Connection,
    id: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    sqlx::query("SELECT id, title, updated_at FROM conversations WHERE id = ? AND deleted_at IS NULL")
        .bind(id.0)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(summary)
        .transpose()
}

/// A new one, without title and messages.
pub(crate) async fn insert(connection: &mut Connection, now: u32) -> Result<ConversationId, StoreError> {
    let row = sqlx::query("INSERT INTO conversations (updated_at) VALUES (?) RETURNING id")
        .bind(now)
        .fetch_one(connection)
        .await?;
    Ok(ConversationId(row.try_get(0)?))
}

/// For good. What hangs on it goes with it.
pub(crate) async fn remove(connection: &mut Connection, id: ConversationId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM conversations WHERE id = ?").bind(id.0).execute(connection).await?;
    Ok(())
}

/// Says when its last message was written.
pub(crate) async fn touch(connection: &mut Connection, id: ConversationId, now: u32) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET updated_at = ? WHERE id = ?")
        .bind(now)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// The end of the path that is shown.
pub(crate) async fn active_leaf(
    connection: &mut Connection,
    id: ConversationId,
) -> Result<Option<MessageId>, StoreError> {
    let leaf: Option<Option<u32>> = sqlx::query_scalar("SELECT active_leaf FROM conversations WHERE id = ?")
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    Ok(leaf.flatten().map(MessageId))
}

/// Chooses the path that is shown by its end.
pub(crate) async fn set_active_leaf(
    connection: &mut Connection,
    id: ConversationId,
    leaf: Option<MessageId>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET active_leaf = ? WHERE id = ?")
        .bind(leaf.map(|leaf| leaf.0))
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// The first file of the model that was chosen for it; `None` if none was.
pub(crate) async fn model(connection: &mut Connection, id: ConversationId) -> Result<Option<PathBuf>, StoreError> {
    let path: Option<Option<String>> = sqlx::query_scalar("SELECT model FROM conversations WHERE id = ?")
        .bind(id.0)
        .fetch_optional(connection)
        .await?;
    Ok(path.flatten().map(PathBuf::from))
}

/// Chooses its model. False if the conversation is not there.
pub(crate) async fn set_model(
    connection: &mut Connection,
    id: ConversationId,
    path: &Path,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE conversations SET model = ? WHERE id = ? AND deleted_at IS NULL")
        .bind(path.to_str())
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The name a person gives it. False if it is not there.
pub(crate) async fn rename(connection: &mut Connection, id: ConversationId, title: &str) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE conversations SET title = ?, titled_by = 'person' WHERE id = ? AND deleted_at IS NULL")
            .bind(title)
            .bind(id.0)
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The name its first exchange gives it. Does nothing if it has one.
pub(crate) async fn give_title(connection: &mut Connection, id: ConversationId, title: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET title = ?, titled_by = 'exchange' WHERE id = ? AND title IS NULL")
        .bind(title)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes it again what it was before a turn, unless a person has named it since.
pub(crate) async fn put_back(
    connection: &mut Connection,
    before: &ConversationSummary,
    active_leaf: Option<MessageId>,
) -> Result<(), StoreError> {
    if before.title.is_none() {
        sqlx::query("UPDATE conversations SET title = NULL, titled_by = NULL WHERE id = ? AND titled_by = 'exchange'")
            .bind(before.id.0)
            .execute(&mut *connection)
            .await?;
    }
    touch(connection, before.id, before.updated_at).await?;
    set_active_leaf(connection, before.id, active_leaf).await
}

/// Out of the list, but not yet gone. False if it is not there.
pub(crate) async fn delete(connection: &mut Connection, id: ConversationId, now: u32) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
        .bind(now)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Back into the list.
pub(crate) async fn restore(connection: &mut Connection, id: ConversationId) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET deleted_at = NULL WHERE id = ?").bind(id.0).execute(connection).await?;
    Ok(())
}

/// All there are, those that can be restored among them.
pub(crate) async fn kept(connection: &mut Connection) -> Result<HashSet<ConversationId>, StoreError> {
    let ids: Vec<u32> = sqlx::query_scalar("SELECT id FROM conversations").fetch_all(connection).await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Removes what was deleted before `deleted_before`, and says how many that were.
pub(crate) async fn purge(connection: &mut Connection, deleted_before: u32) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM conversations WHERE deleted_at < ?").bind(deleted_before).execute(connection).await?;
    Ok(done.rows_affected())
}

fn summary(row: &SqliteRow) -> Result<ConversationSummary, StoreError> {
    Ok(ConversationSummary {
        id: ConversationId(row.try_get("id")?),
        title: row.try_get("title")?,
        updated_at: row.try_get("updated_at")?,
    })
}
