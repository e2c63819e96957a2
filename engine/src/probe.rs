//! Trying what this engine was started to compute with: a known text is read and continued by the processor, then by the
//! path's devices, and the two are compared.
//!
//! The text is read in steps of several widths, because a device computes wide and narrow steps by different programs, and
//! each can be wrong on its own.
//! What comes after the text is what the processor would write, so that both see the same tokens. A device that is slow
//! even so is not tried to the end: it would not be chosen, and a probe has to end in time. Whatever a driver does to this
//! process, it does to a process that is there for nothing else.

use std::{
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use hearth_gguf::WholeModel;
use hearth_ipc::{
    BATCH_TOKENS, ComputePath, EngineFailure, Event, FailureKind, KvCacheType, ProbeReport, ProbeRequest, Restraint,
    Speed,
};

use crate::{
    failure::causes,
    llama::{
        Backend, Batch, Context, ContextSettings, DecodeError, Interrupt, Model, Offload, Outputs, Token, Weights,
    },
    load, memory,
    outbox::Outbox,
    threads, weights,
};

/// Some thirty tokens for most vocabularies.
const TEXT: &str = "The lighthouse keeper climbed the stairs every evening to light the lamp, and every morning he came \
                    down again to sleep while the ships went home.";

/// Widths of the first steps in tokens; the rest of the text is read in one, and what was written behind it token
/// by token. In the first, a device's programs are made.
const STEPS: [usize; 4] = [1, 1, 8, 2];

/// So many tokens are written behind the text.
const CONTINUATION_TOKENS: usize = 4;

/// A step that takes as long is wide enough to measure by, and so many narrow ones are.
const LONG_ENOUGH: Duration = Duration::from_millis(150);

/// Speed is measured with wider and wider steps, from so many tokens on.
const FIRST_WIDTH: usize = 32;

/// More single tokens say no more.
const MOST_WRITTEN_TOKENS: usize = 32;

/// Room for the widest step and everything that is written.
const CONTEXT_TOKENS: u32 = BATCH_TOKENS + 256;

/// Sends [`Event::Devices`] before anything is computed.
pub(crate) fn run(
    request: &ProbeRequest,
    backend: &Rc<Backend>,
    interrupt: &Arc<Interrupt>,
    outbox: &Outbox,
) -> Result<ProbeReport, EngineFailure> {
    let devices = backend.devices();
    outbox.send(Event::Devices { id: request.id, devices: devices.clone() });
    let path = backend.path();
    if path != ComputePath::Cpu && devices.is_empty() {
        return Err(internal(format!("{} has no device here", path.as_str())));
    }
    let checked = load::check(&request.model)?;
    let bench = Bench { request, checked: &checked, backend, interrupt };
    let reference = bench.reference()?;
    let (speed, divergence) = match (path, request.kv_cache) {
        (ComputePath::Cpu, KvCacheType::F16) => (reference.speed, 0.0),
        (ComputePath::Cpu, _) => bench.compared_with(&reference, &Offload::Nothing)?,
        _ => bench.compared_with(&reference, &Offload::Everything)?,
    };
    let report = ProbeReport { processor: backend.processor(), devices, cpu_speed: reference.speed, speed, divergence };
    tracing::info!(?path, cpu = ?report.cpu_speed, ?speed, divergence, "probed");
    Ok(report)
}

/// What the processor makes of the text.
struct Reference {
    /// The text, and what was written behind it.
    tokens: Vec<Token>,
    /// Widths of the steps in which they were read.
    widths: Vec<usize>,
    /// Behind each step.
    logits: Vec<Vec<f32>>,
    speed: Speed,
}

struct Bench<'probe> {
    request: &'probe ProbeRequest,
    checked: &'probe WholeModel,
    backend: &'probe Rc<Backend>,
    interrupt: &'probe Arc<Interrupt>,
}

