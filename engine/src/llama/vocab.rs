//! Text to tokens and back.

use std::{
    ffi::{CStr, c_char},
    marker::PhantomData,
};

use llama_cpp_sys_2 as sys;

use super::Model;

/// An entry of a model's vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Token(pub(super) sys::llama_token);

impl Token {
    /// The one that a row of logits has at this index.
    pub fn at(index: usize) -> Option<Self> {
        i32::try_from(index).ok().map(Self)
    }

    /// Its row in the vocabulary.
    pub fn id(self) -> i32 {
        self.0
    }

    /// The token of a row that was once [`id`](Self::id)'s. Native code checks it before it decodes it.
    pub fn of_id(id: i32) -> Self {
        Self(id)
    }
}

/// The vocabulary of a [`Model`].
#[derive(Debug, Clone, Copy)]
pub struct Vocab<'model> {
    vocab: *const sys::llama_vocab,
    model: PhantomData<&'model Model>,
}

impl Vocab<'_> {
    /// # Safety
    ///
    /// `vocab` belongs to a model that outlives the result.
    pub(super) unsafe fn of(vocab: *const sys::llama_vocab) -> Self {
        Self { vocab, model: PhantomData }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        // SAFETY: the vocabulary lives (`'model`); the function only reads.
        usize::try_from(unsafe { sys::llama_vocab_n_tokens(self.vocab) }).unwrap_or(0)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the tokens of `text`. With `parse_special`, the texts of special tokens become those tokens; without,
    /// they stay text. Neither BOS nor EOS is added.
    ///
    /// `None` when the text is too long for llama.cpp (2 GiB of text or tokens).
    pub fn tokenize(&self, text: &str, parse_special: bool, tokens: &mut Vec<Token>) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        let start = tokens.len();
        // Nearly always enough, so that the text is worked through once: a token is rarely shorter than two bytes.
        tokens.resize(start + text.len() / 2 + 16, Token(0));
        loop {
            match self.tokenize_into(text, parse_special, &mut tokens[start..])? {
                count if count >= 0 => {
                    tokens.truncate(start + usize::try_from(count).ok()?);
                    return Some(());
                }
                i32::MIN => return None,
                missing => tokens.resize(start + usize::try_from(missing.unsigned_abs()).ok()?, Token(0)),
            }
        }
    }

    fn tokenize_into(&self, text: &str, parse_special: bool, tokens: &mut [Token]) -> Option<i32> {
        // SAFETY: text and tokens are passed with their lengths; `Token` is a transparent `llama_token`.
        Some(unsafe {
            sys::llama_tokenize(
                self.vocab,
                text.as_ptr().cast::<c_char>(),
                i32::try_from(text.len()).ok()?,
                tokens.as_mut_ptr().cast::<sys::llama_token>(),
                i32::try_from(tokens.len()).ok()?,
                false,
                parse_special,
            )
        })
    }

    /// Appends the bytes that `token` stands for in an answer: none for a special token.
    ///
    /// They need not be whole UTF-8 characters.
    pub fn piece(&self, token: Token, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.resize(start + 32, 0);
        loop {
            let room = &mut bytes[start..];
            // SAFETY: the buffer is passed with its length; a `Token` comes only from this vocabulary.
            let written = unsafe {
                sys::llama_token_to_piece(
                    self.vocab,
                    token.0,
                    room.as_mut_ptr().cast::<c_char>(),
                    i32::try_from(room.len()).unwrap_or(i32::MAX),
                    0,
                    false,
                )
            };
            match usize::try_from(written) {
                Ok(written) => return bytes.truncate(start + written),
                Err(_) => bytes.resize(start + written.unsigned_abs() as usize, 0),
            }
        }
    }

    /// Whether the token ends an answer (EOS, end of turn and their like).
    pub fn is_end_of_generation(&self, token: Token) -> bool {
        // SAFETY: a `Token` comes only from this vocabulary.
        unsafe { sys::llama_vocab_is_eog(self.vocab, token.0) }
    }

    /// The token that begins a text, if there is one.
    pub fn bos(&self) -> Option<Token> {
        // SAFETY: the vocabulary lives (`'model`); the function only reads.
        Self::present(unsafe { sys::llama_vocab_bos(self.vocab) })
    }

    /// The token that ends a text, if there is one.
    pub fn eos(&self) -> Option<Token> {
        // SAFETY: as for `bos`.
        Self::present(unsafe { sys::llama_vocab_eos(self.vocab) })
    }

    /// Whether the model expects [`bos`](Self::bos) before its prompt.
    pub fn adds_bos(&self) -> bool {
        // SAFETY: as for `bos`.
        unsafe { sys::llama_vocab_get_add_bos(self.vocab) }
    }

    /// The texts of all tokens that mean something to the model beyond their letters.
    pub fn special_texts(&self) -> Vec<String> {
        (0..self.len())
            .filter_map(|id| i32::try_from(id).ok().map(Token))
            .filter(|token| self.is_special(*token))
            .map(|token| self.text(token))
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// Whether the token means something to the model beyond its letters.
    ///
    /// That are the control tokens, and those "user-defined" ones that mark turns: converters do not agree on which
    /// of the two `<|im_start|>` and its like are. (Others of that kind are runs of spaces, or tags that belong to
    /// the text.)
    pub fn is_special(&self, token: Token) -> bool {
        const CONTROL: sys::llama_token_attr = sys::LLAMA_TOKEN_ATTR_CONTROL | sys::LLAMA_TOKEN_ATTR_UNKNOWN;
        // SAFETY: a `Token` comes only from this vocabulary.
        let attributes = unsafe { sys::llama_vocab_get_attr(self.vocab, token.0) };
        attributes & CONTROL != 0
            || (attributes & sys::LLAMA_TOKEN_ATTR_USER_DEFINED != 0 && marks_turns(&self.text(token)))
    }

    /// The token as the vocabulary spells it, e.g. `<|im_end|>`.
    pub fn text(&self, token: Token) -> String {
        // SAFETY: a `Token` comes only from this vocabulary; the text ends with NUL and lives as long as the model.
        unsafe {
            let text = sys::llama_vocab_get_text(self.vocab, token.0);
            if text.is_null() { String::new() } else { CStr::from_ptr(text).to_string_lossy().into_owned() }
        }
    }

    /// llama.cpp's -1 is "the vocabulary has none".
    fn present(token: sys::llama_token) -> Option<Token> {
        (token >= 0).then_some(Token(token))
    }
}

fn marks_turns(text: &str) -> bool {
    const WITHOUT_BARS: [&str; 4] = ["<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]"];
    text.starts_with("<|") || text.starts_with("<｜") || WITHOUT_BARS.contains(&text)
}
