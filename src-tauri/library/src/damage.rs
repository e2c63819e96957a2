//! Whether a model can be used, and what is wrong if it cannot.

use std::io;

use hearth_gguf::{GgufError, Unsupported};

/// Whether a model can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The safe check has passed it.
    Ready,
    /// It was whole once, or should have been: fetching it again mends it.
    Damaged {
        /// What is wrong.
        what: Damage,
    },
    /// There is nothing wrong with it, but it is no model that Hearth can chat with.
    Foreign {
        /// What it is.
        what: Foreign,
    },
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A link, a manifest or a description leads to a file that is not there.
    #[error("the file is gone")]
    Gone,
    /// It is there but cannot be read.
    #[error("the file cannot be read: {why}")]
    Unreadable {
        /// What the system says.
        why: io::ErrorKind,
    },
    /// Its beginning is not that of a GGUF file, as when a web page was saved in its place.
    #[error("the file is no GGUF file")]
    NotGguf,
    /// It ends too early, as after an interrupted download.
    #[error("at least {missing_bytes} bytes are missing at its end")]
    CutShort {
        /// Exact when the whole header is there.
        missing_bytes: u64,
    },
    /// Its header contradicts itself.
    #[error("{why}")]
    Contradictory {
        /// For Details.
        why: String,
    },
    /// Parts of a split model are not there.
    #[error("parts {missing:?} of {count} are missing")]
    MissingParts {
        /// Counted from 1.
        missing: Vec<u32>,
        /// Parts in all.
        count: u32,
    },
}

/// What a sound file is instead of a model to chat with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// E.g. one that compares texts, an adapter, a projector without its model.
    #[error("{what}")]
    OtherKind {
        /// In words.
        what: &'static str,
    },
    /// For machines with the other byte order.
    #[error("made for machines of another kind")]
    BigEndian,
    /// It needs a newer Hearth, or one built for larger models.
    #[error("{why}")]
    BeyondThisVersion {
        /// For Details.
        why: String,
    },
}

impl From<&GgufError> for State {
    fn from(error: &GgufError) -> Self {
        let damaged = |what| Self::Damaged { what };
        match error {
            GgufError::Missing(error) if error.kind() == io::ErrorKind::NotFound => damaged(Damage::Gone),
            GgufError::Missing(error) | GgufError::Unreadable(error) => {
                damaged(Damage::Unreadable { why: error.kind() })
            }
            GgufError::NotAFile | GgufError::NotGguf { .. } => damaged(Damage::NotGguf),
            GgufError::Truncated { missing_bytes, .. } => damaged(Damage::CutShort { missing_bytes: *missing_bytes }),
            GgufError::PartMissing { number, count } => {
                damaged(Damage::MissingParts { missing: vec![number + 1], count: *count })
            }
            GgufError::Lying(lie) => damaged(Damage::Contradictory { why: lie.to_string() }),
            GgufError::Unsupported(Unsupported::PartOfSplit { number, count }) => {
                let missing = (0..*count).filter(|part| part != number).map(|part| part + 1).collect();
                damaged(Damage::MissingParts { missing, count: *count })
            }
            GgufError::Unsupported(Unsupported::NotATextModel(what)) => {
                Self::Foreign { what: Foreign::OtherKind { what } }
            }
            GgufError::Unsupported(Unsupported::BigEndian) => Self::Foreign { what: Foreign::BigEndian },
            GgufError::Unsupported(other) => {
                Self::Foreign { what: Foreign::BeyondThisVersion { why: other.to_string() } }
            }
        }
    }
}
