//! Which tokens are in the KV cache when a prompt is read, and what becomes of those that were.

use std::time::{Duration, Instant};

use super::Session;
use crate::{
    llama::{DecodeError, Token},
    states::{Candidate, State, Use, prefix},
};

/// Fewer tokens are read again rather than kept.
const LEAST_TOKENS: usize = 16;

/// An answer is put on disk while nothing else is to do once it makes this part of the conversation: rewriting all of a
/// long one for each short answer would wear the disk out.
const UNSAVED_SHARE: usize = 16;

/// Keeping or putting back a state must promise to take less than this part of the time that reading would.
const LEAST_GAIN: f64 = 2.0;

/// Before it was measured, in milliseconds for a token.
const READING_MS: f64 = 1.0;

/// What memory can copy in a millisecond, in bytes: a cautious guess.
const MEMORY_BYTES_PER_MS: f64 = 1e6;

/// What a disk gives in a millisecond, in bytes, before it was measured. A hopeful guess, or it would never be measured.
pub(super) const DISK_BYTES_PER_MS: f64 = 1e6;

/// Of less, the time says more about other things.
const LEAST_MEASURED_BYTES: u64 = 4 << 20;

/// What of a prompt need not be read, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Recalled {
    /// In all.
    pub(crate) reused: usize,
    /// Of these, from disk.
    pub(crate) restored: usize,
}

impl Session {
    /// Sees to it that the KV cache holds as much of the beginning of `prompt` as can be had faster than by reading, and
    /// nothing else. It is never all: the logits of the last token are wanted. What is worth keeping of the
    /// conversation that was there before is kept first.
    pub(crate) fn recall(&mut self, prompt: &[Token], conversation: Option<&str>) -> Recalled {
        let conversation = self.states.enter(conversation);
        let wanted = &prompt[..prompt.len().saturating_sub(1)];
        let (live, candidate) = self.choices(wanted);
        self.keep_before_losing(wanted, live, candidate.as_ref());
        self.conversation = conversation;
        if let Some(candidate) = candidate {
            if let Some(recalled) = self.put_back(&candidate, wanted) {
                return recalled;
            }
            // It could not be had, and the cache is empty or as it was.
            let live = self.live_prefix(wanted);
            return Recalled { reused: self.keep_tokens(live), restored: 0 };
        }
        Recalled { reused: self.keep_tokens(live), restored: 0 }
    }

    /// Sees to it that nothing of a conversation is lost when `prompt` is read ahead. False when that cannot be had: then
    /// nothing may be read ahead.
    pub(crate) fn secure(&mut self, prompt: &[Token]) -> bool {
        let wanted = &prompt[..prompt.len().saturating_sub(1)];
        let (live, candidate) = self.choices(wanted);
        // A model that cannot go back could not go back to where the conversation ends either.
        let live = if self.states.uses() == Use::Whole { 0 } else { live };
        let lost = self.lost_tokens(wanted, live, candidate.as_ref());
        let bytes = self.context.state_bytes();
        if !self.is_worth_keeping(lost, bytes) {
            return true;
        }
        self.forget_unsettled();
        let state = self.states.has_room(self.conversation.as_ref(), bytes).then(|| self.state()).flatten();
        let Some(state) = state else { return false };
        self.states.keep(self.conversation.as_ref(), state);
        true
    }

    /// All that is in the cache now belongs to the conversation: it was sent, or written as its answer.
    pub(crate) fn settle(&mut self) {
        self.settled = self.cached.len();
    }

    /// Has the conversation put on disk while there is nothing else to do.
    pub(crate) fn save_while_idle(&mut self) {
        if self.settled == self.cached.len() {
            self.save_to_disk((self.settled / UNSAVED_SHARE).max(LEAST_TOKENS));
        }
    }

    /// Has the conversation put on disk before the cache goes, and waits for that, but no longer than `patience`.
    pub(crate) fn put_away(&mut self, patience: Duration) {
        self.forget_unsettled();
        self.save_to_disk(LEAST_TOKENS);
        self.states.flush(patience);
    }

    /// Reads a prompt that was sent, behind [`recall`](Self::recall).
    pub(crate) fn read_prompt(&mut self, prompt: &[Token], mut progress: impl FnMut(usize)) -> Result<(), DecodeError> {
        if self.states.uses() == Use::Whole {
            // Its memory cannot go back there when the same question is to be answered again.
            self.read(&prompt[..prompt.len().saturating_sub(1)], super::LONGEST_STEP, &mut progress)?;
            self.settle();
            self.keep_end_of_prompt();
        }
        self.read(prompt, super::LONGEST_STEP, progress)
    }

    fn keep_end_of_prompt(&mut self) {
        let bytes = self.context.state_bytes();
        if self.states.uses() == Use::Whole
            && self.is_worth_keeping(self.cached.len(), bytes)
            && self.states.has_room(self.conversation.as_ref(), bytes)
            && let Some(state) = self.state()
        {
            self.states.keep_for_now(self.conversation.as_ref(), state);
        }
    }

