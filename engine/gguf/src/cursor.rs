//! Reading forward through a header, never past the file's end nor past the limit.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::error::{GgufError, Lie};

const BUFFER_BYTES: usize = 64 * 1024;

/// The position in a header. Every length a file claims is held against the file's size and the header's limit
/// before a byte is read or reserved for it.
pub(crate) struct Cursor<R> {
    stream: BufReader<R>,
    position: u64,
    file_bytes: u64,
    limit_bytes: u64,
}

impl<R: Read + Seek> Cursor<R> {
    /// Starts at the beginning of a stream of `file_bytes`.
    pub(crate) fn new(mut stream: R, file_bytes: u64, limit_bytes: u64) -> Result<Self, GgufError> {
        stream.seek(SeekFrom::Start(0)).map_err(GgufError::Unreadable)?;
        Ok(Self { stream: BufReader::with_capacity(BUFFER_BYTES, stream), position: 0, file_bytes, limit_bytes })
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    pub(crate) fn u32(&mut self) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A string: its length, then its bytes. The length has been held against the file's size when it is reserved.
    pub(crate) fn string(&mut self) -> Result<Vec<u8>, GgufError> {
        let length = self.u64()?;
        self.vec(length)
    }

    /// The next `length` bytes.
    pub(crate) fn vec(&mut self, length: u64) -> Result<Vec<u8>, GgufError> {
        self.claim(length)?;
        let length = usize::try_from(length).map_err(|_| too_large(length, self.limit_bytes))?;
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Passes over `length` bytes.
    pub(crate) fn skip(&mut self, length: u64) -> Result<(), GgufError> {
        self.claim(length)?;
        let offset = i64::try_from(length).map_err(|_| too_large(length, self.limit_bytes))?;
        self.stream.seek_relative(offset).map_err(GgufError::Unreadable)?;
        self.position += length;
        Ok(())
    }

    /// Passes over `count` strings, each with its length before it. Most of a header is vocabulary, and most of the
    /// time goes here: strings that lie whole in the buffer are passed over without a call each.
    pub(crate) fn skip_strings(&mut self, count: u64) -> Result<(), GgufError> {
        let mut remaining = count;
        while remaining > 0 {
            let buffer = self.stream.fill_buf().map_err(GgufError::Unreadable)?;
            let mut passed = 0;
            while remaining > 0
                && let Some(rest) = buffer.get(passed..)
                && let Some((length, rest)) = rest.split_first_chunk::<8>()
                && let Ok(length) = usize::try_from(u64::from_le_bytes(*length))
                && length <= rest.len()
            {
                passed += 8 + length;
                remaining -= 1;
            }
            self.claim(passed as u64)?;
            self.stream.consume(passed);
            self.position += passed as u64;
            if remaining > 0 {
                let length = self.u64()?;
                self.skip(length)?;
                remaining -= 1;
            }
        }
        Ok(())
    }

    /// Refuses what lies past the limit or past the end of the file.
    fn claim(&self, length: u64) -> Result<(), GgufError> {
        let end = self.position.checked_add(length).filter(|end| *end <= self.limit_bytes);
        let Some(end) = end else {
            return Err(too_large(self.position.saturating_add(length), self.limit_bytes));
        };
        if end > self.file_bytes {
            return Err(GgufError::Truncated { actual_bytes: self.file_bytes, missing_bytes: end - self.file_bytes });
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), GgufError> {
        self.stream.read_exact(bytes).map_err(|error| match error.kind() {
            // The file has become shorter since its size was asked for.
            io::ErrorKind::UnexpectedEof => {
                GgufError::Truncated { actual_bytes: self.position, missing_bytes: bytes.len() as u64 }
            }
            _ => GgufError::Unreadable(error),
        })?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}

fn too_large(claimed: u64, limit: u64) -> GgufError {
    Lie::TooMuch { what: "bytes of header", claimed, limit }.into()
}
