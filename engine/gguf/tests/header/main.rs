//! What the safe check accepts, what it refuses, and that nothing makes it panic.

mod accepted;
mod bounds;
mod draft;
mod mutations;
mod refused;

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
