//! What the two processes say to each other.
//!
//! Every long request carries an id; every event about it carries the same id. A request ends with
//! exactly one closing event: [`Event::Loaded`], [`Event::Unloaded`], [`Event::Finished`], [`Event::Prepared`],
//! [`Event::Probed`] or [`Event::Failed`].

use serde::{Deserialize, Serialize};

use crate::hardware::{ComputePath, Device, DeviceMemory, KvCacheType, ProbeReport, ProbeRequest};

/// Raised whenever a message changes in a way the other side would misread.
pub const PROTOCOL_VERSION: u32 = 2;

/// Chosen by the app, unique within one engine process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// App → engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Replace whatever model is loaded. Answered by [`Event::Loading`]… then [`Event::Loaded`] or [`Event::Failed`].
    Load(LoadRequest),
    /// Free the loaded model and its memory. Answered by [`Event::Unloaded`].
    Unload {
        /// Names this in the event that follows.
        id: RequestId,
    },
    /// Write the next message of a conversation with the loaded model.
    Generate(GenerateRequest),
    /// Read what is certain already of a conversation's next prompt, while there is nothing else to do. Ends at once,
    /// with [`FailureKind::Cancelled`], when any other long request comes; what was read stays read. Refused with
    /// [`FailureKind::Busy`] while one runs.
    Prepare(PrepareRequest),
    /// Try what this engine was started to compute with. For an engine of its own, which ends after it.
    Probe(ProbeRequest),
    /// How much of the computer may be used, from now on. Nothing answers it.
    Restrain(Restraint),
    /// Stop request `id`. A running generation closes with [`FinishReason::Cancelled`], a running load with
    /// [`FailureKind::Cancelled`]. Unknown and finished ids are ignored: the two may cross on the wire.
    Cancel {
        /// The request to stop.
        id: RequestId,
    },
    /// Ask for an [`Event::Status`] at once, also while something else runs.
    Status,
    /// Finish in order and exit with code 0. The end of stdin means the same.
    Shutdown,
}

/// Which file to load, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadRequest {
    /// Names this load in the events that follow.
    pub id: RequestId,
    /// Absolute path of a GGUF file.
    pub path: std::path::PathBuf,
    /// What is not left to the engine.
    pub settings: LoadSettings,
    /// Where the model's memory of conversations is kept on disk; `None` keeps none.
    pub states: Option<StateCache>,
}

impl LoadRequest {
    /// A load with everything left to the engine.
    pub fn new(id: RequestId, path: impl Into<std::path::PathBuf>) -> Self {
        Self { id, path: path.into(), settings: LoadSettings::default(), states: None }
    }
}

/// What of a load can be decided by a person; `None` lets the engine choose by what is free, the model and the
/// processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadSettings {
    /// Context length in tokens, bounded by what the model was trained on.
    pub context_tokens: Option<u32>,
    /// Threads for computing.
    pub threads: Option<u32>,
    /// Layers on the GPU; more than there are means all.
    pub gpu_layers: Option<u32>,
    /// How keys and values are kept.
    pub kv_cache: Option<KvCacheType>,
}

/// A bounded folder of KV cache states, least recently used out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateCache {
    /// Absolute path; made if it is missing. A conversation's states lie in a folder of its own in it, see
    /// [`GenerateRequest::conversation`].
    pub folder: std::path::PathBuf,
    /// Most that all states together may take, in bytes.
    pub limit_bytes: u64,
}

/// How much of the computer may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restraint {
    /// Most threads for computing; `None` is what the load chose.
    pub threads: Option<u32>,
    /// Whether other programs come first: the app is not in use.
    pub background: bool,
}

/// A conversation to be continued by one answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateRequest {
    /// Names this answer in the events that follow.
    pub id: RequestId,
    /// Whose states these are: the name of a folder in [`StateCache::folder`], of lowercase letters, digits and `-`.
    /// The app deletes that folder with the conversation. `None` keeps nothing of it on disk.
    pub conversation: Option<String>,
    /// The whole conversation from its start, oldest first. The engine keeps what fits.
    ///
    /// If the last message is the assistant's, its text is taken as the beginning of the answer and is
    /// continued; the deltas then hold only what is new.
    pub messages: Vec<ChatMessage>,
    /// How to choose tokens; `None` means what the model recommends (see [`LoadedModel::sampling`]).
    pub sampling: Option<Sampling>,
    /// Fixes the random choices; `None` draws a new seed.
    pub seed: Option<u32>,
    /// Upper bound for the answer in tokens; `None` means until the model ends or the context is full.
    pub max_tokens: Option<u32>,
    /// Texts that end the answer. None of their characters is ever sent in a delta.
    pub stop: Vec<String>,
    /// Whether tokens may be guessed from what the conversation already holds. Guesses are checked: they change how fast
    /// the answer comes, not what it says.
    pub drafting: bool,
}

