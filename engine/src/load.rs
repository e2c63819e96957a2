//! From a file to a session.

use std::{
    path::Path,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use hearth_gguf::{GgufError, Header, Refusal, WholeModel};
use hearth_ipc::{BATCH_TOKENS, ComputePath, EngineFailure, Event, FailureKind, LoadRequest, LoadedModel};

use crate::{
    exit::{self, Exit},
    failure::causes,
    fit::{self, TooLarge, Wish},
    llama::{self, Backend, Context, ContextSettings, FitError, Gpu, Interrupt, Model, ModelError, Offload, Weights},
    memory,
    outbox::Outbox,
    prompt::Prompter,
    sampling,
    session::Session,
    threads, weights,
};

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

/// Loads what the [check] has passed. Looks at the memory that is free now, so what was loaded before must be gone.
pub(crate) fn load(
    request: &LoadRequest,
    checked: &WholeModel,
    backend: &Rc<Backend>,
    interrupt: &Arc<Interrupt>,
    outbox: &Outbox,
) -> Result<(Session, LoadedModel), EngineFailure> {
    let started = Instant::now();
    let header = checked.header();
    let threads = request.settings.threads.unwrap_or_else(threads::for_computing).max(1);
    let (plan, wishes) = plan(request, checked, backend, threads, interrupt)?;
    let mut progress = Progress { request, outbox, reported: None };
    let (loaded, notes) = llama::gather(|| {
        let model = Model::load(backend, &request.path, plan.weights, &plan.offload, |fraction| {
            interrupt.count_step();
            progress.report(fraction);
            !interrupt.is_stopped()
        })
        .map_err(|error| not_loaded(&error))?;
        if !model.writes_text() {
            return Err(EngineFailure {
                kind: FailureKind::ModelUnsupported,
                cause: "the model does not write text from left to right".to_owned(),
            });
        }
        let (context, wish) = set_up_context(&model, &wishes, threads, interrupt)?;
        Ok((model, context, wish))
    });
    let (model, context, wish) = loaded?;
    // Setting up the context takes its time too, and ends nowhere in the middle.
    if interrupt.is_stopped() {
        return Err(EngineFailure { kind: FailureKind::Cancelled, cause: "cancelled".to_owned() });
    }
    let (prompter, template) = Prompter::new(header, model.vocab());
    let (sampling, sampling_source) = sampling::recommended(header);
    let layers = model.layers() + 1;
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
        compute: backend.path(),
        layers,
        gpu_layers: plan.gpu_layers(layers),
        threads,
        batch_tokens: batch_tokens(wish.context_tokens),
        kv_cache: wish.kv_cache,
        flash_attention: notes.flash_attention(),
        memory: notes.memory(&backend.gpus().iter().map(Gpu::name).collect::<Vec<_>>()),
    };
    tracing::info!(
        model = loaded.description,
        device = loaded.device,
        gpu_layers = loaded.gpu_layers,
        layers,
        context_tokens = loaded.context_tokens,
        kv_cache = ?loaded.kv_cache,
        weights = ?plan.weights,
        threads,
        keeps_threads = context.keeps_threads(),
        template = ?loaded.template,
        milliseconds = started.elapsed().as_millis(),
        "model loaded"
    );
    Ok((Session::new(context, prompter, sampling), loaded))
}

/// Where a model's layers go.
struct Plan {
    weights: Weights,
    offload: Offload,
}

impl Plan {
    fn gpu_layers(&self, of: u32) -> u32 {
        match &self.offload {
            Offload::Nothing => 0,
            Offload::Everything => of,
            Offload::Fitted(fitted) => fitted.layers(of),
        }
    }
}

