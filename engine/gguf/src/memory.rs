//! How much memory llama.cpp takes with a model: one rule for the app, which foresees it, and for the engine, which
//! refuses what cannot fit.
//!
//! Weights, the KV cache, what it computes in, and the process itself. The parts were found by reading llama.cpp 0.6.0
//! and by measuring the engine with models of several shapes; a test compares the sum with what the engine really takes.

use crate::Shape;

/// llama.cpp rounds the context up to a multiple of this (`GGML_PAD(n_ctx, 256)`).
const CONTEXT_STEP_TOKENS: u64 = 256;
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

/// How keys and values are kept: so many bytes for so many numbers (a block of `ggml_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheBlock {
    /// Bytes of a block.
    pub bytes: u64,
    /// Numbers in it.
    pub numbers: u64,
}

impl CacheBlock {
    /// F16: 2 bytes a number.
    pub const F16: Self = Self { bytes: 2, numbers: 1 };
    /// Q8_0: 32 numbers of 8 bits and their F16 scale.
    pub const Q8_0: Self = Self { bytes: 34, numbers: 32 };

    fn bytes_of(self, numbers: u64) -> u64 {
        numbers.div_ceil(self.numbers).saturating_mul(self.bytes)
    }
}

/// What a context is set up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextShape {
    /// Room in tokens; llama.cpp rounds it up, see [`context_cells`].
    pub context_tokens: u64,
    /// Most tokens read in one step.
    pub batch_tokens: u64,
    /// How keys and values are kept.
    pub cache: CacheBlock,
}

/// What the engine takes with a model, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The weights.
    pub weights: u64,
    /// The KV cache, and the states of recurrent layers.
    pub cache: u64,
    /// What it computes in.
    pub work: u64,
    /// The program, its libraries and the vocabulary.
    pub process: u64,
}

impl Memory {
    /// Of a model in a context, on the processor.
    pub fn of(shape: &Shape, context: &ContextShape) -> Self {
        let tokens = context_cells(context.context_tokens);
        let windowed = context_cells((shape.window_tokens + context.batch_tokens).min(tokens));
        let cache = shape.layers.iter().map(|layer| {
            let tokens = if layer.has_window { windowed } else { tokens };
            context
                .cache
                .bytes_of(layer.kept_per_token.saturating_mul(tokens))
                .saturating_add(layer.state.saturating_mul(STATE_BYTES))
        });
        let has_window = shape.layers.iter().any(|layer| layer.has_window);
        let seen = tokens + if has_window { windowed } else { 0 };
        let of_a_token = (shape.embedding_length.saturating_mul(EMBEDDINGS_AT_ONCE))
            .saturating_add(shape.widest.saturating_mul(WIDEST_AT_ONCE))
            .saturating_mul(NUMBER_BYTES)
            .saturating_add(seen.saturating_mul(MASK_BYTES));
        Self {
            weights: shape.weights_bytes,
            cache: cache.fold(0, u64::saturating_add),
            work: of_a_token.saturating_mul(context.batch_tokens.min(tokens)),
            process: PROGRAM_BYTES
                .saturating_add(shape.vocabulary_size.saturating_mul(VOCABULARY_ENTRY_BYTES))
                .saturating_add(shape.merges.saturating_mul(MERGE_BYTES)),
        }
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        [self.weights, self.cache, self.work, self.process].into_iter().fold(0, u64::saturating_add)
    }
}

/// The room in tokens that llama.cpp sets up where so much is asked for.
pub fn context_cells(tokens: u64) -> u64 {
    tokens.checked_next_multiple_of(CONTEXT_STEP_TOKENS).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layer;

    fn shape() -> Shape {
        Shape {
            embedding_length: 576,
            widest: 1536,
            vocabulary_size: 49_152,
            merges: 48_900,
            window_tokens: 0,
            layers: vec![Layer { kept_per_token: 384, has_window: false, state: 0 }; 30],
            weights_bytes: 96_000_000,
            read_bytes_per_token: 96_000_000,
        }
    }

    #[test]
    fn quantized_keys_and_values_take_little_more_than_half() {
        let context = |cache| ContextShape { context_tokens: 8192, batch_tokens: 512, cache };
        let (whole, half) =
            (Memory::of(&shape(), &context(CacheBlock::F16)), Memory::of(&shape(), &context(CacheBlock::Q8_0)));
        assert_eq!(whole.cache, 384 * 30 * 8192 * 2);
        assert_eq!(half.cache * 64, whole.cache * 34);
        assert_eq!(whole.total() - half.total(), whole.cache - half.cache);
    }

    #[test]
    fn a_header_that_claims_the_impossible_makes_no_small_sum() {
        let huge = Shape { weights_bytes: u64::MAX, ..shape() };
        let context = ContextShape { context_tokens: u64::MAX, batch_tokens: 512, cache: CacheBlock::F16 };
        assert_eq!(Memory::of(&huge, &context).total(), u64::MAX);
    }
}
