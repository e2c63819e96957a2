//! The Hub's names and the cache's: the same things by two sets of rules, one for what is asked for, one for what old
//! caches hold.

use hearth_hub::{FileName, RepoId, Sha256};
use hearth_library::{BadName, Commit, Etag, FilePath, Place, Repo, Revision, Source};

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

/// The repository that a model came from, as far as its program tells. LM Studio tells by its folders.
pub(crate) fn repo_of_place(place: &Place) -> Option<RepoId> {
    match &place.source {
        Source::HuggingFaceCache { repo, .. } | Source::LlamaCpp { repo: Some(repo) } => repo_id(repo),
        Source::LmStudio => {
            let folder = place.files.first()?.parent()?;
            let (name, owner) = (folder.file_name()?.to_str()?, folder.parent()?.file_name()?.to_str()?);
            format!("{owner}/{name}").parse().ok()
        }
        Source::Ollama { .. } | Source::Jan | Source::Gpt4All | Source::LlamaCpp { repo: None } | Source::Folder => {
            None
        }
    }
}

/// The path in its repository of a place's first file, where that is known: what lies below the snapshot's folder, or
/// the name alone where a program keeps no folders.
pub(crate) fn file_in_repo(place: &Place) -> Option<FileName> {
    let path = place.files.first()?;
    let commit = match &place.source {
        Source::HuggingFaceCache { commit, .. } => Some(commit.to_string()),
        _ => None,
    };
    let Some(commit) = commit else { return path.file_name()?.to_str()?.parse().ok() };
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    // From the end: a folder above may be called like a commit too.
    let snapshot = parts.iter().rposition(|part| *part == commit)?;
    parts[snapshot + 1..].join("/").parse().ok()
}
