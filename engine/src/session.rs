//! A loaded model with its KV cache, and what of the cache is known.

use std::{
    collections::VecDeque,
    iter, mem,
    sync::Arc,
    time::{Duration, Instant},
};

use hearth_ipc::{ChatMessage, EngineFailure, Sampling, StateCache};

use crate::{
    draft::{Drafter, Guessing, Sameness},
    llama::{Batch, Context, DecodeError, Interrupt, Outputs, Token, Vocab},
    prompt::{Prompt, Prompter},
    states::{ConversationName, StateKey, States, Use},
};

mod recall;
mod spelling;

/// A step of reading should not take longer, so that its progress can be shown.
pub(crate) const LONGEST_STEP: Duration = Duration::from_secs(2);

/// Fewer tokens in a step would be read noticeably slower.
const SHORTEST_STEP_TOKENS: usize = 32;

/// Everything that lasts from one answer to the next.
#[derive(Debug)]
pub(crate) struct Session {
    context: Context,
    batch: Batch,
    /// The tokens in the KV cache, from its start.
    cached: Vec<Token>,
    /// What it holds behind them: guesses that were neither chosen nor forgotten yet.
    ahead: VecDeque<Token>,
    /// How many they were.
    ahead_length: usize,
    /// Of the logits of the last step, the row that the next token is chosen by.
    row: usize,
    drafter: Drafter,
    sameness: Sameness,
    drafts: Drafts,
    /// How many of the cached tokens were sent or written. Behind them is what was read ahead.
    settled: usize,
    /// Whose they are.
    conversation: Option<ConversationName>,
    states: States,
    reading_ms_per_token: Option<f64>,
    disk_bytes_per_ms: f64,
    prompter: Prompter,
    /// What the model recommends, or the default.
    pub(crate) sampling: Sampling,
}

/// Tokens that were guessed while an answer was written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Drafts {
    pub(crate) drafted: usize,
    /// Those that were right.
    pub(crate) accepted: usize,
}

impl Session {
    pub(crate) fn new(context: Context, prompter: Prompter, sampling: Sampling) -> Self {
        let states = States::new(if context.keeps_every_token() { Use::Prefix } else { Use::Whole });
        Self {
            context,
            batch: Batch::new(),
            cached: Vec::new(),
            ahead: VecDeque::new(),
            ahead_length: 0,
            row: 0,
            drafter: Drafter::new(),
            sameness: Sameness::default(),
            drafts: Drafts::default(),
            settled: 0,
            conversation: None,
            states,
            reading_ms_per_token: None,
            disk_bytes_per_ms: recall::DISK_BYTES_PER_MS,
            prompter,
            sampling,
        }
    }

    /// Keeps states on disk too, from now on.
    pub(crate) fn use_folder(&mut self, cache: &StateCache, key: StateKey) {
        let interrupt = Arc::clone(self.context.interrupt());
        self.states.use_folder(cache, key, &interrupt);
    }

    /// The tokens to read for the next message of a conversation.
    pub(crate) fn prompt(&mut self, messages: &[ChatMessage]) -> Result<Prompt, EngineFailure> {
        let room = self.context.tokens();
        let mut prompt = self.prompter.prompt(self.context.model().vocab(), messages, room)?;
        self.spell_as_known(&mut prompt.tokens, Prompter::limit(room) as usize);
        Ok(prompt)
    }

    /// Puts tokens that are known to the KV cache, or to a state, in place of others with the same text.
    fn spell_as_known(&self, wanted: &mut Vec<Token>, limit: usize) {
        let vocab = self.vocab();
        let spell = |token, text: &mut Vec<u8>| {
            vocab.piece(token, text);
            !vocab.is_special(token)
        };
        let known = iter::once(self.cached.as_slice()).chain(self.states.known());
        // Of several the first: nothing is nearer than the cache.
        let best = known
            .map(|known| (spelling::common(known, wanted, spell), known))
            .reduce(|best, next| if next.0.wanted > best.0.wanted { next } else { best });
        let Some((common, known)) = best else { return };
        if wanted.len() - common.wanted + common.known <= limit {
            wanted.splice(..common.wanted, known[..common.known].iter().copied());
        }
    }

