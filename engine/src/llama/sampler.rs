//! The choice of the next token.

use std::{collections::VecDeque, ptr::NonNull};

use hearth_ipc::Sampling;
use llama_cpp_sys_2 as sys;

use super::{Token, Vocab};

/// `LLAMA_DEFAULT_SEED`, a macro in llama.h.
const DRAW_A_SEED: u32 = u32::MAX;

/// A chain of llama.cpp's samplers, in upstream's order: penalties, top-k, top-p, min-p, temperature, and a draw by
/// the probabilities that remain. At temperature 0 it is penalties, then the likeliest.
///
/// Before the chain, the vocabulary is narrowed to what the chain can keep at all: sorting and penalising a
/// hundred thousand tokens to choose one of forty would take longer than small models take to compute them.
#[derive(Debug)]
pub struct Sampler {
    chain: NonNull<sys::llama_sampler>,
    /// See [`repeats`](Self::repeats).
    repeats: bool,
    /// How many tokens can be left behind top-k; `None` when it keeps all.
    keeps: Option<usize>,
    /// The tokens that the penalty looks at.
    recent: VecDeque<Token>,
    recent_limit: usize,
    candidates: Vec<sys::llama_token_data>,
}

impl Sampler {
    /// The chain for `sampling`; the same `seed` makes the same choices, `None` draws one.
    pub fn new(vocab: Vocab<'_>, sampling: &Sampling, seed: Option<u32>) -> Option<Self> {
        let greedy = sampling.temperature <= 0.0;
        let penalises = sampling.repeat_last_n > 0 && (sampling.repeat_penalty - 1.0).abs() > f32::EPSILON;
        let keeps = if greedy { Some(1) } else { usize::try_from(sampling.top_k).ok().filter(|k| *k > 0) };
        // SAFETY: default parameters are plain values, and the chain is ours.
        let chain = NonNull::new(unsafe { sys::llama_sampler_chain_init(sys::llama_sampler_chain_default_params()) })?;
        let sampler = Self {
            chain,
            repeats: greedy || seed.is_some(),
            keeps,
            recent: VecDeque::new(),
            recent_limit: if penalises { usize::try_from(sampling.repeat_last_n).unwrap_or(0) } else { 0 },
            candidates: Vec::new(),
        };
        // SAFETY: each sampler is made of plain numbers and handed over to the chain, which frees it.
        unsafe {
            let add = |link| sys::llama_sampler_chain_add(chain.as_ptr(), link);
            if penalises {
                let size = i32::try_from(vocab.len()).unwrap_or(i32::MAX);
                add(sys::llama_sampler_init_penalties(size, sampling.repeat_last_n, sampling.repeat_penalty, 0.0, 0.0));
            }
            if greedy {
                add(sys::llama_sampler_init_greedy());
            } else {
                add(sys::llama_sampler_init_top_k(sampling.top_k));
                add(sys::llama_sampler_init_top_p(sampling.top_p, 1));
                add(sys::llama_sampler_init_min_p(sampling.min_p, 1));
                add(sys::llama_sampler_init_temp(sampling.temperature));
                // The one seed that looks like "draw one" gets a neighbour.
                add(sys::llama_sampler_init_dist(seed.map_or(DRAW_A_SEED, |seed| seed.min(DRAW_A_SEED - 1))));
            }
        }
        Some(sampler)
    }

    /// Whether the same logits make the same choices each time.
    pub fn repeats(&self) -> bool {
        self.repeats
    }

    /// Lets the penalty see tokens that were not chosen here: the prompt's.
    pub fn saw(&mut self, tokens: &[Token]) {
        for token in &tokens[tokens.len().saturating_sub(self.recent_limit)..] {
            self.accept(*token);
        }
    }

