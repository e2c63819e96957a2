//! How the next token is chosen: what the model recommends, else sound defaults.

use std::ops::RangeInclusive;

use hearth_gguf::Header;
use hearth_ipc::{Sampling, SamplingSource};

/// What llama.cpp uses where nothing else is said (`common_params_sampling`).
pub const DEFAULT_SAMPLING: Sampling =
    Sampling { temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05, repeat_penalty: 1.0, repeat_last_n: 64 };

/// What a model's metadata recommends under `general.sampling.*`, the rest filled with [`DEFAULT_SAMPLING`]. Values
/// that make no sense are logged and left out.
pub fn recommended(header: &Header) -> (Sampling, SamplingSource) {
    from_values(|name| header.sampling(name))
}

/// `sampling` as it may be used: what makes no sense becomes the default. What comes from outside is not trusted.
pub fn sound(sampling: Sampling) -> Sampling {
    from_values(|name| {
        Some(match name {
            "temp" => sampling.temperature.into(),
            "top_k" => sampling.top_k.into(),
            "top_p" => sampling.top_p.into(),
            "min_p" => sampling.min_p.into(),
            "penalty_repeat" => sampling.repeat_penalty.into(),
            "penalty_last_n" => sampling.repeat_last_n.into(),
            _ => return None,
        })
    })
    .0
}

fn from_values(value: impl Fn(&str) -> Option<f64>) -> (Sampling, SamplingSource) {
    let mut source = SamplingSource::Default;
    let mut in_range = |name: &str, range: RangeInclusive<f64>| -> Option<f64> {
        let found = value(name)?;
        // No number that is not a number is in any range.
        if !range.contains(&found) {
            tracing::warn!(name, value = found, "a sampling value makes no sense, taking the default");
            return None;
        }
        source = SamplingSource::Model;
        Some(found)
    };
    // Above 5 every token is as likely as any other.
    let temperature = in_range("temp", 0.0..=5.0).map(narrow);
    let top_k = in_range("top_k", 0.0..=1_000_000.0).map(whole);
    let top_p = in_range("top_p", 0.0..=1.0).map(narrow);
    let min_p = in_range("min_p", 0.0..=1.0).map(narrow);
    // Logits are divided by it: zero and less turn the order around.
    let repeat_penalty = in_range("penalty_repeat", 0.1..=10.0).map(narrow);
    let repeat_last_n = in_range("penalty_last_n", 0.0..=1_000_000.0).map(whole);
    let sampling = Sampling {
        temperature: temperature.unwrap_or(DEFAULT_SAMPLING.temperature),
        top_k: top_k.unwrap_or(DEFAULT_SAMPLING.top_k),
        top_p: top_p.unwrap_or(DEFAULT_SAMPLING.top_p),
        min_p: min_p.unwrap_or(DEFAULT_SAMPLING.min_p),
        repeat_penalty: repeat_penalty.unwrap_or(DEFAULT_SAMPLING.repeat_penalty),
        repeat_last_n: repeat_last_n.unwrap_or(DEFAULT_SAMPLING.repeat_last_n),
    };
    (sampling, source)
}

#[expect(clippy::cast_possible_truncation, reason = "single precision is what samplers work with")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, reason = "its range has been checked")]
fn whole(value: f64) -> i32 {
    value as i32
}

#[cfg(test)]
mod tests;
