//! Guessing what comes next from what the conversation already holds.
//!
//! Who edits a text writes most of it again. So the last tokens are looked up in the conversation, and what followed
//! them there is the guess. Several guessed tokens are decoded together with the one that was chosen, which takes less
//! time than one after the other. Each is kept only if it is what would have been chosen anyway: a guess changes how
//! fast an answer comes, and what it says no more than [rounding](sameness) does.
//!
//! How much less time it takes depends on the machine and the model, and may be none at all. Both sides are therefore
//! measured while an answer is written: what decoding so many tokens together takes, and how many guesses are right.

use std::time::Duration;

mod sameness;

pub(crate) use sameness::Sameness;

use crate::llama::{Context, Token};

/// Fewer tokens in common are in common by chance.
const LEAST_MATCH: usize = 2;

/// More tokens in common do not make a guess any better.
const MOST_MATCH: usize = 16;

/// So many tokens are guessed at a time. Between these, what they cost differs little.
const LENGTHS: [usize; 5] = [1, 3, 7, 15, Context::MOST_OUTPUTS as usize - 1];

/// Decoding a batch that was never measured is taken to cost this share of a token alone for each token more, or a
/// little less than the best that was measured: so it comes to be tried.
const UNMEASURED_SHARE: f64 = 0.25;

/// A guess must promise to be this much faster: measurements are never exact.
const LEAST_GAIN: f64 = 1.05;

/// What is new counts so much against what was measured before.
const NEW_SHARE: f64 = 0.25;

/// How sure the chances are at the beginning, in tokens guessed.
const PRIOR_TOKENS: f64 = 8.0;

/// Where guessing does not pay it is tried again after so many chances to, and after twice as many each time that it
/// still does not.
const FIRST_PAUSE: u32 = 16;

/// The longest it is left alone.
const LONGEST_PAUSE: u32 = 512;

/// So many tokens are guessed to try it again.
const TRIAL_TOKENS: usize = 3;

/// How an answer may be guessed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guessing {
    /// Tokens that may be guessed at a time.
    pub(crate) most: usize,
    /// Whether the answer must be the same, to the letter, as without.
    pub(crate) same: bool,
}

/// Guesses, and learns whether they are worth it.
#[derive(Debug)]
pub(crate) struct Drafter {
    /// Milliseconds for decoding one token, and one more than each of [`LENGTHS`] together.
    plain_ms: Option<f64>,
    drafted_ms: [Option<f64>; LENGTHS.len()],
    /// How likely a guessed token is right when those before it are, by the [kind](kind_of) of match.
    chances: [f64; 4],
    /// Chances to guess that were let go by since it last was tried.
    let_go: u32,
    pause: u32,
    /// The guess that is being checked.
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    kind: usize,
    drafted: usize,
    ms: f64,
}

impl Drafter {
    pub(crate) fn new() -> Self {
        Self {
            plain_ms: None,
            drafted_ms: [None; LENGTHS.len()],
            chances: [0.6, 0.75, 0.85, 0.9],
            let_go: 0,
            pause: FIRST_PAUSE,
            open: None,
        }
    }

    /// What may follow `last`, which follows `history`: at most `most` tokens, and none when guessing would not pay.
    pub(crate) fn propose(&mut self, history: &[Token], last: Token, most: usize) -> Vec<Token> {
        let most = most.min(Context::MOST_OUTPUTS as usize - 1);
        let Some(found) = find(history, last) else { return Vec::new() };
        let kind = kind_of(found.matched);
        let count = match self.best_length(kind) {
            Some(length) => length,
            None if self.plain_ms.is_some() => {
                self.let_go += 1;
                if self.let_go < self.pause {
                    return Vec::new();
                }
                TRIAL_TOKENS
            }
            None => return Vec::new(),
        };
        let draft = continued(history, last, found.next, count.min(most));
        if !draft.is_empty() {
            self.let_go = 0;
            self.open = Some(Open { kind, drafted: draft.len(), ms: 0.0 });
        }
        draft
    }

    /// The guess is not used.
    pub(crate) fn withdraw(&mut self) {
        self.open = None;
    }

