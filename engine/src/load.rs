//! From a file to a session.

use std::{
    path::Path,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use hearth_gguf::{GgufError, Header, Refusal, WholeModel};
use hearth_ipc::{
    BATCH_TOKENS, ComputePath, DEFAULT_CONTEXT_TOKENS, EngineFailure, Event, FailureKind, KvCacheType, LoadRequest,
    LoadedModel,
};

use crate::{
    failure::causes,
    llama::{Backend, Context, ContextError, ContextSettings, Interrupt, Model, ModelError},
    outbox::Outbox,
    prompt::Prompter,
    sampling,
    session::Session,
    threads, weights,
};

/// Where memory is short, the context is halved, but not below this: less is no conversation.
const LEAST_CONTEXT_TOKENS: u32 = 2048;

/// Progress is reported no more often than this.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// The safe check: no native code, and done within 100 ms. Only what it has passed may be [loaded](load).
pub(crate) fn check(path: &Path) -> Result<WholeModel, EngineFailure> {
    hearth_gguf::check(path).map_err(|error| refused(&error))
}

fn refused(error: &GgufError) -> EngineFailure {
    let kind = match error.refusal() {
        Refusal::Missing => FailureKind::ModelMissing,
        Refusal::NotGguf | Refusal::Truncated | Refusal::Lying => FailureKind::ModelDamaged,
        Refusal::Unsupported => FailureKind::ModelUnsupported,
    };
    EngineFailure { kind, cause: causes(error) }
}

/// Loads what the [check] has passed.
pub(crate) fn load(
    request: &LoadRequest,
    checked: &WholeModel,
    backend: &Rc<Backend>,
    interrupt: &Arc<Interrupt>,
    outbox: &Outbox,
) -> Result<(Session, LoadedModel), EngineFailure> {
    let started = Instant::now();
    let header = checked.header();
    let mut progress = Progress { request, outbox, reported: None };
    let weights = weights::placement(checked.weights_bytes());
    let model = Model::load(backend, &request.path, weights, |fraction| {
        interrupt.count_step();
        progress.report(fraction);
        !interrupt.is_stopped()
    })
    .map_err(|error| EngineFailure {
        kind: match error {
            ModelError::Cancelled => FailureKind::Cancelled,
            ModelError::FileName => FailureKind::ModelMissing,
            ModelError::Unsupported => FailureKind::ModelUnsupported,
            ModelError::OutOfMemory => FailureKind::OutOfMemory,
        },
        cause: causes(&error),
    })?;
    if !model.writes_text() {
        return Err(EngineFailure {
            kind: FailureKind::ModelUnsupported,
            cause: "the model does not write text from left to right".to_owned(),
        });
    }

    let threads = request.settings.threads.unwrap_or_else(threads::for_computing).max(1);
    let context = set_up_context(&model, request.settings.context_tokens, threads, interrupt)?;
    // Setting up the context takes its time too, and ends nowhere in the middle.
    if interrupt.is_stopped() {
        return Err(EngineFailure { kind: FailureKind::Cancelled, cause: "cancelled".to_owned() });
    }
    let (prompter, template) = Prompter::new(header, model.vocab());
    let (sampling, sampling_source) = sampling::recommended(header);
    let loaded = LoadedModel {
        path: request.path.clone(),
        name: name(header, &request.path),
        architecture: header.architecture().unwrap_or_default().to_owned(),
        description: model.description(),
        parameters: model.parameters(),
        size_bytes: model.size_bytes(),
        context_tokens: context.tokens(),
        trained_context_tokens: model.trained_context_tokens(),
        template,
        sampling,
        sampling_source,
        device: backend.device(),
        compute: ComputePath::Cpu,
        layers: model.layers() + 1,
        gpu_layers: 0,
        threads,
        batch_tokens: BATCH_TOKENS.min(context.tokens()),
        kv_cache: KvCacheType::F16,
        flash_attention: true,
        memory: Vec::new(),
    };
    tracing::info!(
        model = loaded.description,
        context_tokens = loaded.context_tokens,
        ?weights,
        threads,
        keeps_threads = context.keeps_threads(),
        template = ?loaded.template,
        milliseconds = started.elapsed().as_millis(),
        "model loaded"
    );
    Ok((Session::new(context, prompter, sampling), loaded))
}

/// Tries with less where memory is short.
fn set_up_context(
    model: &Rc<Model>,
    asked_tokens: Option<u32>,
    threads: u32,
    interrupt: &Arc<Interrupt>,
) -> Result<Context, EngineFailure> {
    let trained = match model.trained_context_tokens() {
        0 => u32::MAX,
        trained => trained,
    };
    let mut context_tokens = asked_tokens.unwrap_or(DEFAULT_CONTEXT_TOKENS).min(trained).max(1);
    loop {
        let settings = ContextSettings { context_tokens, batch_tokens: BATCH_TOKENS.min(context_tokens), threads };
        match Context::new(model, settings, interrupt) {
            Ok(context) => return Ok(context),
            Err(error @ ContextError::Refused(_)) if context_tokens / 2 < LEAST_CONTEXT_TOKENS => {
                return Err(EngineFailure { kind: FailureKind::OutOfMemory, cause: causes(&error) });
            }
            Err(error) => {
                tracing::warn!(%error, "trying with half the context");
                context_tokens /= 2;
            }
        }
    }
}

fn name(header: &Header, path: &Path) -> String {
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    header.name().map(str::trim).map_or_else(stem, str::to_owned)
}

/// Tells the app how far a load has come: rising, and not too often.
struct Progress<'load> {
    request: &'load LoadRequest,
    outbox: &'load Outbox,
    reported: Option<(f32, Instant)>,
}

impl Progress<'_> {
    fn report(&mut self, fraction: f32) {
        let due = self
            .reported
            .is_none_or(|(before, when)| fraction > before && (fraction >= 1.0 || when.elapsed() >= PROGRESS_INTERVAL));
        if due {
            let fraction = fraction.clamp(0.0, 1.0);
            self.outbox.send(Event::Loading { id: self.request.id, fraction });
            self.reported = Some((fraction, Instant::now()));
        }
    }
}
