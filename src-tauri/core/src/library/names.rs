//! The Hub's names and the cache's: the same things by two sets of rules, one for what is asked for, one for what old
//! caches hold.

use hearth_hub::{RepoId, Sha256};
use hearth_library::{BadName, Commit, Etag, FilePath, Repo, Revision};

use crate::store::downloads::{Wanted, WantedFile};

/// A file of a download, as the cache names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CacheFile {
    pub(crate) repo: Repo,
    pub(crate) revision: Option<Revision>,
    pub(crate) commit: Commit,
    pub(crate) path: FilePath,
    pub(crate) etag: Etag,
}

impl CacheFile {
    pub(crate) fn of(wanted: &Wanted, file: &WantedFile) -> Result<Self, BadName> {
        Ok(Self {
            repo: repo(&wanted.repo)?,
            revision: wanted.revision.as_ref().map(|revision| revision.as_str().parse()).transpose()?,
            commit: wanted.commit.to_string().parse()?,
            path: file.path.as_str().parse()?,
            etag: etag(file.sha256)?,
        })
    }
}

/// Every repository of the Hub can be one of a cache.
pub(crate) fn repo(repo: &RepoId) -> Result<Repo, BadName> {
    repo.as_str().parse()
}

/// A large file is known by the hash of its content.
pub(crate) fn etag(sha256: Sha256) -> Result<Etag, BadName> {
    sha256.to_string().parse()
}

/// Only repositories with an owner can be asked for.
pub(crate) fn repo_id(repo: &Repo) -> Option<RepoId> {
    repo.as_str().parse().ok()
}