    /// How many tokens can stay in the cache, and what would save more of the reading, if anything does.
    fn choices(&mut self, wanted: &[Token]) -> (usize, Option<Candidate>) {
        let live = self.live_prefix(wanted);
        let candidate = self.states.best(wanted, self.context.tokens() as usize);
        let candidate = candidate.filter(|candidate| {
            let speed = if candidate.is_on_disk() { self.disk_bytes_per_ms } else { MEMORY_BYTES_PER_MS };
            let gain = candidate.usable.saturating_sub(live);
            gain >= LEAST_TOKENS && self.reading_ms(gain) > LEAST_GAIN * float(candidate.bytes) / speed
        });
        (live, candidate)
    }

    /// How many tokens of the cache can stay.
    fn live_prefix(&self, wanted: &[Token]) -> usize {
        let common = prefix(&self.cached, wanted);
        let can_stay = self.context.can_keep_prefix(u32::try_from(common).unwrap_or(0));
        if can_stay { common } else { 0 }
    }

    /// Tokens of the conversation in the cache that would have to be read again to have them back.
    fn lost_tokens(&mut self, wanted: &[Token], live: usize, candidate: Option<&Candidate>) -> usize {
        let stays = match candidate {
            Some(candidate) => prefix(&self.cached, &wanted[..candidate.usable]),
            None => live,
        };
        let settled = &self.cached[..self.settled];
        self.settled - stays.max(self.states.held(settled)).min(self.settled)
    }

    fn keep_before_losing(&mut self, wanted: &[Token], live: usize, candidate: Option<&Candidate>) {
        let lost = self.lost_tokens(wanted, live, candidate);
        let bytes = self.context.state_bytes();
        if self.is_worth_keeping(lost, bytes) && self.states.has_room(self.conversation.as_ref(), bytes) {
            self.forget_unsettled();
            if let Some(state) = self.state() {
                self.states.keep(self.conversation.as_ref(), state);
            }
        }
    }

    fn save_to_disk(&mut self, least_tokens: usize) {
        if self.settled != self.cached.len() || !self.states.goes_to_disk(self.conversation.as_ref()) {
            return;
        }
        let unsaved = self.settled - self.states.held_on_disk(&self.cached).min(self.settled);
        let bytes = self.context.state_bytes();
        if unsaved >= least_tokens
            && self.states.has_room(self.conversation.as_ref(), bytes)
            && let Some(state) = self.state()
        {
            self.states.keep(self.conversation.as_ref(), state);
        }
    }

    /// What was read ahead was never sent: it is nobody's to keep.
    fn forget_unsettled(&mut self) {
        if self.settled < self.cached.len() && self.context.can_keep_prefix(u32::try_from(self.settled).unwrap_or(0)) {
            self.keep_tokens(self.settled);
        }
    }

    /// The state of all that is in the cache, provided that all of it is the conversation's.
    fn state(&mut self) -> Option<State> {
        if self.settled != self.cached.len() || self.cached.is_empty() {
            return None;
        }
        let data = self.context.save_state()?;
        Some(State { tokens: self.cached.clone(), data })
    }

    fn put_back(&mut self, candidate: &Candidate, wanted: &[Token]) -> Option<Recalled> {
        let started = Instant::now();
        let state = self.states.fetch(candidate)?;
        if candidate.is_on_disk() && candidate.bytes >= LEAST_MEASURED_BYTES {
            self.disk_bytes_per_ms = float(candidate.bytes) / (started.elapsed().as_secs_f64() * 1000.0).max(0.1);
        }
        self.cached.clear();
        self.settled = 0;
        if !self.context.restore_state(&state.data) || self.context.cached_tokens() as usize != state.tokens.len() {
            tracing::warn!("a state does not fit the model");
            self.context.clear();
            return None;
        }
        self.context.interrupt().count_step();
        self.cached.extend_from_slice(&state.tokens);
        self.settled = self.cached.len();
        let reused = self.keep_tokens(prefix(&self.cached, wanted));
        Some(Recalled { reused, restored: if candidate.is_on_disk() { reused } else { 0 } })
    }

    /// Forgets all but the first `tokens` of the cache, or all where that cannot be; returns how many stayed.
    fn keep_tokens(&mut self, tokens: usize) -> usize {
        let kept = self.context.keep_prefix(u32::try_from(tokens).unwrap_or(0)) as usize;
        self.cached.truncate(kept);
        self.settled = self.settled.min(kept);
        kept
    }

    fn is_worth_keeping(&self, tokens: usize, bytes: usize) -> bool {
        tokens >= LEAST_TOKENS && self.reading_ms(tokens) > LEAST_GAIN * float(bytes as u64) / MEMORY_BYTES_PER_MS
    }

    fn reading_ms(&self, tokens: usize) -> f64 {
        self.reading_ms_per_token.unwrap_or(READING_MS) * float(tokens as u64)
    }

    /// What is cached of `known` is all of it again, whatever was lost.
    pub(super) fn read_again(&mut self, known: &[Token]) -> Result<(), DecodeError> {
        self.read(known, super::LONGEST_STEP, |_| ())
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes and counts for estimates")]
fn float(number: u64) -> f64 {
    number as f64
}