impl GenerateRequest {
    /// The next answer, with everything left to the model.
    pub fn new(id: RequestId, messages: Vec<ChatMessage>) -> Self {
        Self {
            id,
            conversation: None,
            messages,
            sampling: None,
            seed: None,
            max_tokens: None,
            stop: Vec::new(),
            drafting: true,
        }
    }
}

/// A conversation whose next question is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrepareRequest {
    /// Names this in the events that follow.
    pub id: RequestId,
    /// As in [`GenerateRequest::conversation`].
    pub conversation: Option<String>,
    /// The conversation from its start, oldest first, as [`GenerateRequest::messages`] will have it. If the last is
    /// the person's, it may still grow: only what more text could not change is read.
    pub messages: Vec<ChatMessage>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions that hold for the whole conversation.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said, as plain text: a special token spelled out in it stays plain text.
    pub content: String,
}

/// How the next token is chosen, in the terms of llama.cpp's samplers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// 0 always takes the likeliest token.
    pub temperature: f32,
    /// Keep the k likeliest tokens; 0 keeps all.
    pub top_k: i32,
    /// Keep the likeliest tokens whose probabilities add up to p; 1 keeps all.
    pub top_p: f32,
    /// Drop tokens below this share of the likeliest one's probability; 0 drops none.
    pub min_p: f32,
    /// Divide the logits of recently used tokens by this; 1 changes nothing.
    pub repeat_penalty: f32,
    /// How many recent tokens the penalty looks at; 0 for none.
    pub repeat_last_n: i32,
}

/// Engine → app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The first frame. An app that does not know `protocol` ends the engine.
    Hello {
        /// [`PROTOCOL_VERSION`] of the engine.
        protocol: u32,
        /// Version of the engine and of llama.cpp's bindings in it, e.g. `0.1.0+llama-cpp-sys-2.0.1.161`.
        build: String,
        /// What it was started to compute with.
        path: ComputePath,
    },
    /// Sent every second by the I/O thread, so that a busy worker can be told from a dead process.
    Heartbeat {
        /// Grows with every step of real work (a tensor loaded, a batch decoded, a token chosen).
        progress: u64,
    },
    /// How far a load has come.
    Loading {
        /// The load.
        id: RequestId,
        /// From 0 to 1, never falling.
        fraction: f32,
    },
    /// The model is ready.
    Loaded {
        /// The load.
        id: RequestId,
        /// What was loaded.
        model: LoadedModel,
    },
    /// The model is gone and its memory free.
    Unloaded {
        /// The request.
        id: RequestId,
    },
    /// Behind [`Request::Prepare`]: all that is certain is read.
    Prepared {
        /// The request.
        id: RequestId,
        /// Tokens in the KV cache now that the next prompt will begin with.
        tokens: u32,
    },
    /// Behind [`Request::Probe`]: which devices there are. Sent before anything is computed with them.
    Devices {
        /// The probe.
        id: RequestId,
        /// Without the processor itself.
        devices: Vec<Device>,
    },
    /// Behind [`Request::Probe`]: how it went.
    Probed {
        /// The probe.
        id: RequestId,
        /// What was measured.
        report: ProbeReport,
    },
    /// How far the reading of the prompt has come. At most a few a second.
    Reading {
        /// The generation.
        id: RequestId,
        /// Prompt tokens in the KV cache so far, those reused included.
        tokens_read: u32,
        /// Prompt tokens in all.
        tokens_total: u32,
    },
    /// The prompt is read; the next event is the answer's first text.
    Started {
        /// The generation.
        id: RequestId,
        /// Index into [`GenerateRequest::messages`] of the oldest message, a system prompt aside, that the model
        /// still remembers. 0 (or 1 behind a system prompt) when everything fits.
        remembered_from: u32,
        /// Prompt tokens in all.
        prompt_tokens: u32,
        /// Prompt tokens that were still in the KV cache and not read again.
        reused_tokens: u32,
    },
    /// More of the answer: whole UTF-8 characters, no stop text, no special token.
    Delta {
        /// The generation.
        id: RequestId,
        /// What to append.
        text: String,
    },
    /// The answer has ended.
    Finished {
        /// The generation.
        id: RequestId,
        /// Why.
        reason: FinishReason,
        /// What it took.
        stats: GenerationStats,
    },
    /// The request could not be done. The engine stays usable.
    Failed {
        /// The request.
        id: RequestId,
        /// What went wrong.
        failure: EngineFailure,
    },
    /// Answer to [`Request::Status`].
    Status {
        /// The loaded model, if any.
        model: Option<LoadedModel>,
        /// The request the worker is at.
        busy_with: Option<RequestId>,
    },
}

