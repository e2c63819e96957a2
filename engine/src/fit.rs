//! What of a model's wishes the computer's memory allows: decided before anything is loaded.
//!
//! Where memory is tight, the context is halved first, and then keys and values are kept in half the room. A model that
//! does not fit even so is refused: it would make the computer swap, and everything on it stop.

use hearth_gguf::{CacheBlock, ContextShape, Memory, Shape};
use hearth_ipc::{BATCH_TOKENS, DEFAULT_CONTEXT_TOKENS, KvCacheType, LEAST_CONTEXT_TOKENS, LoadSettings};

/// A context that could be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) context_tokens: u32,
    pub(crate) kv_cache: KvCacheType,
}

/// Not even the least wish fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge {
    pub(crate) needed_bytes: u64,
    pub(crate) available_bytes: u64,
}

/// What could be set up, the best first. A person's own choice bounds the context, and settles how keys and values are
/// kept.
pub(crate) fn wishes(settings: &LoadSettings, trained_tokens: u32) -> Vec<Wish> {
    let trained = if trained_tokens == 0 { u32::MAX } else { trained_tokens };
    let most = settings.context_tokens.unwrap_or(DEFAULT_CONTEXT_TOKENS).min(trained).max(1);
    let kv_cache = settings.kv_cache.unwrap_or_default();
    let halved = std::iter::successors(Some(most), |tokens| Some(tokens / 2));
    let mut wishes: Vec<Wish> = halved
        .take_while(|tokens| *tokens == most || *tokens >= LEAST_CONTEXT_TOKENS)
        .map(|context_tokens| Wish { context_tokens, kv_cache })
        .collect();
    if settings.kv_cache.is_none() {
        let least = wishes.last().map_or(most, |wish| wish.context_tokens);
        wishes.push(Wish { context_tokens: least, kv_cache: KvCacheType::Q8_0 });
    }
    wishes
}

/// The wishes that fit, the best first. `on_processor` is the share of the weights that stays in the computer's own
/// memory, from 0 to 1.
pub(crate) fn fitting(
    wishes: &[Wish],
    shape: &Shape,
    on_processor: f64,
    available_bytes: u64,
) -> Result<Vec<Wish>, TooLarge> {
    let needed = |wish: &Wish| needed_bytes(shape, *wish, on_processor);
    let fitting: Vec<Wish> = wishes.iter().copied().filter(|wish| needed(wish) <= available_bytes).collect();
    if fitting.is_empty() {
        let needed_bytes = wishes.iter().map(needed).min().unwrap_or(0);
        return Err(TooLarge { needed_bytes, available_bytes });
    }
    Ok(fitting)
}

/// Layers on a device keep their weights and their part of the cache there.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a size, above zero"
)]
fn needed_bytes(shape: &Shape, wish: Wish, on_processor: f64) -> u64 {
    let cache = match wish.kv_cache {
        KvCacheType::F16 => CacheBlock::F16,
        KvCacheType::Q8_0 => CacheBlock::Q8_0,
    };
    let context = ContextShape {
        context_tokens: u64::from(wish.context_tokens),
        batch_tokens: u64::from(BATCH_TOKENS.min(wish.context_tokens)),
        cache,
    };
    let memory = Memory::of(shape, &context);
    if on_processor >= 1.0 {
        return memory.total();
    }
    let shared = memory.weights.saturating_add(memory.cache) as f64 * on_processor;
    (shared as u64).saturating_add(memory.work).saturating_add(memory.process)
}

#[cfg(test)]
mod tests {
    use hearth_gguf::Layer;

    use super::*;

    /// About 4.9 GB of weights, and 1 GiB of keys and values for 8,192 tokens.
    fn shape() -> Shape {
        Shape {
            embedding_length: 4096,
            widest: 14_336,
            vocabulary_size: 128_256,
            merges: 280_147,
            window_tokens: 0,
            layers: vec![Layer { kept_per_token: 2048, has_window: false, state: 0 }; 32],
            weights_bytes: 4_900_000_000,
            read_bytes_per_token: 4_900_000_000,
        }
    }

    const GIGABYTE: u64 = 1_000_000_000;

    fn best(settings: &LoadSettings, available_bytes: u64) -> Result<Wish, TooLarge> {
        fitting(&wishes(settings, 131_072), &shape(), 1.0, available_bytes).map(|wishes| wishes[0])
    }

    #[test]
    fn where_there_is_room_nothing_is_taken_away() {
        let wish = Wish { context_tokens: 8192, kv_cache: KvCacheType::F16 };
        assert_eq!(best(&LoadSettings::default(), 16 * GIGABYTE), Ok(wish));
    }

    #[test]
    fn where_it_is_tight_the_context_shrinks_first_and_then_the_cache() {
        let mut seen = Vec::new();
        for available in (4_000_000_000..8 * GIGABYTE).rev().step_by(50_000_000) {
            if let Ok(wish) = best(&LoadSettings::default(), available)
                && seen.last() != Some(&wish)
            {
                seen.push(wish);
            }
        }
        let seen: Vec<_> = seen.iter().map(|wish| (wish.context_tokens, wish.kv_cache)).collect();
        let (f16, q8) = (KvCacheType::F16, KvCacheType::Q8_0);
        assert_eq!(seen, [(8192, f16), (4096, f16), (2048, f16), (2048, q8)]);
    }

    #[test]
    fn what_cannot_fit_is_refused_with_what_it_would_take_at_least() {
        let refused = best(&LoadSettings::default(), 4 * GIGABYTE).expect_err("five into four");
        assert_eq!(refused.available_bytes, 4 * GIGABYTE);
        assert!((4_900_000_000..6 * GIGABYTE).contains(&refused.needed_bytes), "{refused:?}");
        assert!(best(&LoadSettings::default(), refused.needed_bytes).is_ok(), "that much would be enough");
    }

    #[test]
    fn what_is_on_a_device_needs_no_room_beside_it() {
        let all = wishes(&LoadSettings::default(), 131_072);
        assert!(fitting(&all, &shape(), 0.0, GIGABYTE).is_ok());
        assert!(fitting(&all, &shape(), 0.5, GIGABYTE).is_err());
    }

    #[test]
    fn a_persons_choice_bounds_the_context_and_settles_the_cache() {
        let settings =
            LoadSettings { context_tokens: Some(512), kv_cache: Some(KvCacheType::Q8_0), ..LoadSettings::default() };
        assert_eq!(wishes(&settings, 8192), [Wish { context_tokens: 512, kv_cache: KvCacheType::Q8_0 }]);
        let more = LoadSettings { context_tokens: Some(100_000), ..LoadSettings::default() };
        assert_eq!(wishes(&more, 8192)[0].context_tokens, 8192, "no more than it was trained on");
    }
}
