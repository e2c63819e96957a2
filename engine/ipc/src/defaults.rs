//! What the engine does where nobody says otherwise: the app foresees from this how much memory a model takes.

/// Context in tokens, bounded by what the model was trained on. Enough for a long conversation, and for most models
/// affordable. What a model was trained on can be a hundred times as much, and its KV cache would fill the memory of any
/// home computer.
pub const DEFAULT_CONTEXT_TOKENS: u32 = 8192;

/// Where memory is tight the context is halved, but not below this: less is no conversation.
pub const LEAST_CONTEXT_TOKENS: u32 = 2048;

/// Most tokens in one step of reading. More is not faster, and takes more memory.
pub const BATCH_TOKENS: u32 = 512;

/// On Linux weights are copied, not mapped, if they take at most this share of the memory that is free.
pub const WEIGHTS_COPY_SHARE: (u64, u64) = (3, 5);
