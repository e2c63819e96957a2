//! Conversations as they are read and kept.

use sqlx::SqliteConnection;

use crate::{
    error::AppError,
    model,
    store::{
        Store, StoreError, conversations, drafts,
        messages::{self, Place},
    },
    titles,
    view::{Conversation, ConversationId, ConversationSummary, MessageId},
};

/// A conversation along its active path.
pub(crate) async fn open(store: &Store, id: ConversationId) -> Result<Conversation, AppError> {
    // One transaction, so that all parts are of the same moment.
    let mut reader = store.reading().await?;
    read(&mut reader, id).await?.ok_or_else(|| AppError::not_found("the conversation"))
}

/// [`open`] inside a transaction.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let Some(summary) = conversations::one(connection, id).await? else { return Ok(None) };
    let messages = match conversations::active_leaf(connection, id).await? {
        Some(leaf) => messages::path_to(connection, id, leaf).await?,
        None => Vec::new(),
    };
    let model = conversations::model(connection, id).await?.as_deref().map(model::named);
    Ok(Some(Conversation { summary, draft: drafts::get(connection, Some(id)).await?, model, messages }))
}

/// A title that no exchange will change again.
pub(crate) async fn rename(store: &Store, id: ConversationId, title: &str) -> Result<ConversationSummary, AppError> {
    let mut change = store.change().await?;
    if let Some(title) = titles::given(title) {
        conversations::rename(&mut change, id, &title).await?;
    }
    let summary = conversations::one(&mut change, id).await?;
    change.commit().await.map_err(StoreError::from)?;
    summary.ok_or_else(|| AppError::not_found("the conversation"))
}

/// Out of the list, to be restored or, after a while, removed.
pub(crate) async fn delete(store: &Store, id: ConversationId, now: u32) -> Result<(), AppError> {
    let deleted = conversations::delete(&mut *store.writer().await?, id, now).await?;
    if deleted { Ok(()) } else { Err(AppError::not_found("the conversation")) }
}

/// Back into the list.
pub(crate) async fn restore(store: &Store, id: ConversationId) -> Result<ConversationSummary, AppError> {
    let mut change = store.change().await?;
    conversations::restore(&mut change, id).await?;
    let summary = conversations::one(&mut change, id).await?;
    change.commit().await.map_err(StoreError::from)?;
    summary.ok_or_else(|| AppError::not_found("the conversation"))
}

/// Keeps what is typed. For a conversation that is gone there is nothing to keep it for.
pub(crate) async fn save_draft(store: &Store, id: Option<ConversationId>, text: &str) -> Result<(), AppError> {
    let mut change = store.change().await?;
    if let Some(id) = id
        && conversations::one(&mut change, id).await?.is_none()
    {
        return Err(AppError::not_found("the conversation"));
    }
    drafts::set(&mut change, id, text).await?;
    Ok(change.commit().await.map_err(StoreError::from)?)
}

/// Shows the branch that `message` is on, down to its newest leaf.
pub(crate) async fn switch_branch(store: &Store, message: MessageId) -> Result<Conversation, AppError> {
    let mut change = store.change().await?;
    let Some(Place { conversation, .. }) = messages::place(&mut change, message).await? else {
        return Err(AppError::not_found("the message"));
    };
    let leaf = messages::newest_leaf_below(&mut change, message).await?;
    conversations::set_active_leaf(&mut change, conversation, Some(leaf)).await?;
    let shown = read(&mut change, conversation).await?;
    change.commit().await.map_err(StoreError::from)?;
    shown.ok_or_else(|| AppError::not_found("the conversation"))
}