    /// Chooses by the logits of the whole vocabulary. `None` when they hold no number to choose by.
    pub fn choose(&mut self, logits: &[f32]) -> Option<Token> {
        if let Some(keeps) = self.keeps {
            // The penalised tokens may fall behind, so as many more must be there to take their places; penalties
            // change no others, so whatever can end up among the first `keeps` is among these.
            likeliest(logits, keeps + self.recent.len(), &mut self.candidates);
            self.add_recent(logits);
        } else {
            self.candidates.clear();
            self.candidates.extend((0..).zip(logits).map(|(id, logit)| candidate(id, *logit)));
        }
        let mut array = sys::llama_token_data_array {
            data: self.candidates.as_mut_ptr(),
            size: self.candidates.len(),
            selected: -1,
            sorted: false,
        };
        // SAFETY: chain and candidates are ours; samplers reorder and shorten the array within its bounds.
        unsafe { sys::llama_sampler_apply(self.chain.as_ptr(), &raw mut array) };
        let chosen = usize::try_from(array.selected).ok().filter(|chosen| *chosen < array.size)?;
        // A sampler may point the array at memory of its own, so it is read where it points.
        // SAFETY: `chosen` is within the array, which stays until the next use of the chain.
        let token = Token(unsafe { (*array.data.add(chosen)).id });
        self.accept(token);
        Some(token)
    }

    /// A negative penalty below 1 lifts recent tokens: they take part whether or not they are likely by themselves.
    fn add_recent(&mut self, logits: &[f32]) {
        for token in &self.recent {
            let known = self.candidates.iter().any(|candidate| candidate.id == token.0);
            let logit = usize::try_from(token.0).ok().and_then(|id| logits.get(id));
            if let (false, Some(logit)) = (known, logit) {
                self.candidates.push(candidate(token.0, *logit));
            }
        }
    }

    fn accept(&mut self, token: Token) {
        // SAFETY: the chain is ours, the token a plain number.
        unsafe { sys::llama_sampler_accept(self.chain.as_ptr(), token.0) };
        self.recent.push_back(token);
        if self.recent.len() > self.recent_limit {
            self.recent.pop_front();
        }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        // SAFETY: ours alone; the chain frees its links.
        unsafe { sys::llama_sampler_free(self.chain.as_ptr()) };
    }
}

fn candidate(id: i32, logit: f32) -> sys::llama_token_data {
    sys::llama_token_data { id, logit, p: 0.0 }
}

/// Fills `into` with the `count` likeliest tokens, in no order.
fn likeliest(logits: &[f32], count: usize, into: &mut Vec<sys::llama_token_data>) {
    /// Blocks are passed over by their greatest logit, which the processor finds for many at a time.
    const BLOCK: usize = 64;

    into.clear();
    // Tokens are collected until there are twice as many as wanted; then the lesser half goes, and the least that
    // stays is the bar for all later ones.
    let mut bar = f32::NEG_INFINITY;
    for (block, block_logits) in logits.chunks(BLOCK).enumerate() {
        let greatest = block_logits
            .iter()
            .fold(f32::NEG_INFINITY, |greatest, logit| if *logit > greatest { *logit } else { greatest });
        if greatest <= bar && into.len() >= count {
            continue;
        }
        for (offset, logit) in block_logits.iter().enumerate() {
            if *logit > bar {
                into.push(candidate(i32::try_from(block * BLOCK + offset).unwrap_or(i32::MAX), *logit));
            }
        }
        if into.len() >= 2 * count + BLOCK {
            bar = keep_greatest(into, count);
        }
    }
    if into.len() > count {
        keep_greatest(into, count);
    }
}

/// Shortens to the `count` greatest and returns the least of them.
fn keep_greatest(candidates: &mut Vec<sys::llama_token_data>, count: usize) -> f32 {
    let (_, least, _) = candidates.select_nth_unstable_by(count - 1, |a, b| b.logit.total_cmp(&a.logit));
    let least = least.logit;
    candidates.truncate(count);
    least
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_likeliest_are_those_that_sorting_all_would_give(
            logits in proptest::collection::vec(-50.0_f32..50.0, 1..2000),
            count in 1_usize..120,
        ) {
            let mut found = Vec::new();
            likeliest(&logits, count, &mut found);

            let mut found: Vec<f32> = found.iter().map(|candidate| candidate.logit).collect();
            let mut sorted = logits;
            found.sort_by(|a, b| b.total_cmp(a));
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate(count);
            prop_assert_eq!(found, sorted);
        }
    }

    #[test]
    fn logits_that_are_no_numbers_are_never_candidates() {
        let mut found = Vec::new();
        likeliest(&[f32::NAN, 1.0, f32::NAN, 2.0], 3, &mut found);

        let ids: Vec<i32> = found.iter().map(|candidate| candidate.id).collect();
        assert_eq!(ids, [1, 3], "a NaN compares with nothing and must not win by accident");
    }
}