/// Decides where the layers go and which contexts may be tried, or that nothing fits.
fn plan(
    request: &LoadRequest,
    checked: &WholeModel,
    backend: &Backend,
    threads: u32,
    interrupt: &Interrupt,
) -> Result<(Plan, Vec<Wish>), EngineFailure> {
    let header = checked.header();
    let trained = header.context_length().map_or(0, |tokens| u32::try_from(tokens).unwrap_or(u32::MAX));
    let mut wishes = fit::wishes(&request.settings, trained);
    let free = memory::available_bytes();
    let shape = checked.shape();
    let plan = match backend.path() {
        ComputePath::Cpu => {
            Plan { weights: weights::placement(checked.weights_bytes(), free), offload: Offload::Nothing }
        }
        path => {
            if backend.gpus().is_empty() {
                // The app chose this path by what was there. It is for the app to choose another, not for us to be slow
                // without a word.
                tracing::error!(?path, "there is no device");
                exit::now(Exit::DeviceLost);
            }
            let (offload, of_split) = offload(request, backend, &wishes, threads, interrupt)?;
            wishes = of_split.to_vec();
            Plan { weights: Weights::Mapped, offload }
        }
    };
    let (Some(shape), Some(free)) = (shape, free) else { return Ok((plan, wishes)) };
    let layers = u32::try_from(shape.layers.len()).unwrap_or(u32::MAX).saturating_add(1);
    let on_processor = 1.0 - f64::from(plan.gpu_layers(layers)) / f64::from(layers);
    let fitting = fit::fitting(&wishes, &shape, on_processor, free).map_err(too_large)?;
    if fitting.len() < wishes.len() {
        tracing::warn!(wish = ?fitting.first(), free_bytes = free, "memory is tight");
    }
    Ok((plan, fitting))
}

/// Upstream's split, and the wishes that it holds for. What does not fit onto the devices whole is tried with half the
/// context before layers stay with the processor, which costs more speed than a long memory is worth.
fn offload<'wishes>(
    request: &LoadRequest,
    backend: &Backend,
    wishes: &'wishes [Wish],
    threads: u32,
    interrupt: &Interrupt,
) -> Result<(Offload, &'wishes [Wish]), EngineFailure> {
    let by_hand = request.settings.gpu_layers;
    let mut first_split = None;
    for (index, wish) in wishes.iter().enumerate() {
        interrupt.count_step();
        match llama::fit(backend, &request.path, &context_settings(*wish, threads), by_hand) {
            Ok(split) if split.is_whole() || by_hand.is_some() => {
                return Ok((Offload::Fitted(split), &wishes[index..]));
            }
            Ok(split) => first_split = first_split.or(Some((Offload::Fitted(split), &wishes[index..]))),
            Err(error @ FitError::NoneFits) => tracing::debug!(%error, ?wish, "no split"),
            Err(error @ FitError::FileName) => {
                return Err(EngineFailure { kind: FailureKind::ModelMissing, cause: causes(&error) });
            }
            Err(error @ FitError::Unsupported) => {
                return Err(EngineFailure { kind: FailureKind::ModelUnsupported, cause: causes(&error) });
            }
        }
        // Less than half is too little to pay for speed with.
        if index >= 1 {
            break;
        }
    }
    Ok(first_split.unwrap_or_else(|| {
        tracing::warn!("no layer fits onto the devices, the processor computes alone");
        (Offload::Nothing, wishes)
    }))
}

/// As the app is told it.
pub(crate) fn not_loaded(error: &ModelError) -> EngineFailure {
    let kind = match error {
        ModelError::Cancelled => FailureKind::Cancelled,
        ModelError::FileName => FailureKind::ModelMissing,
        ModelError::Unsupported => FailureKind::ModelUnsupported,
        ModelError::OutOfMemory => FailureKind::OutOfMemory,
    };
    EngineFailure { kind, cause: causes(error) }
}

fn too_large(error: TooLarge) -> EngineFailure {
    let TooLarge { needed_bytes, available_bytes } = error;
    EngineFailure {
        kind: FailureKind::WillNotFit { needed_bytes, available_bytes },
        cause: format!("{needed_bytes} bytes are needed at least, {available_bytes} are available"),
    }
}

/// Tries with less where it turns out that memory is short.
fn set_up_context(
    model: &Rc<Model>,
    wishes: &[Wish],
    threads: u32,
    interrupt: &Arc<Interrupt>,
) -> Result<(Context, Wish), EngineFailure> {
    let mut refused = None;
    for wish in wishes {
        interrupt.count_step();
        match Context::new(model, context_settings(*wish, threads), interrupt) {
            Ok(context) => return Ok((context, *wish)),
            Err(error) => {
                tracing::warn!(%error, ?wish, "no such context");
                refused = Some(error);
            }
        }
    }
    let cause = refused.map_or_else(|| "no context was wished for".to_owned(), |error| causes(&error));
    Err(EngineFailure { kind: FailureKind::OutOfMemory, cause })
}

fn context_settings(wish: Wish, threads: u32) -> ContextSettings {
    let Wish { context_tokens, kv_cache } = wish;
    ContextSettings { context_tokens, batch_tokens: batch_tokens(context_tokens), threads, kv_cache }
}

fn batch_tokens(context_tokens: u32) -> u32 {
    BATCH_TOKENS.min(context_tokens)
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
