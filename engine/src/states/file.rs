//! A KV state as a file.
//!
//! ```text
//! magic "HEARTHKV", version (u32), length of the key (u32), number of tokens (u32), length of the state (u64),
//! CRC-32 of the state (u32), the key, the tokens (i32 each), CRC-32 of all so far (u32), the state
//! ```
//!
//! Numbers are little-endian. A file is written under another name, synced and then given its own, so one that bears
//! its name is whole; the checksums are for what disks do afterwards.

use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::Path,
};

use super::{State, StateKey};
use crate::llama::{Interrupt, Token};

const MAGIC: &[u8; 8] = b"HEARTHKV";
const VERSION: u32 = 1;
const FIXED_BYTES: usize = 32;
const LONGEST_KEY_BYTES: usize = 64 << 10;
const MOST_TOKENS: usize = 1 << 24;

/// Each such piece is a step of work.
const PIECE_BYTES: usize = 4 << 20;

/// So much is given to the disk at a time, so that no single step takes long.
const SYNC_BYTES: usize = 64 << 20;

/// Why a file is no state that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("it cannot be read or written")]
    Io(#[from] io::Error),
    #[error("it is damaged")]
    Damaged,
    #[error("no memory for it")]
    OutOfMemory,
}

/// What a file says of itself.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) key: String,
    pub(super) tokens: Vec<Token>,
    data_bytes: u64,
    data_crc: u32,
}

/// How long the file of a state is, in bytes.
pub(super) fn length(key: &StateKey, state: &State) -> u64 {
    (FIXED_BYTES + key.text().len() + 4 * state.tokens.len() + 4 + state.data.len()) as u64
}

/// Writes the state under a name for the time being and then gives it `path`. The folder must be there.
pub(super) fn write(
    path: &Path,
    temporary: &Path,
    key: &StateKey,
    state: &State,
    interrupt: &Interrupt,
) -> io::Result<()> {
    let written = write_temporary(temporary, key, state, interrupt).and_then(|()| fs::rename(temporary, path));
    if written.is_err() {
        // What cannot be written may not be there to be removed.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write_temporary(path: &Path, key: &StateKey, state: &State, interrupt: &Interrupt) -> io::Result<()> {
    let mut head = Vec::with_capacity(FIXED_BYTES + key.text().len() + 4 * state.tokens.len() + 4);
    head.extend_from_slice(MAGIC);
    let small = |length: usize| u32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput);
    for number in [VERSION, small(key.text().len())?, small(state.tokens.len())?] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.extend_from_slice(&(state.data.len() as u64).to_le_bytes());
    head.extend_from_slice(&crc32fast::hash(&state.data).to_le_bytes());
    head.extend_from_slice(key.text().as_bytes());
    head.extend(state.tokens.iter().flat_map(|token| token.id().to_le_bytes()));
    head.extend_from_slice(&crc32fast::hash(&head).to_le_bytes());

    let mut file = File::create(path)?;
    file.write_all(&head)?;
    let mut unsynced = 0;
    for piece in state.data.chunks(PIECE_BYTES) {
        file.write_all(piece)?;
        unsynced += piece.len();
        if unsynced >= SYNC_BYTES {
            file.sync_data()?;
            unsynced = 0;
        }
        interrupt.count_step();
    }
    file.sync_all()
}

/// Reads all but the state itself.
pub(super) fn read_head(path: &Path) -> Result<Head, FileError> {
    read_head_of(&mut File::open(path)?)
}

