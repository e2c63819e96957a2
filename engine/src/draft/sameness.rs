//! Whether tokens that are computed together come out as each of them alone does, to the last bit.
//!
//! They need not: backends compute a wide step in another order than a narrow one and round otherwise. ggml's processor
//! code, for one, divides the attention of a single token among its threads once it looks at two blocks of the cache,
//! and sums up with half precision; a logit may then differ by half a unit. Either is as good as the other, but who
//! asks for the likeliest token each time, or gives a seed, wants the same answer each time. For them it is tried what
//! comes out the same, by the logits behind the chosen token, and nothing else is used.

use std::collections::BTreeMap;

use super::LENGTHS;

/// llama.cpp looks at the cache in blocks of so many tokens: what holds for one place in a block holds for all.
const BLOCK_TOKENS: usize = 256;

/// What decides how a step is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    threads: u32,
    block: usize,
    /// Guessed tokens behind the chosen one.
    drafted: usize,
}

/// What was found out so far.
#[derive(Debug, Default)]
pub(crate) struct Sameness {
    tried: BTreeMap<Shape, bool>,
}

impl Sameness {
    /// The most tokens, `most` at the highest, that may be guessed behind a token at position `at`; 0 where none may.
    /// They may still have to be [tried](Self::is_known).
    pub(crate) fn most(&self, threads: u32, at: usize, most: usize) -> usize {
        let block = at / BLOCK_TOKENS;
        let left_in_block = BLOCK_TOKENS - 1 - at % BLOCK_TOKENS;
        let fits = |length: &&usize| **length <= most.min(left_in_block);
        let may = |length: &&usize| !self.differs(Shape { threads, block, drafted: **length });
        LENGTHS.iter().rev().filter(fits).find(may).copied().unwrap_or(0)
    }

    /// Whether a step with so many guessed tokens is known to come out the same.
    pub(crate) fn is_known(&self, threads: u32, at: usize, drafted: usize) -> bool {
        self.tried.get(&Shape { threads, block: at / BLOCK_TOKENS, drafted }) == Some(&true)
    }

    /// Such a step was tried.
    pub(crate) fn learn(&mut self, threads: u32, at: usize, drafted: usize, same: bool) {
        self.tried.insert(Shape { threads, block: at / BLOCK_TOKENS, drafted }, same);
    }

    /// What differs somewhere differs also in wider steps and with a longer cache: other code is chosen as they grow.
    fn differs(&self, shape: Shape) -> bool {
        self.tried.iter().any(|(tried, same)| {
            !same && tried.threads == shape.threads && tried.block <= shape.block && tried.drafted <= shape.drafted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_tried_may_be_tried_within_a_block() {
        let nothing = Sameness::default();
        assert_eq!(nothing.most(2, 0, 100), 31);
        assert_eq!(nothing.most(2, 0, 10), 7, "lengths that are not tried are not used");
        assert_eq!(nothing.most(2, 250, 100), 3, "up to position 255");
        assert_eq!(nothing.most(2, 255, 100), 0);
        assert!(!nothing.is_known(2, 0, 7));
    }

    #[test]
    fn what_came_out_the_same_is_used_in_its_block_and_with_as_many_threads() {
        let mut sameness = Sameness::default();
        sameness.learn(2, 300, 7, true);
        assert!(sameness.is_known(2, 511, 7));
        assert!(!sameness.is_known(2, 512, 7), "another block");
        assert!(!sameness.is_known(1, 300, 7), "other threads");
        assert!(!sameness.is_known(2, 300, 3), "another length");
    }

    #[test]
    fn what_differed_is_not_tried_again_nor_is_anything_larger() {
        let mut sameness = Sameness::default();
        sameness.learn(2, 600, 7, false);
        assert_eq!(sameness.most(2, 600, 31), 3, "shorter guesses may do");
        assert_eq!(sameness.most(2, 1600, 31), 3, "so they may further on");
        assert_eq!(sameness.most(2, 300, 31), 31, "as may all before");
        assert_eq!(sameness.most(1, 600, 31), 31, "and all with other threads");
        sameness.learn(2, 600, 1, false);
        assert_eq!(sameness.most(2, 600, 31), 0);
    }
}
