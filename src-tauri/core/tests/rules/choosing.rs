//! Choosing models as the page does.

use std::path::{Path, PathBuf};

use hearth_core::{
    App,
    error::AppError,
    view::{ConversationId, LocalModelId, ModelForConversation},
};

use crate::stage::Stage;

/// A model's id.
pub(crate) fn id(file: &Path) -> LocalModelId {
    LocalModelId(file.to_string_lossy().into_owned())
}

/// In a conversation or, with none, for new ones.
pub(crate) async fn use_model(
    app: &App,
    conversation: Option<ConversationId>,
    model: &LocalModelId,
) -> Result<(), AppError> {
    app.use_model(ModelForConversation { conversation, model: model.clone() }).await
}

/// Opens a file and uses it for new conversations.
pub(crate) async fn use_file(app: &App, file: PathBuf) -> Result<(), AppError> {
    let opened = app.open_model(file).await?;
    use_model(app, None, &opened.id).await
}

/// Goes back to the model that came with the app.
pub(crate) async fn use_starter(app: &App, stage: &Stage) -> Result<(), AppError> {
    use_model(app, None, &id(&stage.starter())).await
}
