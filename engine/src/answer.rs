//! One answer: reading the prompt, then token after token until something ends it.

use std::{
    mem,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use hearth_ipc::{EngineFailure, Event, FailureKind, FinishReason, GenerateRequest, GenerationStats, RequestId};

use crate::{
    draft::Guessing,
    failure::causes,
    llama::{DecodeError, Sampler, Token},
    outbox::Outbox,
    prompt::Prompt,
    sampling,
    session::Session,
    text::{Shown, TextStream},
};

/// Progress of the reading is told no more often than this.
const READING_INTERVAL: Duration = Duration::from_millis(200);

/// Text is sent no more often than this. A fast model writes several tokens in the time; each event by itself would
/// wake the thread that writes it, and take a processor from the threads that compute.
const DELTA_INTERVAL: Duration = Duration::from_millis(15);

/// Writes the answer to `request`, which arrived at `arrived`, and returns why it ended and what it took.
pub(crate) fn write(
    session: &mut Session,
    request: &GenerateRequest,
    arrived: Instant,
    outbox: &Outbox,
) -> Result<(FinishReason, GenerationStats), EngineFailure> {
    let prompt = session.prompt(&request.messages)?;
    let mut answer = Answer { id: request.id, outbox, stats: GenerationStats::default() };
    let reason = match answer.read(session, &prompt, request.conversation.as_deref(), arrived) {
        Ok(()) => answer.generate(session, request, &prompt, arrived)?,
        Err(DecodeError::Stopped) => FinishReason::Cancelled,
        Err(error) => return Err(internal(error)),
    };
    Ok((reason, answer.stats))
}

struct Answer<'request> {
    id: RequestId,
    outbox: &'request Outbox,
    stats: GenerationStats,
}

impl Answer<'_> {
    fn read(
        &mut self,
        session: &mut Session,
        prompt: &Prompt,
        conversation: Option<&str>,
        arrived: Instant,
    ) -> Result<(), DecodeError> {
        let recalled = session.recall(&prompt.tokens, conversation);
        self.stats.prompt_tokens = count(prompt.tokens.len());
        self.stats.reused_tokens = count(recalled.reused);
        self.stats.restored_tokens = count(recalled.restored);
        let mut reported: Option<Instant> = None;
        let mut progress = |read| {
            if reported.is_none_or(|when| when.elapsed() >= READING_INTERVAL) {
                self.outbox.send(Event::Reading {
                    id: self.id,
                    tokens_read: count(read),
                    tokens_total: count(prompt.tokens.len()),
                });
                reported = Some(Instant::now());
            }
        };
        let read = session.read_prompt(&prompt.tokens, &mut progress);
        session.settle();
        read?;
        self.stats.prompt_ms = milliseconds(arrived.elapsed());
        self.outbox.send(Event::Started {
            id: self.id,
            remembered_from: prompt.remembered_from,
            prompt_tokens: self.stats.prompt_tokens,
            reused_tokens: self.stats.reused_tokens,
        });
        Ok(())
    }

    fn generate(
        &mut self,
        session: &mut Session,
        request: &GenerateRequest,
        prompt: &Prompt,
        arrived: Instant,
    ) -> Result<FinishReason, EngineFailure> {
        let sampling = request.sampling.map_or(session.sampling, sampling::sound);
        let mut sampler =
            Sampler::new(session.vocab(), &sampling, request.seed).ok_or_else(|| failed("no sampler chain"))?;
        sampler.saw(&prompt.tokens);
        let mut writing = Writing::new(self.id, self.outbox, stop_texts(session, request));
        let reason = self.write(session, request, &mut sampler, &mut writing, arrived);
        writing.finish();
        // Whatever has ended the answer: what is in the KV cache is what was written.
        let drafts = session.end_writing();
        let reason = reason?;
        match drafts {
            Ok(drafts) => {
                self.stats.drafted_tokens = count(drafts.drafted);
                self.stats.accepted_tokens = count(drafts.accepted);
            }
            Err(DecodeError::Stopped) => {}
            Err(error) => return Err(internal(error)),
        }
        Ok(reason)
    }

    fn write(
        &mut self,
        session: &mut Session,
        request: &GenerateRequest,
        sampler: &mut Sampler,
        writing: &mut Writing<'_>,
        arrived: Instant,
    ) -> Result<FinishReason, EngineFailure> {
        let most_tokens = request.max_tokens.unwrap_or(u32::MAX);
        let mut first_token = None;
        loop {
            if session.interrupt().is_stopped() {
                return Ok(FinishReason::Cancelled);
            }
            if self.stats.answer_tokens >= most_tokens {
                return Ok(FinishReason::MaxTokens);
            }
            let token = next_token(session, sampler)?;
            let first_token = *first_token.get_or_insert_with(|| {
                self.stats.first_token_ms = milliseconds(arrived.elapsed());
                Instant::now()
            });
            self.stats.generation_ms = milliseconds(first_token.elapsed());
            if session.vocab().is_end_of_generation(token) {
                return Ok(FinishReason::EndOfTurn);
            }
            self.stats.answer_tokens += 1;
            if writing.add(session, token).is_break() {
                return Ok(FinishReason::StopText);
            }
            if session.is_full() {
                return Ok(FinishReason::ContextFull);
            }
            // What would not be asked for need not be guessed.
            let most = if request.drafting { most_tokens - self.stats.answer_tokens } else { 0 };
            match session.write(token, Guessing { most: most as usize, same: sampler.repeats() }) {
                Ok(()) => {}
                Err(DecodeError::Stopped) => return Ok(FinishReason::Cancelled),
                Err(DecodeError::CacheFull) => return Ok(FinishReason::ContextFull),
                Err(error) => return Err(internal(error)),
            }
        }
    }
}

