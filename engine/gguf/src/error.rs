//! Why a file is refused.

use std::io;

/// Why a file is refused. [`GgufError::refusal`] sorts them into what a person can be told.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// There is no file at that path, or it cannot be opened.
    #[error("the file cannot be opened")]
    Missing(#[source] io::Error),
    /// A folder, a pipe or a device.
    #[error("the path does not lead to a regular file")]
    NotAFile,
    /// It was opened, but reading failed (a broken disk, a share that went away).
    #[error("the file cannot be read")]
    Unreadable(#[source] io::Error),
    /// It does not begin with `GGUF`.
    #[error("the file does not begin with GGUF but with {found:02x?}")]
    NotGguf {
        /// Its first bytes, up to four.
        found: Vec<u8>,
    },
    /// The file ends before what it announces.
    #[error("the file has {actual_bytes} bytes, at least {missing_bytes} are missing")]
    Truncated {
        /// Size of the file.
        actual_bytes: u64,
        /// Exact when the whole header is there, else a lower bound.
        missing_bytes: u64,
    },
    /// A part of a model that is spread over several files is not beside the first.
    #[error("part {} of {count} is missing", number + 1)]
    PartMissing {
        /// Counted from 0.
        number: u32,
        /// Parts in all.
        count: u32,
    },
    /// The header contradicts itself or the format.
    #[error("the header is damaged: {0}")]
    Lying(#[from] Lie),
    /// A sound file of a kind that cannot be run.
    #[error("{0}")]
    Unsupported(#[from] Unsupported),
}

/// What the header says that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    /// More metadata entries, tensors or bytes than any real model has.
    #[error("{what}: {claimed} is over the limit of {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// As the header says.
        claimed: u64,
        /// What this reader goes along with.
        limit: u64,
    },
    /// A key or a tensor's name that is empty or not UTF-8.
    #[error("{what} number {index} has no readable name")]
    BadName {
        /// `metadata entry` or `tensor`.
        what: &'static str,
        /// Counted from 0.
        index: u64,
    },
    /// A number that no version of the format will ever have.
    #[error("{0} is no version of the format")]
    BadVersion(u32),
    /// The same key or tensor twice.
    #[error("{what} {name:?} is there twice")]
    Duplicate {
        /// `metadata entry` or `tensor`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A number that stands for no type of value.
    #[error("metadata entry {key:?} has the unknown type {code}")]
    BadValueType {
        /// The entry.
        key: String,
        /// As stored.
        code: u32,
    },
    /// A key that must hold something else.
    #[error("metadata entry {key:?} must be {expected}")]
    BadValue {
        /// The entry.
        key: String,
        /// In words.
        expected: &'static str,
    },
    /// A tensor's shape is impossible.
    #[error("tensor {name:?} has an impossible shape: {why}")]
    BadShape {
        /// The tensor.
        name: String,
        /// In words.
        why: &'static str,
    },
    /// A tensor does not lie where it must: right behind the one before it, aligned.
    #[error("tensor {name:?} lies at {found} instead of {expected}")]
    BadOffset {
        /// The tensor.
        name: String,
        /// As stored, from the start of the data.
        found: u64,
        /// What follows from the tensors before it.
        expected: u64,
    },
}

/// A sound file that this program cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Made for machines with the other byte order.
    #[error("the file is big-endian")]
    BigEndian,
    /// A version of the format this reader does not know.
    #[error("version {0} of the format is not supported")]
    Version(u32),
    /// A tensor type ggml has given up, or one newer than this program.
    #[error("tensor {name:?} has the type {code}, which this version does not know")]
    TensorType {
        /// The tensor.
        name: String,
        /// ggml's number.
        code: u32,
    },
    /// Something other than a model that writes text.
    #[error("the file holds {0}, not a model that writes text")]
    NotATextModel(&'static str),
    /// One part of a model that is spread over several files.
    #[error("the file is part {} of {}", number + 1, count)]
    PartOfSplit {
        /// Counted from 0.
        number: u32,
        /// Parts in all.
        count: u32,
    },
    /// Larger than the native code's own limits.
    #[error("{key} is {value}, more than this version can run")]
    TooLarge {
        /// The metadata entry.
        key: String,
        /// Its value.
        value: u64,
    },
}

/// The five sentences a person can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No file there, or it cannot be opened or read.
    Missing,
    /// A file of some other kind.
    NotGguf,
    /// Cut short, as by an interrupted download.
    Truncated,
    /// Damaged, or made to mislead.
    Lying,
    /// Sound, but not for this program.
    Unsupported,
}

impl GgufError {
    /// Which of the five it is.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Missing(_) | Self::Unreadable(_) => Refusal::Missing,
            Self::NotGguf { .. } | Self::NotAFile => Refusal::NotGguf,
            Self::Truncated { .. } | Self::PartMissing { .. } => Refusal::Truncated,
            Self::Lying(_) => Refusal::Lying,
            Self::Unsupported(_) => Refusal::Unsupported,
        }
    }
}