fn read_head_of(file: &mut File) -> Result<Head, FileError> {
    let length = file.metadata()?.len();
    let mut head = vec![0; FIXED_BYTES];
    read_exact(file, &mut head)?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (key_bytes, tokens) = (number(12) as usize, number(16) as usize);
    let data_bytes = u64::from(number(20)) | u64::from(number(24)) << 32;
    let data_crc = number(28);
    if !head.starts_with(MAGIC) || number(8) != VERSION || key_bytes > LONGEST_KEY_BYTES || tokens > MOST_TOKENS {
        return Err(FileError::Damaged);
    }
    let head_bytes = FIXED_BYTES + key_bytes + 4 * tokens;
    if length != (head_bytes + 4) as u64 + data_bytes {
        return Err(FileError::Damaged);
    }
    head.resize(head_bytes, 0);
    read_exact(file, &mut head[FIXED_BYTES..])?;
    let mut crc = [0; 4];
    read_exact(file, &mut crc)?;
    if crc32fast::hash(&head) != u32::from_le_bytes(crc) {
        return Err(FileError::Damaged);
    }
    let (key, ids) = head[FIXED_BYTES..].split_at(key_bytes);
    let key = String::from_utf8(key.to_vec()).map_err(|_| FileError::Damaged)?;
    let ids = ids.chunks_exact(4).map(|id| i32::from_le_bytes([id[0], id[1], id[2], id[3]]));
    Ok(Head { key, tokens: ids.map(Token::of_id).collect(), data_bytes, data_crc })
}

/// Reads a state whose head was read before; one that has become another since is damaged.
pub(super) fn read(path: &Path, tokens: &[Token], interrupt: &Interrupt) -> Result<State, FileError> {
    let mut file = File::open(path)?;
    let head = read_head_of(&mut file)?;
    let length = usize::try_from(head.data_bytes).map_err(|_| FileError::OutOfMemory)?;
    if head.tokens != tokens {
        return Err(FileError::Damaged);
    }
    let mut data = Vec::new();
    data.try_reserve_exact(length).map_err(|_| FileError::OutOfMemory)?;
    let mut hasher = crc32fast::Hasher::new();
    while data.len() < length {
        let start = data.len();
        data.resize(length.min(start + PIECE_BYTES), 0);
        read_exact(&mut file, &mut data[start..])?;
        hasher.update(&data[start..]);
        interrupt.count_step();
    }
    if hasher.finalize() != head.data_crc {
        return Err(FileError::Damaged);
    }
    Ok(State { tokens: head.tokens, data })
}

/// A file that is too short is damaged, not unreadable.
fn read_exact(file: &mut File, into: &mut [u8]) -> Result<(), FileError> {
    file.read_exact(into).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => FileError::Damaged,
        _ => FileError::Io(error),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state() -> State {
        State { tokens: (5..45).map(Token::of_id).collect(), data: (0..3000_u32).map(|n| (n % 251) as u8).collect() }
    }

    fn written() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.kv");
        let key = StateKey::of_text("key");
        write(&path, &folder.path().join("a.part"), &key, &state(), &Interrupt::default()).expect("written");
        assert_eq!(fs::metadata(&path).expect("there").len(), length(&key, &state()));
        (folder, path)
    }

    #[test]
    fn what_was_written_is_what_is_read() {
        let (folder, path) = written();
        let head = read_head(&path).expect("a head");
        assert_eq!((head.key.as_str(), &head.tokens), ("key", &state().tokens));
        let read = read(&path, &head.tokens, &Interrupt::default()).expect("a state");
        assert_eq!((read.tokens, read.data), (state().tokens, state().data));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn a_folder_that_has_gone_is_not_made_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = folder.path().join("gone");
        let key = StateKey::of_text("key");
        write(&gone.join("a.kv"), &gone.join("a.part"), &key, &state(), &Interrupt::default()).expect_err("gone");
        assert!(!gone.exists());
    }

    proptest! {
        #[test]
        fn no_bit_may_turn_and_no_byte_may_be_missing(at in 0_usize..3199, bit in 0_u8..8, cut in 1_usize..3199) {
            let (_folder, path) = written();
            let whole = fs::read(&path).expect("readable");
            let mut turned = whole.clone();
            turned[at % whole.len()] ^= 1 << bit;
            for damaged in [&turned[..], &whole[..whole.len() - cut.min(whole.len())]] {
                fs::write(&path, damaged).expect("written");
                let read = read_head(&path).and_then(|head| read(&path, &head.tokens, &Interrupt::default()));
                prop_assert!(read.is_err());
            }
        }
    }
}
