//! Whether a model runs on this computer, and how fast: one estimate, before a download from what the Hub says, and after
//! it from the file's own header.
//!
//! The engine computes with the processor, so memory means the computer's own. What it takes for seeing pictures is not
//! counted: it loads no projector.

mod memory;
mod sketch;
mod speed;
mod typical;

use hearth_gguf::{Header, Shape};

pub(crate) use self::sketch::Sketch;
use crate::{
    computer::Machine,
    view::{Computer, Fit, FitVerdict},
};

/// The system and the programs that always run need this much, in bytes, whatever is closed.
const SYSTEM_BYTES: u64 = 1_500_000_000;

/// What a model is measured against: this computer as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Fits {
    machine: Machine,
}

impl Fits {
    /// `held_bytes` is what the engine holds now: it is free as soon as another model is chosen.
    pub(crate) fn new(mut machine: Machine, held_bytes: u64) -> Self {
        machine.available_bytes = machine.available_bytes.saturating_add(held_bytes).min(machine.memory_bytes);
        Self { machine }
    }

    /// The computer, as the page shows it.
    pub(crate) fn computer(&self) -> Computer {
        Computer {
            memory_bytes: self.machine.memory_bytes,
            available_bytes: self.available_bytes(),
            processor: self.machine.processor.clone(),
        }
    }

    /// How a model would run of which the Hub tells.
    pub(crate) fn of_hub(&self, sketch: &Sketch) -> Fit {
        sketch.shape().map_or(UNKNOWN, |shape| self.of_shape(&shape, sketch.context_tokens))
    }

    /// How a model runs that is here.
    pub(crate) fn of_file(&self, model: &hearth_library::Model) -> Fit {
        model.shape.as_ref().map_or(UNKNOWN, |shape| self.of_shape(shape, model.context_length))
    }

    fn of_shape(&self, shape: &Shape, trained_tokens: Option<u64>) -> Fit {
        let needed = memory::memory(shape, trained_tokens).total();
        let (available, most) = (self.available_bytes(), self.most_bytes());
        let words = speed::words_per_second(shape, self.machine.bandwidth);
        let verdict = match needed {
            needed if needed > most => FitVerdict::TooLarge,
            needed if needed > available => FitVerdict::Tight,
            _ if words >= speed::FAST_WORDS_PER_SECOND => FitVerdict::Fast,
            _ => FitVerdict::Slow,
        };
        Fit {
            verdict,
            needed_bytes: Some(needed),
            // What will never fit is held against all that there is, not against what other programs leave just now.
            available_bytes: Some(if verdict == FitVerdict::TooLarge { most } else { available }),
            words_per_second: (verdict != FitVerdict::TooLarge).then_some(words),
        }
    }

    /// What a model could have if all other programs were closed.
    fn most_bytes(&self) -> u64 {
        self.machine.memory_bytes.saturating_sub(SYSTEM_BYTES)
    }

    fn available_bytes(&self) -> u64 {
        self.machine.available_bytes.min(self.most_bytes())
    }
}

const UNKNOWN: Fit =
    Fit { verdict: FitVerdict::Unknown, needed_bytes: None, available_bytes: None, words_per_second: None };

/// What the engine takes with the model of these headers (those of its parts, in their order), in bytes: weights, KV
/// cache, what it computes in, and itself. `None` where they do not say enough.
pub fn memory_of(parts: &[Header]) -> Option<u64> {
    let trained_tokens = parts.first()?.context_length();
    Some(memory::memory(&Shape::of(parts)?, trained_tokens).total())
}
