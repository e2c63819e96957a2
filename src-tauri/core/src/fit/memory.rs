//! How much memory the engine takes with a model where nobody says otherwise, whether the model is on this computer or
//! still on the Hub. The rule itself is in `hearth-gguf`, where the engine finds it too.

use hearth_gguf::{CacheBlock, ContextShape, Memory, Shape, context_cells};
use hearth_ipc::{BATCH_TOKENS, DEFAULT_CONTEXT_TOKENS};

/// With the context that the engine uses, bounded by what the model was trained on.
pub(crate) fn memory(shape: &Shape, trained_tokens: Option<u64>) -> Memory {
    let context = ContextShape {
        context_tokens: context_tokens(trained_tokens),
        batch_tokens: u64::from(BATCH_TOKENS),
        cache: CacheBlock::F16,
    };
    Memory::of(shape, &context)
}

/// The context that the engine uses, in tokens.
pub(crate) fn context_tokens(trained_tokens: Option<u64>) -> u64 {
    let trained = trained_tokens.filter(|tokens| *tokens > 0).unwrap_or(u64::MAX);
    context_cells(trained.min(u64::from(DEFAULT_CONTEXT_TOKENS)))
}
