//! What a [`Request`](crate::Request) holds.

use serde::{Deserialize, Serialize};

use crate::{hardware::KvCacheType, messages::RequestId};

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
    /// How to choose tokens; `None` means what the model recommends (see
    /// [`LoadedModel::sampling`](crate::LoadedModel::sampling)).
    pub sampling: Option<Sampling>,
    /// Fixes the random choices; `None` draws a new seed.
    pub seed: Option<u32>,
    /// Upper bound for the answer in tokens; `None` means until the model ends or the context is full.
    pub max_tokens: Option<u32>,
    /// Texts that end the answer. None of their characters is ever sent in a delta.
    pub stop: Vec<String>,
    /// Whether tokens may be guessed from what the conversation already holds. Guesses are checked: they change how fast
    /// the answer comes. What it says they do not change at temperature 0 or with a seed, and otherwise no more than
    /// rounding does.
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
