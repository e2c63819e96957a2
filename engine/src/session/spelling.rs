//! The same text in other tokens.
//!
//! A model may write a word in other tokens than the vocabulary would cut it into. When the answer comes back as a part
//! of the next prompt, it is cut anew, and from that word on nothing of the KV cache would fit. So as far as a prompt
//! has the text of what is known, it takes over its tokens: they are also what the model has really written.

use crate::{llama::Token, states::prefix};

/// As far as two lists of tokens have the same text: how many tokens of each that is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) known: usize,
    pub(super) wanted: usize,
}

/// Compares what `known` and `wanted` begin with. `spell` appends the bytes of a token, and is false for one that means
/// something beyond its letters: such a token is only like itself.
pub(super) fn common(known: &[Token], wanted: &[Token], spell: impl Fn(Token, &mut Vec<u8>) -> bool) -> Common {
    let mut common = Common::default();
    let mut at = common;
    // The texts since the last place where tokens of both ended together.
    let (mut of_known, mut of_wanted) = (Vec::new(), Vec::new());
    loop {
        if of_known == of_wanted {
            let same = prefix(&known[at.known..], &wanted[at.wanted..]);
            at = Common { known: at.known + same, wanted: at.wanted + same };
            common = at;
            of_known.clear();
            of_wanted.clear();
        }
        // Whoever is behind goes on.
        let (list, place, text) = if of_known.len() <= of_wanted.len() {
            (known, &mut at.known, &mut of_known)
        } else {
            (wanted, &mut at.wanted, &mut of_wanted)
        };
        let before = text.len();
        match list.get(*place) {
            Some(token) if spell(*token, text) && text.len() > before => *place += 1,
            _ => return common,
        }
        let shorter = of_known.len().min(of_wanted.len());
        if of_known[..shorter] != of_wanted[..shorter] {
            return common;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `0` to `25` are the letters, the next pairs of them; what is negative is special.
    fn spell(token: Token, text: &mut Vec<u8>) -> bool {
        let Ok(id) = u8::try_from(token.id()) else { return false };
        match id {
            0..26 => text.push(b'a' + id),
            _ => text.extend([b'a' + id % 26, b'a' + id / 26]),
        }
        true
    }

    fn tokens(ids: &[i32]) -> Vec<Token> {
        ids.iter().map(|id| Token::of_id(*id)).collect()
    }

    fn compare(known: &[i32], wanted: &[i32]) -> (usize, usize) {
        let common = common(&tokens(known), &tokens(wanted), spell);
        (common.known, common.wanted)
    }

    /// The pair of two letters as one token.
    const fn pair(first: i32, second: i32) -> i32 {
        first + 26 * second
    }

    #[test]
    fn the_same_text_in_other_tokens_is_common() {
        assert_eq!(compare(&[7, 1, 2, 9], &[7, pair(1, 2), 9, 5]), (4, 3));
        assert_eq!(compare(&[7, pair(1, 2), 9], &[7, 1, 2, 9, 5]), (3, 4));
        assert_eq!(compare(&[pair(1, 2), 3, 9], &[1, pair(2, 3), 9]), (3, 3), "tokens that overlap");
    }

    #[test]
    fn what_ends_within_a_token_is_not_common() {
        assert_eq!(compare(&[7, 1], &[7, pair(1, 2)]), (1, 1));
        assert_eq!(compare(&[7, 1, 3], &[7, pair(1, 2)]), (1, 1), "another text");
    }

    #[test]
    fn a_special_token_is_only_like_itself() {
        assert_eq!(compare(&[-1, 1, 2, -2], &[-1, pair(1, 2), -2, 3]), (4, 3));
        assert_eq!(compare(&[-1, 1, 2, -2], &[-1, pair(1, 2), -3]), (3, 2));
    }

    #[test]
    fn lists_without_anything_in_common_have_nothing_in_common() {
        assert_eq!(compare(&[], &[1]), (0, 0));
        assert_eq!(compare(&[1], &[]), (0, 0));
        assert_eq!(compare(&[1], &[2]), (0, 0));
    }

    proptest! {
        #[test]
        fn what_is_common_reads_the_same(
            known in proptest::collection::vec(0_i32..130, 0..40),
            wanted in proptest::collection::vec(0_i32..130, 0..40),
        ) {
            let (known, wanted) = (tokens(&known), tokens(&wanted));
            let common = common(&known, &wanted, spell);
            let text = |tokens: &[Token]| {
                let mut text = Vec::new();
                for token in tokens {
                    assert!(spell(*token, &mut text));
                }
                text
            };
            prop_assert!(common.known >= prefix(&known, &wanted));
            prop_assert_eq!(text(&known[..common.known]), text(&wanted[..common.wanted]));
        }

        #[test]
        fn a_text_cut_in_two_ways_is_common_as_a_whole(
            letters in proptest::collection::vec(0_i32..5, 1..40),
            pairs in proptest::collection::vec(any::<(bool, bool)>(), 40),
        ) {
            let cut = |of: fn(&(bool, bool)) -> bool| {
                let (mut at, mut cut) = (0, Vec::new());
                while at < letters.len() {
                    if at + 1 < letters.len() && of(&pairs[at]) && letters[at + 1] > 0 {
                        cut.push(pair(letters[at], letters[at + 1]));
                        at += 2;
                    } else {
                        cut.push(letters[at]);
                        at += 1;
                    }
                }
                cut
            };
            let (one, other) = (cut(|pair| pair.0), cut(|pair| pair.1));
            prop_assert_eq!(compare(&one, &other), (one.len(), other.len()));
        }
    }
}