fn stop_texts(session: &Session, request: &GenerateRequest) -> Vec<String> {
    let of_template = session.stop_texts().iter().map(|text| (*text).to_owned());
    request.stop.iter().cloned().chain(of_template).collect()
}

fn next_token(session: &mut Session, sampler: &mut Sampler) -> Result<Token, EngineFailure> {
    let logits = session.logits().ok_or_else(|| failed("llama.cpp gave no logits"))?;
    let token = sampler.choose(logits).ok_or_else(|| failed("the model's logits are not numbers"))?;
    session.interrupt().count_step();
    Ok(token)
}

/// The text of the answer on its way out.
struct Writing<'request> {
    id: RequestId,
    outbox: &'request Outbox,
    stream: TextStream,
    bytes: Vec<u8>,
    unsent: String,
    sent: Option<Instant>,
}

impl<'request> Writing<'request> {
    fn new(id: RequestId, outbox: &'request Outbox, stop: Vec<String>) -> Self {
        Self { id, outbox, stream: TextStream::new(stop), bytes: Vec::new(), unsent: String::new(), sent: None }
    }

    /// Takes the token's text. Breaks when a stop text has appeared.
    fn add(&mut self, session: &Session, token: Token) -> ControlFlow<()> {
        self.bytes.clear();
        session.vocab().piece(token, &mut self.bytes);
        let (text, flow) = match self.stream.push(&self.bytes) {
            Shown::Text(text) => (text, ControlFlow::Continue(())),
            Shown::Stopped(text) => (text, ControlFlow::Break(())),
        };
        self.unsent.push_str(&text);
        if self.sent.is_none_or(|when| when.elapsed() >= DELTA_INTERVAL) {
            self.send();
        }
        flow
    }

    /// Sends what was held back in case it became something that must not be seen.
    fn finish(mut self) {
        let text = mem::take(&mut self.stream).finish();
        self.unsent.push_str(&text);
        self.send();
    }

    fn send(&mut self) {
        if !self.unsent.is_empty() {
            self.outbox.send(Event::Delta { id: self.id, text: mem::take(&mut self.unsent) });
            self.sent = Some(Instant::now());
        }
    }
}

fn internal(error: DecodeError) -> EngineFailure {
    EngineFailure { kind: FailureKind::Internal, cause: causes(&error) }
}

fn failed(cause: &str) -> EngineFailure {
    EngineFailure { kind: FailureKind::Internal, cause: cause.to_owned() }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
