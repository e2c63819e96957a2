//! What is in a file of a repository.

use std::{
    fs, io,
    io::Read as _,
    ops::Range,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// Read and sent in one piece.
pub(crate) const CHUNK_BYTES: u64 = 512 * 1024;

/// Bytes with the names that they go by.
#[derive(Debug, Clone)]
pub struct Content {
    place: Place,
    size_bytes: u64,
    sha256: String,
    git_oid: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    Memory(Bytes),
    Disk(PathBuf),
    /// Only known to be there: of a repository that is listed, not served.
    Elsewhere,
}

impl Content {
    /// These very bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let size_bytes = bytes.len() as u64;
        let mut names = Names::of(size_bytes);
        names.update(&bytes);
        names.content(Place::Memory(bytes), size_bytes)
    }

    /// A file on disk, which is read now for its names and again each time it is asked for. It must stay as it is.
    pub fn disk(path: &Path) -> io::Result<Self> {
        let mut file = fs::File::open(path)?;
        let size_bytes = file.metadata()?.len();
        let mut names = Names::of(size_bytes);
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(names.content(Place::Disk(path.to_owned()), size_bytes));
            }
            names.update(&buffer[..read]);
        }
    }

    /// Bytes that look like noise and are the same for the same seed: every mix-up of positions shows.
    pub fn noise(seed: u64, size_bytes: usize) -> Self {
        let mut bytes = Vec::with_capacity(size_bytes + 8);
        let mut chance = crate::chance::Chance::of(seed);
        while bytes.len() < size_bytes {
            bytes.extend_from_slice(&chance.next().to_le_bytes());
        }
        bytes.truncate(size_bytes);
        Self::bytes(bytes)
    }

    /// A file that has a size and names, made from `seed`, and cannot be downloaded.
    pub fn elsewhere(seed: &str, size_bytes: u64) -> Self {
        let mut names = Names::of(size_bytes);
        names.update(seed.as_bytes());
        names.content(Place::Elsewhere, size_bytes)
    }

    /// How large the file is.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// SHA-256 of the bytes, as 64 hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Git's name of the file (SHA-1 over a header and the bytes), as 40 hexadecimal digits.
    pub fn git_oid(&self) -> &str {
        &self.git_oid
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// A part of it in memory. For what has to be looked at whole, such as compressing it.
    pub(crate) fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        match &self.place {
            Place::Memory(bytes) => Ok(bytes.slice(to_usize(range.start)..to_usize(range.end))),
            Place::Disk(path) => read_part(&mut fs::File::open(path)?, range),
            Place::Elsewhere => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Reads a part of an open file.
pub(crate) fn read_part(file: &mut fs::File, range: Range<u64>) -> io::Result<Bytes> {
    use std::io::Seek as _;

    let wanted = range.end - range.start;
    file.seek(io::SeekFrom::Start(range.start))?;
    let mut part = Vec::with_capacity(to_usize(wanted));
    file.take(wanted).read_to_end(&mut part)?;
    Ok(part.into())
}

/// Positions in files are `u64`, in memory `usize`; what is in memory fits.
pub(crate) fn to_usize(position: u64) -> usize {
    usize::try_from(position).expect("a position in something that is in memory")
}

struct Names {
    sha256: Sha256,
    git: Sha1,
}

impl Names {
    fn of(size_bytes: u64) -> Self {
        Self { sha256: Sha256::new(), git: Sha1::new().chain_update(format!("blob {size_bytes}\0")) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.git.update(bytes);
    }

    fn content(self, place: Place, size_bytes: u64) -> Content {
        Content { place, size_bytes, sha256: hex(&self.sha256.finalize()), git_oid: hex(&self.git.finalize()) }
    }
}

/// As lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

/// A name as Git gives them: 40 hexadecimal digits that depend on the text alone.
pub(crate) fn oid_of(text: &str) -> String {
    hex(&Sha1::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_by_the_name_that_git_gives_it() {
        assert_eq!(
            Content::bytes("what is up, doc?").git_oid(),
            "bd9dbf5aae1a3862dd1526723246b20206e5fc37",
            "the example of the Pro Git book"
        );
    }

    #[test]
    fn noise_is_the_same_for_the_same_seed_only() {
        assert_eq!(Content::noise(7, 1001).sha256(), Content::noise(7, 1001).sha256());
        assert_ne!(Content::noise(7, 1001).sha256(), Content::noise(8, 1001).sha256());
        assert_eq!(Content::noise(7, 1001).size_bytes(), 1001);
    }
}
