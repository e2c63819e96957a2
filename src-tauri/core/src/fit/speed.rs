//! How fast a model writes, foreseen from how fast memory is read.
//!
//! Writing a token means reading all weights that it needs once, and what is kept of the conversation; computing goes on
//! meanwhile. So the bandwidth of memory is the limit, of which an engine reaches a part.

use hearth_gguf::Shape;

/// From here on a model counts as fast. People read some four words per second: at five, nobody waits for the text.
pub(crate) const FAST_WORDS_PER_SECOND: f32 = 5.0;

/// A token is about three quarters of an English word.
const WORDS_PER_TOKEN: f64 = 0.75;
/// What reading alone reaches, computing does not.
const EFFICIENCY: f64 = 0.65;
/// Of a conversation as it usually is: some questions and answers.
const CONVERSATION_TOKENS: u64 = 1024;
/// Per token, in seconds: choosing it, telling it, and starting the threads for each of the layers.
const OVERHEAD_SECONDS: f64 = 0.0005;

/// `bandwidth` in bytes per second.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate")]
pub(super) fn words_per_second(shape: &Shape, bandwidth: f64) -> f32 {
    let kept = shape.layers.iter().map(|layer| {
        let tokens = if layer.has_window { CONVERSATION_TOKENS.min(shape.window_tokens) } else { CONVERSATION_TOKENS };
        layer.kept_per_token.saturating_mul(tokens).saturating_mul(2).saturating_add(layer.state.saturating_mul(4))
    });
    let bytes = kept.fold(shape.read_bytes_per_token, u64::saturating_add);
    let seconds = bytes as f64 / (bandwidth * EFFICIENCY) + OVERHEAD_SECONDS;
    (WORDS_PER_TOKEN / seconds) as f32
}
