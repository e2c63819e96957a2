//! The header as a whole.

use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

use crate::{
    cursor::Cursor,
    error::{GgufError, Lie, Unsupported},
    metadata::{Metadata, Value},
    tensor::{self, Tensor},
};

/// Largest header. The largest vocabularies known (262,144 tokens with scores, 500,000 merges, a `tokenizer.json` on
/// top) make headers of under 40 MB; a header of this size full of empty strings, the slowest there is, is still read
/// in under 100 ms.
pub const MAX_HEADER_BYTES: u64 = 64 * 1024 * 1024;
/// Most metadata entries. Real files have under 100; those with a long provenance a few hundred.
pub const MAX_METADATA_ENTRIES: u64 = 16 * 1024;
/// Most tensors. The largest real models have a few thousand.
pub const MAX_TENSORS: u64 = 16 * 1024;
/// Largest file that is believed: 16 TiB, ten times the largest model there is.
pub(crate) const MAX_FILE_BYTES: u64 = 1 << 44;

/// `GGUF_DEFAULT_ALIGNMENT`.
const DEFAULT_ALIGNMENT: u64 = 32;
/// Larger ones serve nobody, and would let a small header claim much padding.
const MAX_ALIGNMENT: u64 = 1024 * 1024;

/// A header that holds together: every count, size and offset has been checked against the file.
#[derive(Debug, Clone)]
pub struct Header {
    version: u32,
    file_bytes: u64,
    data_offset: u64,
    alignment: u64,
    metadata: Metadata,
    tensors: Vec<Tensor>,
}

impl Header {
    /// Reads and checks the header of a file, whatever kind of model it holds.
    pub fn read(path: &Path) -> Result<Self, GgufError> {
        // Asked for before opening: opening a pipe would wait for a writer.
        let attributes = std::fs::metadata(path).map_err(GgufError::Missing)?;
        if !attributes.is_file() {
            return Err(GgufError::NotAFile);
        }
        let file = File::open(path).map_err(GgufError::Missing)?;
        let file_bytes = file.metadata().map_err(GgufError::Unreadable)?.len();
        Self::read_from(file, file_bytes)
    }

    /// Reads and checks a header from anything of a known length.
    pub fn read_from<R: Read + Seek>(stream: R, file_bytes: u64) -> Result<Self, GgufError> {
        let mut cursor = Cursor::new(stream, file_bytes, MAX_HEADER_BYTES)?;
        let version = prelude(&mut cursor)?;
        let tensor_count = cursor.u64()?;
        let metadata_count = cursor.u64()?;
        let metadata = Metadata::read(&mut cursor, metadata_count)?;
        let alignment = alignment(&metadata)?;
        let (tensors, data_bytes) = tensor::read(&mut cursor, tensor_count, alignment)?;

        let data_offset = cursor.position().next_multiple_of(alignment);
        let end = if tensors.is_empty() { cursor.position() } else { data_offset + data_bytes };
        if end > file_bytes {
            return Err(GgufError::Truncated { actual_bytes: file_bytes, missing_bytes: end - file_bytes });
        }
        Ok(Self { version, file_bytes, data_offset, alignment, metadata, tensors })
    }

    /// Version of the format: 2 or 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Size of the whole file in bytes.
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Where the tensors' data begins, in bytes from the start of the file.
    pub fn data_offset(&self) -> u64 {
        self.data_offset
    }

    /// Every tensor begins at a multiple of this many bytes.
    pub fn alignment(&self) -> u64 {
        self.alignment
    }

    /// The key-value pairs.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The tensors, in the order of their data.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}

/// Magic and version.
fn prelude<R: Read + Seek>(cursor: &mut Cursor<R>) -> Result<u32, GgufError> {
    let magic_bytes = cursor.file_bytes().min(4);
    let found = cursor.vec(magic_bytes)?;
    if !b"GGUF".starts_with(&found) || found.is_empty() {
        return Err(GgufError::NotGguf { found });
    }
    if found.len() < 4 {
        // The beginning of the magic and nothing more: a download that has only just begun.
        return Err(GgufError::Truncated { actual_bytes: magic_bytes, missing_bytes: 4 - magic_bytes });
    }
    match cursor.u32()? {
        version @ (2 | 3) => Ok(version),
        // As `gguf.cpp` tells it: the low half of a small number of the other byte order is empty.
        swapped if swapped != 0 && swapped.trailing_zeros() >= 16 => Err(Unsupported::BigEndian.into()),
        // Versions are counted up one by one: such a number is noise behind a magic, not a newer format.
        version if version > u32::from(u16::MAX) => Err(Lie::BadVersion(version).into()),
        version => Err(Unsupported::Version(version).into()),
    }
}

fn alignment(metadata: &Metadata) -> Result<u64, GgufError> {
    let key = "general.alignment";
    match metadata.get(key) {
        None => Ok(DEFAULT_ALIGNMENT),
        Some(Value::Unsigned(alignment)) if alignment.is_power_of_two() && *alignment <= MAX_ALIGNMENT => {
            Ok(*alignment)
        }
        Some(_) => Err(Lie::BadValue { key: key.to_owned(), expected: "a power of two up to 1,048,576" }.into()),
    }
}
