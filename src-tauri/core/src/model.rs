//! Which model answers, and whether its file may be handed to native code.

use std::path::{Path, PathBuf};

use hearth_ipc::{LoadedModel, Sampling, SamplingSource, TemplateSource};
use serde::Deserialize;

use crate::{
    error::{AppError, ErrorCode},
    fit, model_name, settings,
    store::{Opening, Store, StoreError},
    view::{LocalModelId, ModelInfo, NamedModel},
};

/// The small model that comes with the app.
#[derive(Debug, Clone, PartialEq)]
pub struct StarterModel {
    /// Its file.
    pub path: PathBuf,
    /// Its makers' recommendation, which its file does not say, and a light penalty for repeating itself: without
    /// one, half of its answers go round in circles.
    pub sampling: SamplingAdvice,
    /// Longest answer in tokens. A small model that writes for so long has lost its thread; a person can have it go on.
    pub answer_limit_tokens: Option<u32>,
}

/// How a loaded model is asked; `None` leaves it to the engine.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Manner {
    pub(crate) sampling: Option<Sampling>,
    pub(crate) max_tokens: Option<u32>,
}

/// How a model's tokens are best chosen, as far as that is known. The values are those of [`Sampling`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field is documented where it is used")]
pub struct SamplingAdvice {
    pub temperature: Option<f32>,
    pub top_k: Option<i32>,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    pub repeat_penalty: Option<f32>,
    pub repeat_last_n: Option<i32>,
}

impl SamplingAdvice {
    fn over(self, base: Sampling) -> Sampling {
        Sampling {
            temperature: self.temperature.unwrap_or(base.temperature),
            top_k: self.top_k.unwrap_or(base.top_k),
            top_p: self.top_p.unwrap_or(base.top_p),
            min_p: self.min_p.unwrap_or(base.min_p),
            repeat_penalty: self.repeat_penalty.unwrap_or(base.repeat_penalty),
            repeat_last_n: self.repeat_last_n.unwrap_or(base.repeat_last_n),
        }
    }
}

/// The model to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    /// The small one that comes with the app.
    Starter,
    /// A file that the person has chosen.
    File(PathBuf),
}

impl ModelChoice {
    /// The choice of the model in this file.
    pub(crate) fn of(path: PathBuf, starter: &Path) -> Self {
        if path == starter { Self::Starter } else { Self::File(path) }
    }

    /// The model with this id.
    pub(crate) fn with_id(id: &LocalModelId, starter: &Path) -> Self {
        if *id == LocalModelId::of(starter) { Self::Starter } else { Self::File(PathBuf::from(&id.0)) }
    }

    /// As the page knows it.
    pub(crate) fn named(&self, starter: &Path) -> NamedModel {
        named(self.path(starter))
    }

    /// The file to be loaded.
    pub(crate) fn path<'a>(&'a self, starter: &'a Path) -> &'a Path {
        match self {
            Self::Starter => starter,
            Self::File(path) => path,
        }
    }
}

/// The model in this file, as the page knows it. The files of Ollama have the names of their hashes, so it is asked
/// itself what it calls them.
pub(crate) fn named(path: &Path) -> NamedModel {
    let name = hearth_library::ollama_name(path).unwrap_or_else(|| model_name::of_file(path));
    NamedModel { id: LocalModelId::of(path), name }
}

/// The choice of an earlier run.
pub(crate) async fn remembered(store: &Store) -> Result<ModelChoice, StoreError> {
    let path = settings::model_path(&mut *store.reader().await?).await?;
    Ok(path.map_or(ModelChoice::Starter, ModelChoice::File))
}

/// Keeps the choice for later runs.
pub(crate) async fn remember(opening: &Opening, choice: &ModelChoice) -> Result<(), AppError> {
    let path = match choice {
        ModelChoice::Starter => None,
        ModelChoice::File(path) => Some(path.as_path()),
    };
    Ok(settings::set_model_path(&mut *opening.store().await?.writer().await?, path).await?)
}

/// The safe check before native code. Reads at most the file's header, which takes under 100 ms.
pub(crate) async fn check(path: &Path) -> Result<(), AppError> {
    check_and_measure(path).await.map(drop)
}

/// [`check`]; and how much memory the model takes with the smallest context, in bytes, if its header says enough.
pub(crate) async fn check_and_measure(path: &Path) -> Result<Option<u64>, AppError> {
    let file = path.to_owned();
    let look = move || hearth_gguf::check(&file).map(|model| fit::least_memory_of(model.parts()));
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(needed)) => Ok(needed),
        Ok(Err(error)) => Err(AppError::of_model_file(&error, path)),
        Err(_) => Err(AppError::new(ErrorCode::ModelDamaged, "the check of the file gave up").about(path)),
    }
}

/// How to ask a model that has been loaded. What its own file says goes before what is known of the starter.
pub(crate) fn manner(model: &LoadedModel, starter: &StarterModel) -> Manner {
    if model.path != starter.path {
        return Manner::default();
    }
    let is_silent = model.sampling_source == SamplingSource::Default;
    Manner {
        sampling: is_silent.then(|| starter.sampling.over(model.sampling)),
        max_tokens: starter.answer_limit_tokens,
    }
}

/// A loaded model as the page is told about it.
pub(crate) fn info(model: LoadedModel, starter: &Path) -> ModelInfo {
    ModelInfo {
        is_starter: model.path == starter,
        name: named(&model.path).name,
        path: model.path.display().to_string(),
        description: model.description,
        size_bytes: model.size_bytes,
        context_tokens: model.context_tokens,
        device: model.device,
        threads: model.threads,
        uses_default_template: model.template != TemplateSource::Model,
    }
}
