//! Manifests, descriptions, references and settings of other programs: files of a few kilobytes. What is called like one
//! may be anything, a pipe that nobody writes to or a disk, and must not be waited for nor fill the memory.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

/// What is larger is none of them.
const MAX_BYTES: u64 = 1024 * 1024;

/// The contents of a small file; an error if it is none.
pub(crate) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than such a file is"));
    }
    Ok(bytes)
}

/// The same as text. `None` if it is not there, no small file or no text.
pub(crate) fn text(path: &Path) -> Option<String> {
    String::from_utf8(bytes(path).ok()?).ok()
}