impl Bench<'_> {
    fn reference(&self) -> Result<Reference, EngineFailure> {
        let mut side = self.side(&Offload::Nothing, KvCacheType::F16)?;
        let mut tokens = text(side.context.model());
        let rest = tokens.len().checked_sub(STEPS.iter().sum()).filter(|rest| *rest > 0);
        let rest = rest.ok_or_else(|| internal("the model makes too few tokens of the text".to_owned()))?;
        let widths: Vec<usize> = STEPS.into_iter().chain([rest]).chain([1; CONTINUATION_TOKENS]).collect();
        let (mut logits, mut read) = (Vec::new(), 0);
        // What is computed does not depend on it, and on a busy computer threads wait for one another.
        let restraint = self.interrupt.restraint();
        self.interrupt.restrain(Restraint { threads: Some(1), ..restraint });
        for width in &widths {
            let next = side.step(&tokens[read..read + width])?.to_vec();
            read += width;
            if read == tokens.len() {
                tokens.push(likeliest(&next, tokens[0]));
            }
            logits.push(next);
        }
        self.interrupt.restrain(restraint);
        let speed = side.speed(&tokens)?;
        Ok(Reference { tokens, widths, logits, speed })
    }

    /// The path's speed, and how far it is from the processor.
    fn compared_with(&self, reference: &Reference, offload: &Offload) -> Result<(Speed, f32), EngineFailure> {
        let mut side = self.side(offload, self.request.kv_cache)?;
        let (mut read, mut largest) = (0, 0.0_f32);
        for (step, (&width, expected)) in reference.widths.iter().zip(&reference.logits).enumerate() {
            let started = Instant::now();
            let found = side.step(&reference.tokens[read..read + width])?;
            let took = started.elapsed();
            read += width;
            largest = larger(largest, divergence(expected, found));
            if step > 0 && width == 1 && took > LONG_ENOUGH {
                let speed = rate(1, took);
                return Ok((Speed { prompt: speed, generation: speed }, largest));
            }
        }
        Ok((side.speed(&reference.tokens)?, largest))
    }

    fn side(&self, offload: &Offload, kv_cache: KvCacheType) -> Result<Side<'_>, EngineFailure> {
        let weights = match offload {
            Offload::Nothing => weights::placement(self.checked.weights_bytes(), memory::available_bytes()),
            _ => Weights::Mapped,
        };
        let model = Model::load(self.backend, &self.request.model, weights, offload, |_| {
            self.interrupt.count_step();
            !self.interrupt.is_stopped()
        })
        .map_err(|error| load::not_loaded(&error))?;
        let settings = ContextSettings {
            context_tokens: CONTEXT_TOKENS,
            batch_tokens: BATCH_TOKENS,
            threads: threads::for_computing(),
            kv_cache,
        };
        let context = Context::new(&model, settings, self.interrupt)
            .map_err(|error| EngineFailure { kind: FailureKind::OutOfMemory, cause: causes(&error) })?;
        Ok(Side { context, batch: Batch::new(), interrupt: self.interrupt, position: 0 })
    }
}

fn text(model: &Model) -> Vec<Token> {
    let vocab = model.vocab();
    let mut tokens: Vec<Token> = vocab.bos().filter(|_| vocab.adds_bos()).into_iter().collect();
    // What cannot be tokenized is found to be too short.
    let _ = vocab.tokenize(TEXT, false, &mut tokens);
    tokens
}

/// One of the two at work.
struct Side<'probe> {
    context: Context,
    batch: Batch,
    interrupt: &'probe Interrupt,
    position: u32,
}

