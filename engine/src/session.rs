//! A loaded model with its KV cache, and what of the cache is known.

use std::{
    collections::VecDeque,
    iter, mem,
    time::{Duration, Instant},
};

use hearth_ipc::{BATCH_TOKENS, ChatMessage, EngineFailure, Sampling};

use crate::{
    draft::Drafter,
    llama::{Batch, Context, DecodeError, Interrupt, Outputs, Token, Vocab},
    prompt::{Prompt, Prompter},
};

/// A step of reading should not take longer, so that its progress can be shown.
const LONGEST_STEP: Duration = Duration::from_secs(2);

/// Fewer tokens in a step would be read noticeably slower.
const SHORTEST_STEP_TOKENS: usize = 64;

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
    drafts: Drafts,
    step_tokens: usize,
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
        Self {
            context,
            batch: Batch::new(),
            cached: Vec::new(),
            ahead: VecDeque::new(),
            ahead_length: 0,
            row: 0,
            drafter: Drafter::new(),
            drafts: Drafts::default(),
            step_tokens: BATCH_TOKENS as usize,
            prompter,
            sampling,
        }
    }

    /// The tokens to read for the next message of a conversation.
    pub(crate) fn prompt(&mut self, messages: &[ChatMessage]) -> Result<Prompt, EngineFailure> {
        self.prompter.prompt(self.context.model().vocab(), messages, self.context.tokens())
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

    /// Forgets what the KV cache holds beyond the beginning it has in common with `prompt`, and returns how many
    /// tokens of the prompt need not be read. It is never all: the logits of the last one are wanted.
    pub(crate) fn reuse(&mut self, prompt: &[Token]) -> usize {
        let common = self.cached.iter().zip(prompt).take_while(|(cached, wanted)| cached == wanted).count();
        let wanted = common.min(prompt.len().saturating_sub(1));
        let kept = self.context.keep_prefix(u32::try_from(wanted).unwrap_or(0)) as usize;
        self.cached.truncate(kept);
        self.cached.len()
    }

    /// Reads what is not yet cached of `prompt`, behind [`reuse`](Self::reuse). `progress` is told the number of
    /// tokens read so far.
    pub(crate) fn read(&mut self, prompt: &[Token], mut progress: impl FnMut(usize)) -> Result<(), DecodeError> {
        while self.cached.len() < prompt.len() {
            progress(self.cached.len());
            let started = Instant::now();
            let end = prompt.len().min(self.cached.len() + self.step_tokens);
            let step = &prompt[self.cached.len()..end];
            self.decode(step, if end == prompt.len() { Outputs::Last } else { Outputs::None })?;
            self.adapt_step(step.len(), started.elapsed());
        }
        Ok(())
    }

    /// Adds a token that was chosen, and computes the logits for the next. Up to `most_drafted` tokens behind it may be
    /// guessed and decoded along.
    pub(crate) fn write(&mut self, token: Token, most_drafted: usize) -> Result<(), DecodeError> {
        if self.ahead.front() == Some(&token) {
            self.ahead.pop_front();
            self.cached.push(token);
            self.row += 1;
            self.drafts.accepted += 1;
            return Ok(());
        }
        self.forget_drafted()?;
        let draft = if most_drafted > 0 && self.context.can_go_back() {
            let room = (self.context.tokens() as usize).saturating_sub(self.cached.len() + 1);
            self.drafter.propose(&self.cached, token, room.min(most_drafted))
        } else {
            Vec::new()
        };
        let started = Instant::now();
        let tokens: Vec<Token> = iter::once(token).chain(draft.iter().copied()).collect();
        self.decode(&tokens, if draft.is_empty() { Outputs::Last } else { Outputs::All })?;
        self.drafter.decoded(draft.len(), started.elapsed());
        self.cached.truncate(self.cached.len() - draft.len());
        self.drafts.drafted += draft.len();
        self.ahead_length = draft.len();
        self.ahead = draft.into();
        Ok(())
    }

    /// Forgets what was guessed and not chosen, so that the KV cache holds the tokens that were written and no others.
    /// Returns how many tokens were guessed, and how many of these were right, since it was asked last.
    pub(crate) fn end_writing(&mut self) -> Result<Drafts, DecodeError> {
        self.forget_drafted()?;
        Ok(mem::take(&mut self.drafts))
    }

    fn forget_drafted(&mut self) -> Result<(), DecodeError> {
        if mem::take(&mut self.ahead_length) == 0 {
            return Ok(());
        }
        let wrong = mem::take(&mut self.ahead).len();
        self.drafter.checked(self.row);
        if wrong == 0 {
            return Ok(());
        }
        let known = mem::take(&mut self.cached);
        let kept = self.context.keep_prefix(u32::try_from(known.len()).unwrap_or(0)) as usize;
        self.cached.extend_from_slice(&known[..kept]);
        // Only what can go back is asked to; but whatever happens, the cache holds what it should.
        self.read(&known, |_| ())
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
            }
        }
        result
    }

    /// Goes back to the tokens that are known to be cached.
    fn forget_uncertain(&mut self) {
        let certain = u32::try_from(self.cached.len()).unwrap_or(0).min(self.context.cached_tokens());
        let kept = self.context.keep_prefix(certain);
        self.cached.truncate(kept as usize);
    }

    /// Slow machines and large models read in smaller steps.
    fn adapt_step(&mut self, tokens: usize, took: Duration) {
        if tokens < SHORTEST_STEP_TOKENS {
            return;
        }
        // Whole steps of the same speed that would fit into the longest time, in hundredths.
        let hundredths = LONGEST_STEP.as_millis() * 100 / took.as_millis().max(1);
        let fitting = tokens.saturating_mul(usize::try_from(hundredths).unwrap_or(usize::MAX)) / 100;
        self.step_tokens =
            (fitting / SHORTEST_STEP_TOKENS * SHORTEST_STEP_TOKENS).clamp(SHORTEST_STEP_TOKENS, BATCH_TOKENS as usize);
    }
}