    /// Texts that end an answer besides the vocabulary's own end tokens.
    pub(crate) fn stop_texts(&self) -> &'static [&'static str] {
        self.prompter.stop_texts()
    }

    /// The model's vocabulary.
    pub(crate) fn vocab(&self) -> Vocab<'_> {
        self.context.model().vocab()
    }

    /// What stops the work.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        self.context.interrupt()
    }

    /// Whether the KV cache holds as many tokens as it can.
    pub(crate) fn is_full(&self) -> bool {
        self.cached.len() >= self.context.tokens() as usize
    }

    /// The logits of the last token read or written.
    pub(crate) fn logits(&mut self) -> Option<&[f32]> {
        self.context.logits(self.row)
    }

    /// Reads what is not yet cached of `prompt`, behind [`recall`](Self::recall), in steps that take no longer than
    /// `longest_step`, as far as that is known. `progress` is told the number of tokens read so far.
    pub(crate) fn read(
        &mut self,
        prompt: &[Token],
        longest_step: Duration,
        mut progress: impl FnMut(usize),
    ) -> Result<(), DecodeError> {
        while self.cached.len() < prompt.len() {
            progress(self.cached.len());
            let started = Instant::now();
            let end = prompt.len().min(self.cached.len() + self.step_tokens(longest_step));
            let step = &prompt[self.cached.len()..end];
            self.decode(step, if end == prompt.len() { Outputs::Last } else { Outputs::None })?;
            self.measure_reading(step.len(), started.elapsed());
        }
        Ok(())
    }

    /// Adds a token that was chosen, and computes the logits for the next. Tokens behind it may be guessed and decoded
    /// along.
    pub(crate) fn write(&mut self, token: Token, guessing: Guessing) -> Result<(), DecodeError> {
        if self.ahead.front() == Some(&token) {
            self.ahead.pop_front();
            self.cached.push(token);
            self.row += 1;
            self.drafts.accepted += 1;
            return Ok(());
        }
        self.forget_drafted()?;
        let draft = self.guess(token, guessing);
        if guessing.same && !draft.is_empty() && !self.is_sound(draft.len()) {
            return self.try_sameness(token, &draft);
        }
        self.decode_drafted(token, &draft)?;
        self.cached.truncate(self.cached.len() - draft.len());
        self.drafts.drafted += draft.len();
        self.ahead_length = draft.len();
        self.ahead = draft.into();
        Ok(())
    }

    fn guess(&mut self, token: Token, guessing: Guessing) -> Vec<Token> {
        if guessing.most == 0 || !self.context.can_go_back() {
            return Vec::new();
        }
        let room = (self.context.tokens() as usize).saturating_sub(self.cached.len() + 1);
        let mut most = guessing.most.min(room).min(self.context.batch_tokens() as usize - 1);
        if guessing.same {
            most = self.sameness.most(self.context.threads(), self.cached.len(), most);
        }
        self.drafter.propose(&self.cached, token, most)
    }

    fn decode_drafted(&mut self, token: Token, draft: &[Token]) -> Result<(), DecodeError> {
        let started = Instant::now();
        let tokens: Vec<Token> = iter::once(token).chain(draft.iter().copied()).collect();
        self.decode(&tokens, if draft.is_empty() { Outputs::Last } else { Outputs::All })?;
        self.drafter.decoded(draft.len(), started.elapsed());
        Ok(())
    }

    /// Whether a step with so many guessed tokens comes out here as one without.
    fn is_sound(&self, drafted: usize) -> bool {
        self.sameness.is_known(self.context.threads(), self.cached.len(), drafted)
    }

    /// Decodes a token with guesses behind it and then alone, to see whether that makes a difference. What is left is
    /// that of the token alone.
    fn try_sameness(&mut self, token: Token, draft: &[Token]) -> Result<(), DecodeError> {
        let (threads, before) = (self.context.threads(), self.cached.len());
        self.decode_drafted(token, draft)?;
        self.drafter.withdraw();
        let together = self.logits().map(<[f32]>::to_vec);
        self.go_back(before)?;
        self.decode_drafted(token, &[])?;
        let alone = self.logits();
        let same = alone.is_some() && alone == together.as_deref();
        tracing::debug!(threads, before, drafted = draft.len(), same, "tried a guess");
        self.sameness.learn(threads, before, draft.len(), same);
        Ok(())
    }

    /// Forgets what was guessed and not chosen, so that the KV cache holds the tokens that were written and no others.
    /// Returns how many tokens were guessed, and how many of these were right, since it was asked last.
    pub(crate) fn end_writing(&mut self) -> Result<Drafts, DecodeError> {
        let forgotten = self.forget_drafted();
        self.settle();
        forgotten.map(|()| mem::take(&mut self.drafts))
    }

    fn forget_drafted(&mut self) -> Result<(), DecodeError> {
        if mem::take(&mut self.ahead_length) == 0 {
            return Ok(());
        }
        let wrong = mem::take(&mut self.ahead).len();
        self.drafter.checked(self.row);
        if wrong == 0 { Ok(()) } else { self.go_back(self.cached.len()) }
    }

    /// Sees to it that the KV cache holds the first `tokens` of those that are cached, and nothing behind them.
    fn go_back(&mut self, tokens: usize) -> Result<(), DecodeError> {
        let mut known = mem::take(&mut self.cached);
        known.truncate(tokens);
        let kept = self.context.keep_prefix(u32::try_from(tokens).unwrap_or(0)) as usize;
        self.cached.extend_from_slice(&known[..kept]);
        // Only what can go back is asked to; but whatever happens, the cache holds what it should.
        self.read_again(&known)
    }

    fn decode(&mut self, tokens: &[Token], outputs: Outputs) -> Result<(), DecodeError> {
        let position = u32::try_from(self.cached.len()).map_err(|_| DecodeError::CacheFull)?;
        self.row = 0;
        self.batch.fill(tokens, position, outputs);
        let result = self.context.decode(&mut self.batch);
        match result {
            Ok(()) => self.cached.extend_from_slice(tokens),
            // What was stopped may have left a part of the step behind; what failed may have left anything.
            Err(DecodeError::Stopped | DecodeError::CacheFull) => self.forget_uncertain(),
            Err(DecodeError::Failed(_)) => {
                self.context.clear();
                self.cached.clear();
                self.settled = 0;
            }
        }
        result
    }

    /// Goes back to the tokens that are known to be cached.
    fn forget_uncertain(&mut self) {
        let certain = u32::try_from(self.cached.len()).unwrap_or(0).min(self.context.cached_tokens());
        let kept = self.context.keep_prefix(certain);
        self.cached.truncate(kept as usize);
        self.settled = self.settled.min(self.cached.len());
    }

    /// Slow machines and large models read in smaller steps.
    fn step_tokens(&self, longest: Duration) -> usize {
        let most = self.context.batch_tokens() as usize;
        let Some(ms_per_token) = self.reading_ms_per_token else {
            return if longest < LONGEST_STEP { SHORTEST_STEP_TOKENS.min(most) } else { most };
        };
        let fitting = longest.as_secs_f64() * 1000.0 / ms_per_token.max(0.001);
        let steps = (SHORTEST_STEP_TOKENS..=most).step_by(SHORTEST_STEP_TOKENS);
        steps
            .take_while(|tokens| f64::from(u32::try_from(*tokens).unwrap_or(u32::MAX)) <= fitting)
            .last()
            .unwrap_or(SHORTEST_STEP_TOKENS.min(most))
    }

    fn measure_reading(&mut self, tokens: usize, took: Duration) {
        if tokens >= SHORTEST_STEP_TOKENS {
            let tokens = f64::from(u32::try_from(tokens).unwrap_or(u32::MAX));
            self.reading_ms_per_token = Some(took.as_secs_f64() * 1000.0 / tokens);
        }
    }
}