impl Side<'_> {
    /// Wider and wider steps until one takes long enough, and then tokens one by one.
    fn speed(&mut self, tokens: &[Token]) -> Result<Speed, EngineFailure> {
        let prompt: Vec<Token> = tokens.iter().copied().cycle().take(BATCH_TOKENS as usize).collect();
        let mut width = FIRST_WIDTH;
        let prompt_speed = loop {
            self.context.clear();
            self.position = 0;
            let started = Instant::now();
            self.step(&prompt[..width])?;
            let took = started.elapsed();
            if took >= LONG_ENOUGH || width == prompt.len() {
                break rate(width, took);
            }
            width = (2 * width).min(prompt.len());
        };
        let started = Instant::now();
        let mut written = 0;
        while written < MOST_WRITTEN_TOKENS && started.elapsed() < LONG_ENOUGH {
            self.step(&tokens[..1])?;
            written += 1;
        }
        Ok(Speed { prompt: prompt_speed, generation: rate(written, started.elapsed()) })
    }

    /// The logits behind these tokens.
    fn step(&mut self, tokens: &[Token]) -> Result<&[f32], EngineFailure> {
        self.batch.fill(tokens, self.position, Outputs::Last);
        self.context.decode(&mut self.batch).map_err(|error| EngineFailure {
            kind: if error == DecodeError::Stopped { FailureKind::Cancelled } else { FailureKind::Internal },
            cause: causes(&error),
        })?;
        self.position += u32::try_from(tokens.len()).unwrap_or(0);
        self.interrupt.count_step();
        // A device may still be computing until its result is asked for.
        self.context.logits(0).ok_or_else(|| internal("no logits".to_owned()))
    }
}

fn internal(cause: String) -> EngineFailure {
    EngineFailure { kind: FailureKind::Internal, cause }
}

fn likeliest(logits: &[f32], otherwise: Token) -> Token {
    let best = logits.iter().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
    best.and_then(|(index, _)| Token::at(index)).unwrap_or(otherwise)
}

#[expect(clippy::cast_precision_loss, reason = "some hundred tokens")]
fn rate(tokens: usize, took: Duration) -> f32 {
    tokens as f32 / took.as_secs_f32().max(1e-6)
}

/// The larger of two divergences; [`f32::MAX`] where a side did not compute numbers.
fn larger(one: f32, other: f32) -> f32 {
    if other.is_finite() { one.max(other) } else { f32::MAX }
}

/// The Kullback-Leibler divergence: how many nats are lost when `found` is taken for `expected`.
#[expect(clippy::cast_possible_truncation, reason = "the sum is worked out in f64, its digits do not matter")]
fn divergence(expected: &[f32], found: &[f32]) -> f32 {
    if expected.len() != found.len() {
        return f32::INFINITY;
    }
    let (expected_sum, found_sum) = (log_of_sum(expected), log_of_sum(found));
    let places = expected.iter().zip(found).map(|(&expected, &found)| {
        let expected = f64::from(expected) - expected_sum;
        let found = f64::from(found) - found_sum;
        expected.exp() * (expected - found)
    });
    places.sum::<f64>() as f32
}

/// The logarithm of the sum of exponentials.
fn log_of_sum(logits: &[f32]) -> f64 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|&logit| f64::from(logit - largest).exp()).sum();
    f64::from(largest) + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_probabilities_do_not_diverge() {
        let logits = [1.0, 2.0, -3.0];
        assert!(divergence(&logits, &logits).abs() < 1e-6);
        // Adding the same to all logits changes no probability.
        assert!(divergence(&logits, &[101.0, 102.0, 97.0]).abs() < 1e-5);
    }

    #[test]
    fn probabilities_that_are_off_diverge_by_what_the_formula_says() {
        // Half of ln(½ / ¾) and half of ln(½ / ¼).
        let expected = 0.5 * ((2_f32 / 3.0).ln() + 2_f32.ln());
        assert!((divergence(&[0.0, 0.0], &[3_f32.ln(), 0.0]) - expected).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_number_diverges_as_far_as_can_be_said_and_stays_so() {
        for wrong in [[f32::NAN, 0.0].as_slice(), &[f32::INFINITY, 0.0], &[f32::NEG_INFINITY; 2], &[0.0]] {
            let largest = larger(0.5, divergence(&[0.0, 0.0], wrong));
            assert!(larger(largest, 0.1) >= f32::MAX, "{wrong:?}");
        }
    }
}
