//! What the safe check accepts and what it refuses.

mod accepted;
mod bounds;
mod draft;
mod parts;
mod refused;
mod shape;
mod time;

use std::io::Cursor;

use hearth_gguf::{GgufError, Header};

fn read(bytes: &[u8]) -> Result<Header, GgufError> {
    Header::read_from(Cursor::new(bytes), bytes.len() as u64)
}

/// The whole check, as before loading.
fn check(bytes: &[u8]) -> Result<Header, GgufError> {
    let header = read(bytes)?;
    header.require_text_model()?;
    Ok(header)
}
