//! How much memory the engine takes with a model where nobody says otherwise, whether the model is on this computer or
//! still on the Hub. The rule itself is in `hearth-gguf`, where the engine finds it too.

use hearth_gguf::{CacheBlock, ContextShape, Memory, Shape, context_cells};
use hearth_ipc::{BATCH_TOKENS, DEFAULT_CONTEXT_TOKENS, LEAST_CONTEXT_TOKENS};

/// With the context that the engine uses, bounded by what the model was trained on.
pub(crate) fn memory(shape: &Shape, trained_tokens: Option<u64>) -> Memory {
    in_context(shape, context_tokens(trained_tokens), CacheBlock::F16)
}

/// With the least that the engine makes do with where memory is tight.
pub(crate) fn least_memory(shape: &Shape, trained_tokens: Option<u64>) -> Memory {
    let context = context_tokens(trained_tokens).min(u64::from(LEAST_CONTEXT_TOKENS));
    in_context(shape, context, CacheBlock::Q8_0)
}

fn in_context(shape: &Shape, context_tokens: u64, cache: CacheBlock) -> Memory {
    let batch_tokens = u64::from(BATCH_TOKENS).min(context_tokens);
    Memory::of(shape, &ContextShape { context_tokens, batch_tokens, cache })
}

/// The context that the engine uses, in tokens.
pub(crate) fn context_tokens(trained_tokens: Option<u64>) -> u64 {
    let trained = trained_tokens.filter(|tokens| *tokens > 0).unwrap_or(u64::MAX);
    context_cells(trained.min(u64::from(DEFAULT_CONTEXT_TOKENS)))
}
