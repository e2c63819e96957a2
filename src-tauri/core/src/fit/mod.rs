//! Whether a model runs on this computer, and how fast: one estimate, before a download from what the Hub says, and after
//! it from the file's own header.
//!
//! Memory is the computer's own, and that of the graphics that are used: what does not fit there stays here. What a model
//! takes for seeing pictures is not counted: the engine loads no projector.

mod memory;
mod sketch;
mod speed;
mod typical;

use hearth_gguf::{Header, Shape};

pub(crate) use self::sketch::Sketch;
use crate::{
    computer::Machine,
    hardware::Graphics,
    view::{Computer, Fit, FitVerdict},
};

/// The system and the programs that always run need this much, in bytes, whatever is closed.
const SYSTEM_BYTES: u64 = 1_500_000_000;

/// What a model is measured against: this computer as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Fits {
    machine: Machine,
    graphics: Option<Graphics>,
}

impl Fits {
    /// `held_bytes` is what the engine holds now: it is free as soon as another model is chosen.
    pub(crate) fn new(mut machine: Machine, held_bytes: u64, graphics: Option<Graphics>) -> Self {
        machine.available_bytes = machine.available_bytes.saturating_add(held_bytes).min(machine.memory_bytes);
        Self { machine, graphics }
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
        let on_graphics = self.graphics.map_or(0, |graphics| graphics.free_bytes);
        let available = self.available_bytes().saturating_add(on_graphics);
        let most = self.most_bytes().saturating_add(on_graphics);
        let words = speed::words_per_second(shape, self.bandwidth(needed));
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

    /// How fast a model of that size is read, in bytes per second: what is on the graphics at their speed, the rest at the
    /// computer's. Graphics without memory of their own read all of it.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn bandwidth(&self, needed: u64) -> f64 {
        let Some(Graphics { free_bytes, gain }) = self.graphics else { return self.machine.bandwidth };
        let share = if free_bytes == 0 { 1.0 } else { (free_bytes as f64 / needed.max(1) as f64).min(1.0) };
        self.machine.bandwidth / (share / gain + (1.0 - share))
    }

    /// What a model could have if all other programs were closed.
    fn most_bytes(&self) -> u64 {
        self.machine.memory_bytes.saturating_sub(SYSTEM_BYTES)
    }

    fn available_bytes(&self) -> u64 {
        usable_bytes(self.machine.memory_bytes, self.machine.available_bytes)
    }
}

const UNKNOWN: Fit =
    Fit { verdict: FitVerdict::Unknown, needed_bytes: None, available_bytes: None, words_per_second: None };

/// What a model can have of a computer's memory while so much of it is free, in bytes.
pub(crate) fn usable_bytes(memory_bytes: u64, free_bytes: u64) -> u64 {
    free_bytes.min(memory_bytes.saturating_sub(SYSTEM_BYTES))
}

/// What the engine takes at least, with the smallest context, in bytes.
pub(crate) fn least_memory_of<'a>(parts: impl Iterator<Item = &'a Header>) -> Option<u64> {
    let parts: Vec<Header> = parts.cloned().collect();
    let trained_tokens = parts.first()?.context_length();
    Some(memory::least_memory(&Shape::of(&parts)?, trained_tokens).total())
}

/// What the engine takes with the model of these headers (those of its parts, in their order), in bytes: weights, KV
/// cache, what it computes in, and itself. `None` where they do not say enough.
pub fn memory_of(parts: &[Header]) -> Option<u64> {
    let trained_tokens = parts.first()?.context_length();
    Some(memory::memory(&Shape::of(parts)?, trained_tokens).total())
}