/// What the app needs to know about a model it has loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadedModel {
    /// The file.
    pub path: std::path::PathBuf,
    /// `general.name`, else the file's stem.
    pub name: String,
    /// `general.architecture`, e.g. `llama`.
    pub architecture: String,
    /// llama.cpp's own description of the weights, e.g. `llama 135M Q4_1`.
    pub description: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Size of the weights in bytes.
    pub size_bytes: u64,
    /// Context length in tokens that was set up.
    pub context_tokens: u32,
    /// Context length in tokens the model was trained on.
    pub trained_context_tokens: u32,
    /// Where the chat template comes from.
    pub template: TemplateSource,
    /// What the model recommends, or the default.
    pub sampling: Sampling,
    /// Which of the two it is.
    pub sampling_source: SamplingSource,
    /// The compute device in words, e.g. `CPU (zen4)` or `NVIDIA GeForce RTX 3060 (Vulkan)`.
    pub device: String,
    /// What computes.
    pub compute: ComputePath,
    /// Layers in all, the output among them.
    pub layers: u32,
    /// Of these, on the GPU.
    pub gpu_layers: u32,
    /// Threads used for computing.
    pub threads: u32,
    /// Most tokens read in one step.
    pub batch_tokens: u32,
    /// How keys and values are kept.
    pub kv_cache: KvCacheType,
    /// Whether flash attention is used.
    pub flash_attention: bool,
    /// What is taken of each device's memory.
    pub memory: Vec<DeviceMemory>,
}

/// Where the chat template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateSource {
    /// The model carries one.
    Model,
    /// It carries none; the documented default (ChatML) is used, and the app says so.
    Default,
    /// It carries one that cannot be rendered (too large, too slow, invalid); the default is used, and the app says so.
    DefaultAfterError,
}

/// Where the sampling values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplingSource {
    /// From the model's metadata (`general.sampling.*`), the rest filled with defaults.
    Model,
    /// Hearth's defaults.
    Default,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model said it is done.
    EndOfTurn,
    /// One of [`GenerateRequest::stop`] appeared.
    StopText,
    /// [`GenerateRequest::max_tokens`] was reached.
    MaxTokens,
    /// The context is full.
    ContextFull,
    /// [`Request::Cancel`].
    Cancelled,
}

/// What an answer took. Times are in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerationStats {
    /// Prompt tokens in all.
    pub prompt_tokens: u32,
    /// Of these, not read again: from the KV cache, or from a state that was kept.
    pub reused_tokens: u32,
    /// Of the reused ones, from a state that was kept on disk.
    pub restored_tokens: u32,
    /// Tokens written.
    pub answer_tokens: u32,
    /// Tokens guessed from what the conversation already holds, and checked.
    pub drafted_tokens: u32,
    /// Of these, the ones that were right.
    pub accepted_tokens: u32,
    /// Time for reading the prompt, from the request's arrival.
    pub prompt_ms: f64,
    /// Time from the request's arrival to the first token.
    pub first_token_ms: f64,
    /// Time for writing, from the first token to the last.
    pub generation_ms: f64,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineFailure {
    /// What the app acts on.
    pub kind: FailureKind,
    /// The chain of causes in English, for the log only. Holds no prompt text.
    pub cause: String,
}

/// What the app can tell apart, each with a sentence of its own on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FailureKind {
    /// There is no file at that path, or it cannot be opened.
    ModelMissing,
    /// The safe check refused the file: not GGUF, cut short, or a header that lies.
    ModelDamaged,
    /// A sound file that this engine cannot run (unknown architecture, not a text model, one part of a split file).
    ModelUnsupported,
    /// Not enough memory for the model or its context, found out while it was set up.
    OutOfMemory,
    /// It cannot fit, found out before anything was loaded.
    WillNotFit {
        /// What it takes with the smallest context, in bytes.
        needed_bytes: u64,
        /// What could be used, in bytes.
        available_bytes: u64,
    },
    /// `Generate` before any `Load` succeeded.
    NoModel,
    /// Another load or answer is running.
    Busy,
    /// The last message alone does not fit into the context.
    MessageTooLong {
        /// Tokens of the prompt with only the system prompt and that message.
        tokens: u32,
        /// Tokens that would fit, room for an answer left.
        limit: u32,
    },
    /// The conversation cannot be put into the model's form (no message, a template that refuses it).
    ConversationRefused,
    /// Cancelled before it was done.
    Cancelled,
    /// A fault in the engine.
    Internal,
}
