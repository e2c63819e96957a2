//! What an [`Event`](crate::Event) tells of how a request has ended.

use serde::{Deserialize, Serialize};

use crate::{
    hardware::{ComputePath, DeviceMemory, KvCacheType},
    requests::Sampling,
};

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
    /// One of [`GenerateRequest::stop`](crate::GenerateRequest::stop) appeared.
    StopText,
    /// [`GenerateRequest::max_tokens`](crate::GenerateRequest::max_tokens) was reached.
    MaxTokens,
    /// The context is full.
    ContextFull,
    /// [`Request::Cancel`](crate::Request::Cancel).
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
