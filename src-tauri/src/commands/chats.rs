//! Conversations: the list, one of them, and what is typed but not sent.

use hearth_core::App;
use hearth_core::error::AppError;
use hearth_core::view::{Bootstrap, Conversation, ConversationId, ConversationSummary, MessageId};
use tauri::State;

/// All that the first picture needs, in one call.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bootstrap(app: State<'_, App>) -> Result<Bootstrap, AppError> {
    app.bootstrap().await
}

/// A conversation from its first message to the active leaf.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_conversation(app: State<'_, App>, id: ConversationId) -> Result<Conversation, AppError> {
    app.open_conversation(id).await
}

/// A title that is never changed by the app again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_conversation(
    app: State<'_, App>,
    id: ConversationId,
    title: String,
) -> Result<ConversationSummary, AppError> {
    app.rename_conversation(id, title).await
}

/// Takes it out of the list. `restore_conversation` brings it back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_conversation(app: State<'_, App>, id: ConversationId) -> Result<(), AppError> {
    app.delete_conversation(id).await
}

/// Undoes `delete_conversation`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_conversation(
    app: State<'_, App>,
    id: ConversationId,
) -> Result<ConversationSummary, AppError> {
    app.restore_conversation(id).await
}

/// What is typed but not sent; without an id, in the chat not yet begun.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_draft(app: State<'_, App>, id: Option<ConversationId>, text: String) -> Result<(), AppError> {
    app.save_draft(id, text).await
}

/// Makes the branch that `message` is on the active one, down to its newest leaf.
#[tauri::command]
#[specta::specta]
pub(crate) async fn switch_branch(app: State<'_, App>, message: MessageId) -> Result<Conversation, AppError> {
    app.switch_branch(message).await
}
