//! Tokens to be decoded together.

use llama_cpp_sys_2 as sys;

use super::Token;

/// For which tokens of a batch logits are computed. Those of the others would be worked out for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// For none: more of the prompt follows.
    None,
    /// For the last: the next token is to be chosen.
    Last,
    /// For each: the tokens behind the first are guesses, and each has to be what would have been chosen.
    All,
}

/// A run of tokens of one sequence, at consecutive positions. Made once and filled again for every decode.
#[derive(Debug, Default)]
pub struct Batch {
    tokens: Vec<sys::llama_token>,
    positions: Vec<sys::llama_pos>,
    outputs: Vec<i8>,
}

impl Batch {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the content: `tokens` at `first_position` and on. With [`Outputs::All`] there must be no more than
    /// [`Context::MOST_OUTPUTS`](super::Context::MOST_OUTPUTS) of them.
    pub fn fill(&mut self, tokens: &[Token], first_position: u32, outputs: Outputs) {
        self.tokens.clear();
        self.tokens.extend(tokens.iter().map(|token| token.0));
        self.positions.clear();
        self.positions.extend((first_position..).take(tokens.len()).map(u32::cast_signed));
        self.outputs.clear();
        self.outputs.resize(tokens.len(), i8::from(outputs == Outputs::All));
        if let Some(last) = self.outputs.last_mut() {
            *last = i8::from(outputs != Outputs::None);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Tokens whose logits are computed.
    pub(super) fn output_count(&self) -> usize {
        self.outputs.iter().filter(|output| **output != 0).count()
    }

    /// The view that `llama_decode` reads. It points into `self`; all tokens belong to sequence 0 (null pointers).
    pub(super) fn as_native(&mut self) -> sys::llama_batch {
        sys::llama_batch {
            n_tokens: i32::try_from(self.tokens.len()).unwrap_or(i32::MAX),
            token: self.tokens.as_mut_ptr(),
            embd: std::ptr::null_mut(),
            pos: self.positions.as_mut_ptr(),
            n_seq_id: std::ptr::null_mut(),
            seq_id: std::ptr::null_mut(),
            logits: self.outputs.as_mut_ptr(),
        }
    }
}
