//! Which model answers, and whether its file may be handed to native code.

use std::path::{Path, PathBuf};

use hearth_ipc::{LoadedModel, TemplateSource};

use crate::{
    error::{AppError, ErrorCode},
    model_name, settings,
    store::{Store, StoreError},
    view::ModelInfo,
};

/// The model to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    /// The small one that comes with the app.
    Starter,
    /// A file that the person has chosen.
    File(PathBuf),
}

impl ModelChoice {
    /// The file to be loaded.
    pub(crate) fn path<'a>(&'a self, starter: &'a Path) -> &'a Path {
        match self {
            Self::Starter => starter,
            Self::File(path) => path,
        }
    }
}

/// The choice of an earlier run.
pub(crate) async fn remembered(store: &Store) -> Result<ModelChoice, StoreError> {
    let path = settings::model_path(&mut *store.reader().await?).await?;
    Ok(path.map_or(ModelChoice::Starter, ModelChoice::File))
}

/// Keeps the choice for later runs.
pub(crate) async fn remember(store: &Store, choice: &ModelChoice) -> Result<(), StoreError> {
    let path = match choice {
        ModelChoice::Starter => None,
        ModelChoice::File(path) => Some(path.as_path()),
    };
    settings::set_model_path(&mut *store.writer().await?, path).await
}

/// The safe check before native code. Reads at most the file's header, which takes under 100 ms.
pub(crate) async fn check(path: &Path) -> Result<(), AppError> {
    let file = path.to_owned();
    let checked = tokio::task::spawn_blocking(move || hearth_gguf::check(&file)).await;
    match checked {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(AppError::of_model_file(&error, path)),
        Err(_) => Err(AppError::new(ErrorCode::ModelDamaged, "the check of the file gave up").about(path)),
    }
}

/// A loaded model as the page is told about it.
pub(crate) fn info(model: LoadedModel, starter: &Path) -> ModelInfo {
    ModelInfo {
        is_starter: model.path == starter,
        name: model_name::of_file(&model.path),
        path: model.path.display().to_string(),
        description: model.description,
        size_bytes: model.size_bytes,
        context_tokens: model.context_tokens,
        device: model.device,
        threads: model.threads,
        uses_default_template: model.template != TemplateSource::Model,
    }
}
