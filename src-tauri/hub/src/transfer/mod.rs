//! Transfers that never break: one file from the Hub, whole and verified, through whatever the network does.
//!
//! A file is fetched in segments over several connections into one file of its full length. A segment that is on the disk is
//! written down in a [`Journal`] and never fetched again, whatever ends the transfer: whoever drops the future of [`run()`]
//! pauses it, and so does `kill -9`. The SHA-256 is computed while the segments arrive and compared with the Hub's before
//! anybody may use the file.
//!
//! What a passing trouble is (no network, a busy server, a login page) is waited out for as long as it takes. What is not (no
//! such file, no right to it, a full disk) ends the transfer, and nothing that was fetched is lost.
//!
//! Who does what:
//!
//! ```text
//!  board     which segments are missing, on their way, done   shared by all
//!  fetchers  take a run of segments and ask for it            one for each connection
//!  writer    puts what comes into the file                    a thread of its own
//!  hasher    goes through the file from its beginning         a thread of its own
//!  keeper    writes finished and lost segments into the journal, which nobody else touches
//! ```
//!
//! A segment is in the journal as soon as the system has its bytes, so a kill costs none. A power cut may take bytes that
//! the journal speaks of: therefore the next transfer compares each of its segments with the CRC-32 that is there, and
//! fetches again what is another. Only a file that is whole is waited for until it is on the disk for good.

mod backoff;
mod board;
mod disk;
mod fetch;
mod hasher;
mod hold;
mod keeper;
mod pace;
mod ramp;
mod remote;
mod reply;
mod run;
mod segments;
mod status;
mod writer;

use std::{io, path::PathBuf, time::Duration};

use futures::future::BoxFuture;
use url::Url;

pub use hold::{Hold, Released, hold};
pub use run::run;
pub use segments::{SegmentDone, Segments};

use crate::{digest::Sha256, error::Refusal};

/// A file to be fetched.
#[derive(Debug, Clone)]
pub struct Job {
    /// The Hub's address of the file at a commit (`/{repository}/resolve/{commit}/{path}`): what it stands for never changes.
    pub url: Url,
    /// Where to write. Not the file's own name: that it gets when it is whole.
    pub partial: PathBuf,
    /// What the Hub says that the file is.
    pub expected: Expected,
    /// What is there already. A journal's entries, if the partial file is still the one that they speak of.
    pub segments: Segments,
    /// Most connections at a time.
    pub connections: u32,
    /// Lives as long as anything of the transfer may touch the file.
    pub hold: Hold,
}

/// What a file must be when it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Its length.
    pub size_bytes: u64,
    /// Its SHA-256.
    pub sha256: Sha256,
}

/// Remembers which segments are in the file. It is asked for one thing at a time.
pub trait Journal: Send + Sync {
    /// These are in the file, though a power cut may still take them. Resolves once that is written down.
    fn done<'journal>(&'journal self, segments: &'journal [SegmentDone]) -> BoxFuture<'journal, io::Result<()>>;

    /// This one is not what it was.
    fn lost(&self, segment: u32) -> BoxFuture<'_, io::Result<()>>;
}

/// How a transfer is getting on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Bytes of the file that are there, those of unfinished segments included.
    pub received_bytes: u64,
    /// What is being done.
    pub phase: Phase,
}

/// What a transfer is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Asking where the file is.
    Connecting,
    /// Bytes come.
    Receiving,
    /// None come, and it will be tried again by itself.
    Waiting {
        /// Why.
        trouble: Trouble,
        /// How long until the next try.
        retry_after: Duration,
    },
    /// All bytes are there; what remains of the check.
    Verifying,
}

/// Why a transfer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, or one that says nothing any more.
    Network,
    /// A login page, or something else that is not the Hub.
    LoginPage,
    /// The Hub asks for it.
    RateLimit,
    /// The Hub has trouble of its own, or replies that make no sense.
    Server,
}

/// Why a transfer cannot go on by itself. What was fetched stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The Hub says no.
    #[error("the Hub refuses the file")]
    Refused(#[source] Refusal),
    /// The file at this address is another now.
    #[error("the Hub has another file under this name")]
    Changed,
    /// Every reply is useless, for too many in a row.
    #[error("the server's replies are of no use: {0}")]
    Unusable(&'static str),
    /// All bytes came, more than once, and are not what the Hub says that they are.
    #[error("what the server sends is not what the Hub announces")]
    Corrupt,
    /// Another program, or another transfer, is writing the file.
    #[error("the file is being written by another program")]
    InUse(#[source] io::Error),
    /// No room.
    #[error("the disk is full")]
    DiskFull(#[source] io::Error),
    /// The disk could hold it, but its file system has no files of this length (FAT32: 4 GiB).
    #[error("the file system takes no file that large")]
    TooLarge(#[source] io::Error),
    /// The disk.
    #[error("the file cannot be written")]
    Disk(#[source] io::Error),
    /// What the journal says.
    #[error("what was fetched cannot be written down")]
    Journal(#[source] io::Error),
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(error),
            io::ErrorKind::FileTooLarge => Self::TooLarge(error),
            io::ErrorKind::ResourceBusy => Self::InUse(error),
            _ => Self::Disk(error),
        }
    }
}
