//! From the bytes of tokens to text that can be shown.
//!
//! A token may end inside a character, and a text that ends the answer may come in pieces. Neither shows: what could
//! still become one is held back.

/// The text of one answer as it is written. What comes out does not depend on how the bytes were cut.
#[derive(Debug, Default)]
pub struct TextStream {
    /// Texts that end the answer; none is empty.
    stop: Vec<String>,
    /// The beginning of a character that is not whole yet: up to three bytes.
    bytes: Vec<u8>,
    /// Whole characters that could be the beginning of a stop text.
    held_back: String,
    stopped: bool,
}

/// What can be shown now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Append this (perhaps nothing), and go on.
    Text(String),
    /// Append this; a stop text has appeared and the answer is over.
    Stopped(String),
}

impl TextStream {
    /// Texts in `stop` end the answer; empty ones are ignored.
    pub fn new(stop: Vec<String>) -> Self {
        Self { stop: stop.into_iter().filter(|text| !text.is_empty()).collect(), ..Self::default() }
    }

    /// Takes the bytes of the next token. Bytes that are not UTF-8 become U+FFFD, one for each maximal part of a
    /// character, as the Unicode standard recommends. After [`Shown::Stopped`] nothing more is shown.
    pub fn push(&mut self, token: &[u8]) -> Shown {
        self.bytes.extend_from_slice(token);
        let whole = whole_characters(&self.bytes);
        let incomplete = self.bytes.split_off(whole);
        let bytes = std::mem::replace(&mut self.bytes, incomplete);
        self.append(&String::from_utf8_lossy(&bytes))
    }

    /// The end of the answer: what was held back, an unfinished character as U+FFFD.
    pub fn finish(mut self) -> String {
        let bytes = std::mem::take(&mut self.bytes);
        match self.append(&String::from_utf8_lossy(&bytes)) {
            Shown::Text(text) => text + &self.held_back,
            Shown::Stopped(text) => text,
        }
    }

    fn append(&mut self, text: &str) -> Shown {
        if self.stopped {
            return Shown::Text(String::new());
        }
        self.held_back.push_str(text);
        // The one that ends first counts: it would have been seen first, however the bytes were cut.
        let first = self
            .stop
            .iter()
            .filter_map(|stop| self.held_back.find(stop).map(|start| (start + stop.len(), start)))
            .min();
        if let Some((_end, start)) = first {
            self.stopped = true;
            self.held_back.truncate(start);
            return Shown::Stopped(std::mem::take(&mut self.held_back));
        }
        let held_back = self.held_back.split_off(self.shown_bytes());
        Shown::Text(std::mem::replace(&mut self.held_back, held_back))
    }

    /// How much of what is held back can no longer be part of a stop text.
    fn shown_bytes(&self) -> usize {
        let text = &self.held_back;
        let longest = self.stop.iter().map(String::len).max().unwrap_or(0).saturating_sub(1);
        (text.len().saturating_sub(longest)..text.len())
            .find(|start| {
                text.is_char_boundary(*start) && self.stop.iter().any(|stop| stop.starts_with(&text[*start..]))
            })
            .unwrap_or(text.len())
    }
}

/// Length of the beginning of `bytes` that ends with a whole character, or with bytes that can never be one.
fn whole_characters(bytes: &[u8]) -> usize {
    let mut position = 0;
    while let Err(error) = std::str::from_utf8(&bytes[position..]) {
        match error.error_len() {
            Some(invalid) => position += error.valid_up_to() + invalid,
            None => return position + error.valid_up_to(),
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests;