    /// A chosen token was decoded, and behind it `drafted` guessed ones.
    pub(crate) fn decoded(&mut self, drafted: usize, took: Duration) {
        let ms = took.as_secs_f64() * 1000.0;
        if let Some(open) = &mut self.open {
            open.ms = ms;
        }
        let known = if drafted == 0 {
            &mut self.plain_ms
        } else {
            // A length in between stands for the next longer one.
            let Some(place) = LENGTHS.iter().position(|length| *length >= drafted) else { return };
            &mut self.drafted_ms[place]
        };
        *known = Some(match *known {
            // Another program that takes the processor for a moment shall not count for long.
            Some(before) => before + NEW_SHARE * (ms.min(3.0 * before) - before),
            None => ms,
        });
    }

    /// The guess was checked: its first `accepted` tokens were right.
    pub(crate) fn checked(&mut self, accepted: usize) {
        let Some(open) = self.open.take() else { return };
        let wrong = usize::from(accepted < open.drafted);
        let chance = &mut self.chances[open.kind];
        *chance = chance.mul_add(PRIOR_TOKENS, number(accepted)) / (PRIOR_TOKENS + number(accepted + wrong));
        let pays = self.plain_ms.is_some_and(|plain| open.ms < plain * number(accepted + 1));
        self.pause = if pays { FIRST_PAUSE } else { (self.pause * 2).min(LONGEST_PAUSE) };
    }

    /// How many tokens to guess, by what is known; `None` when none is best.
    fn best_length(&self, kind: usize) -> Option<usize> {
        let plain_ms = self.plain_ms?;
        let share = self.least_share(plain_ms);
        let speed = |place: usize| {
            let length = LENGTHS[place];
            let ms = self.drafted_ms[place].unwrap_or_else(|| plain_ms * share.mul_add(number(length), 1.0));
            expected_tokens(self.chances[kind], length) / ms
        };
        let (place, best) = (0..LENGTHS.len()).map(|place| (place, speed(place))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        (best * plain_ms > LEAST_GAIN).then_some(LENGTHS[place])
    }

    /// What each token more costs at least, as a share of what a token alone does.
    fn least_share(&self, plain_ms: f64) -> f64 {
        let measured = self.drafted_ms.iter().zip(LENGTHS).filter_map(|(ms, length)| {
            let share = (((*ms)? / plain_ms) - 1.0) / number(length);
            Some(share.max(0.0) * 0.9)
        });
        measured.min_by(f64::total_cmp).unwrap_or(UNMEASURED_SHARE)
    }
}

/// Tokens that a step yields when `length` are guessed: the first wrong one is replaced by the right one.
fn expected_tokens(chance: f64, length: usize) -> f64 {
    let mut expected = 1.0;
    let mut all_right = 1.0;
    for _ in 0..length {
        all_right *= chance;
        expected += all_right;
    }
    expected
}

fn kind_of(matched: usize) -> usize {
    match matched {
        0..=2 => 0,
        3 => 1,
        4..=7 => 2,
        _ => 3,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    /// Where what followed begins.
    next: usize,
    /// How many tokens before it are the same as at the end.
    matched: usize,
}

/// The place in `history` with the longest run of tokens that is also at its end, `last` included; of several the
/// latest.
fn find(history: &[Token], last: Token) -> Option<Found> {
    let mut best = None;
    let mut longest = LEAST_MATCH;
    for (at, token) in history.iter().enumerate() {
        if *token != last {
            continue;
        }
        let before = history[..at].iter().rev().zip(history.iter().rev());
        let matched = 1 + before.take(MOST_MATCH - 1).take_while(|(there, here)| there == here).count();
        if matched >= longest {
            longest = matched;
            best = Some(Found { next: at + 1, matched });
        }
    }
    best
}

/// `count` tokens of `history` from `next` on. Where it ends, it goes on with `last` and with what is guessed: what
/// repeats goes on repeating.
fn continued(history: &[Token], last: Token, next: usize, count: usize) -> Vec<Token> {
    let mut draft: Vec<Token> = Vec::with_capacity(count);
    for at in next..next + count {
        let token = match at.checked_sub(history.len()) {
            None => history[at],
            Some(0) => last,
            Some(beyond) => draft[beyond - 1],
        };
        draft.push(token);
    }
    draft
}

/// Counts here are small.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
