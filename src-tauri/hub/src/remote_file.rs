//! A file that lies on the Hub.

use serde::{Deserialize, Serialize};

use crate::{FileName, Sha256};

/// A file of a repository, at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteFile {
    /// Its path in the repository.
    pub name: FileName,
    /// Its size, if the Hub said it.
    pub size_bytes: Option<u64>,
    /// What its content must hash to. The Hub says it of large files (those in its LFS), and so of every model.
    pub sha256: Option<Sha256>,
}
