//! Files that `gguf-split` has cut.

use std::num::NonZeroU32;

/// Which part of a split file a name tells it is: `model-00002-of-00003`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<'name> {
    /// The name without that.
    pub(crate) base: &'name str,
    /// Counted from one.
    pub(crate) number: NonZeroU32,
    /// How many there are.
    pub(crate) total: NonZeroU32,
}

impl<'name> Part<'name> {
    /// Reads a file's name without its extension. llama.cpp writes five digits and reads no other form.
    pub(crate) fn of_stem(stem: &'name str) -> Option<Self> {
        let (rest, total) = stem.rsplit_once("-of-")?;
        let (base, number) = rest.rsplit_once('-')?;
        let (number, total) = (five_digits(number)?, five_digits(total)?);
        (number <= total && !base.is_empty()).then_some(Self { base, number, total })
    }
}

fn five_digits(text: &str) -> Option<NonZeroU32> {
    let is_number = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
