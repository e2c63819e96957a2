//! A cache in the Hugging Face layout, as `huggingface_hub` writes it: contents once in `blobs`, and for each commit a
//! folder of `snapshots` with the files' names, which link to the blobs. `refs` says which commit a branch was at.

mod partials;
mod place;

use std::path::{Path, PathBuf};

use crate::{
    repo::{Commit, Etag, FilePath, Repo, Revision},
    small,
};

pub use partials::Partial;

/// Behind the ETag of contents that are not whole.
const PARTIAL_ENDING: &str = ".hearth.incomplete";

/// A cache. It need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache in this folder.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything of one repository.
    pub fn repo_folder(&self, repo: &Repo) -> PathBuf {
        self.root.join(repo.folder())
    }

    /// Where whole contents lie, under nobody's name yet.
    pub fn blob_path(&self, repo: &Repo, etag: &Etag) -> PathBuf {
        self.repo_folder(repo).join("blobs").join(etag.to_string())
    }

    /// Where contents grow. Its name ends as `huggingface_hub`'s own do, so that tools that clean up know it for what it
    /// is; but it is not `<etag>.incomplete`, which older clients take up where its length ends: in a file that is
    /// preallocated and filled from several ends they would take holes for contents.
    pub fn partial_path(&self, repo: &Repo, etag: &Etag) -> PathBuf {
        self.repo_folder(repo).join("blobs").join(format!("{etag}{PARTIAL_ENDING}"))
    }

    /// Where a file of a commit is found by everybody.
    pub fn pointer_path(&self, repo: &Repo, commit: &Commit, path: &FilePath) -> PathBuf {
        self.repo_folder(repo).join("snapshots").join(commit.to_string()).join(path.to_path())
    }

    /// A file of a commit, if it is here whole.
    pub fn find(&self, repo: &Repo, commit: &Commit, path: &FilePath) -> Option<PathBuf> {
        Some(self.pointer_path(repo, commit, path)).filter(|pointer| pointer.is_file())
    }

    /// The commit that a branch or tag was at when it was last asked for.
    pub fn commit_of(&self, repo: &Repo, revision: &Revision) -> Option<Commit> {
        let path = self.repo_folder(repo).join("refs").join(revision.to_path());
        small::text(&path)?.trim().parse().ok()
    }
}
