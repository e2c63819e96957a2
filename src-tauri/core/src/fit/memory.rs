//! How much memory the engine takes with a model: one rule, whether the model is on this computer or still on the Hub.
//!
//! Weights, the KV cache for the context that the engine uses, what it computes in, and the process itself. The parts
//! were found by reading llama.cpp 0.6.0 and by measuring the engine with models of several shapes; a test compares the
//! sum with what the engine really takes.

use hearth_gguf::Shape;
use hearth_ipc::{BATCH_TOKENS, DEFAULT_CONTEXT_TOKENS};

/// llama.cpp rounds the context up to a multiple of this (`GGML_PAD(n_ctx, 256)`).
const CONTEXT_STEP_TOKENS: u64 = 256;
/// A question and a short answer.
const LEAST_CONTEXT_TOKENS: u64 = 512;
/// Keys and values are F16.
const CACHE_BYTES: u64 = 2;
/// States of recurrent layers are F32.
const STATE_BYTES: u64 = 4;
/// Of each token that is read at once: five embeddings and three of its widest form, in F32, exist at the same time.
const EMBEDDINGS_AT_ONCE: u64 = 5;
const WIDEST_AT_ONCE: u64 = 3;
const NUMBER_BYTES: u64 = 4;
/// Which token sees which is written down as F16, for each token that is read and each that is kept.
const MASK_BYTES: u64 = 2;
/// The engine's program and its libraries.
const PROGRAM_BYTES: u64 = 14_000_000;
/// A vocabulary is kept as tables from texts to tokens and back.
const VOCABULARY_ENTRY_BYTES: u64 = 190;
const MERGE_BYTES: u64 = 100;

/// What the engine takes with a model, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) weights: u64,
    pub(crate) cache: u64,
    pub(crate) work: u64,
    pub(crate) process: u64,
}

impl Memory {
    /// With the context that the engine uses where nobody says otherwise, bounded by what the model was trained on.
    pub(crate) fn of(shape: &Shape, trained_tokens: Option<u64>) -> Self {
        Self::with_context(shape, context_tokens(trained_tokens))
    }

    /// With the smallest context that is of any use.
    pub(crate) fn least_of(shape: &Shape, trained_tokens: Option<u64>) -> Self {
        Self::with_context(shape, context_tokens(trained_tokens).min(LEAST_CONTEXT_TOKENS))
    }

    fn with_context(shape: &Shape, context: u64) -> Self {
        let windowed = cells((shape.window_tokens + u64::from(BATCH_TOKENS)).min(context));
        let cache = shape.layers.iter().map(|layer| {
            let tokens = if layer.has_window { windowed } else { context };
            layer
                .kept_per_token
                .saturating_mul(tokens)
                .saturating_mul(CACHE_BYTES)
                .saturating_add(layer.state.saturating_mul(STATE_BYTES))
        });
        let has_window = shape.layers.iter().any(|layer| layer.has_window);
        let seen = context + if has_window { windowed } else { 0 };
        let of_a_token = (shape.embedding_length.saturating_mul(EMBEDDINGS_AT_ONCE))
            .saturating_add(shape.widest.saturating_mul(WIDEST_AT_ONCE))
            .saturating_mul(NUMBER_BYTES)
            .saturating_add(seen * MASK_BYTES);
        Self {
            weights: shape.weights_bytes,
            cache: cache.fold(0, u64::saturating_add),
            work: of_a_token.saturating_mul(u64::from(BATCH_TOKENS).min(context)),
            process: PROGRAM_BYTES
                .saturating_add(shape.vocabulary_size.saturating_mul(VOCABULARY_ENTRY_BYTES))
                .saturating_add(shape.merges.saturating_mul(MERGE_BYTES)),
        }
    }

    /// All of it.
    pub(crate) fn total(&self) -> u64 {
        [self.weights, self.cache, self.work, self.process].into_iter().fold(0, u64::saturating_add)
    }
}

/// The context that the engine uses, in tokens.
pub(crate) fn context_tokens(trained_tokens: Option<u64>) -> u64 {
    let trained = trained_tokens.filter(|tokens| *tokens > 0).unwrap_or(u64::MAX);
    cells(trained.min(u64::from(DEFAULT_CONTEXT_TOKENS)))
}

fn cells(tokens: u64) -> u64 {
    tokens.next_multiple_of(CONTEXT_STEP_TOKENS)
}
