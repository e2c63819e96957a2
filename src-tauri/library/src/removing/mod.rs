//! Taking a model away, and giving it back.
//!
//! Two wishes contradict each other: space that is free at once, and a deletion that can be undone. No system frees the
//! bytes of a file that can still come back, and fetching a model again is no undo for a person in a train. So a removed
//! model is set aside on its own volume, under a name nobody looks at, for as long as the app is open, and:
//!
//! - everywhere in Hearth its bytes count as free ([`Bin::held_bytes`]), and whoever needs them (a download about to
//!   start on that volume) empties the bin first: for what a person does in Hearth, the space is free at once;
//! - [`Bin::empty`] frees it for other programs right away, for the person who asks for that;
//! - closing the app empties the bin, and so does the next start if it was killed ([`Bin::open`]).
//!
//! What the app says is therefore "2.5 GB, free when Hearth is closed", with "Undo" and "Free now".
//!
//! Only what nobody else refers to is taken: a blob stays as long as another snapshot, another tag or another program's
//! link leads to it, and a file with names elsewhere frees nothing. [`Removal`] says all that beforehand.

mod bin;
mod plan;
mod record;

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::found::Source;

pub use bin::{Bin, Removed};
pub use plan::Removal;
pub use record::RemovalId;

/// Somebody else who has the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sharing {
    /// Another snapshot, tag or program. What it needs stays.
    Place {
        /// Whose.
        source: Source,
        /// How it names the file.
        path: PathBuf,
    },
    /// The file has, or may have, further names that were not found: hard links, or manifests and folders that cannot
    /// be read. Removing this one frees nothing.
    UnknownName {
        /// The name that goes.
        path: PathBuf,
    },
    /// What goes is a link or a description; the file it leads to is in no folder of a known program, and stays.
    LinkTarget {
        /// Where the file is.
        path: PathBuf,
    },
}

/// Why a model could not be removed or given back. After a failed removal everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The system refuses, e.g. because the files belong to another user.
    #[error("{path:?} cannot be changed")]
    Io {
        /// What was being worked on.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It has been given back or freed before, or another program has cleaned up what was set aside.
    #[error("nothing is kept of this removal any more")]
    NotKept,
}

impl RemoveError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}
