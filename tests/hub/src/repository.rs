//! A model's repository: what it says of itself, and its files through all commits.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::content::{Content, oid_of};

/// Who may download. Everybody may see that it is there and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gate {
    /// Everybody.
    #[default]
    Open,
    /// Who has accepted the conditions; access follows by itself.
    Auto,
    /// Whom the author has let in.
    Manual,
}

/// Where a file's bytes lie, which decides the way to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In Git itself: served by the Hub, named by Git's SHA-1.
    Plain,
    /// In the large file storage: served by the CDN, named by SHA-256.
    Lfs,
}

/// A file in a commit.
#[derive(Debug, Clone)]
pub struct File {
    /// What is in it.
    pub content: Content,
    /// Where it lies.
    pub storage: Storage,
}

/// A state of the repository.
#[derive(Debug, Clone)]
pub struct Commit {
    /// 40 hexadecimal digits.
    pub sha: String,
    /// By path, with slashes.
    pub files: BTreeMap<String, File>,
}

/// A model's repository. Fields that the Hub would leave out are `None`.
#[derive(Debug, Clone)]
pub struct Repository {
    /// `owner/name`.
    pub id: String,
    /// Whom it asks for conditions.
    pub gate: Gate,
    /// Nobody but its owner knows of it.
    pub is_private: bool,
    /// As they are shown and searched for, `gguf` or `license:mit`.
    pub tags: Vec<String>,
    /// `text-generation`, for one.
    pub pipeline_tag: Option<String>,
    /// `transformers`, for one.
    pub library_name: Option<String>,
    /// What the Hub read from the GGUF files: `total`, `architecture`, `context_length`, `chat_template`.
    pub gguf: Option<Value>,
    /// What the Hub read from the safetensors files: `parameters` by type, `total`.
    pub safetensors: Option<Value>,
    /// What the Hub read from `config.json`.
    pub config: Option<Value>,
    /// What the head of the README says, as JSON.
    pub card_data: Option<Value>,
    /// In the last 30 days.
    pub downloads: u64,
    /// Of all time.
    pub likes: u64,
    /// Higher is more talked about.
    pub trending_score: u64,
    /// As the Hub writes it: `2026-04-01T00:00:00.000Z`.
    pub created_at: String,
    /// As `created_at`.
    pub last_modified: String,
    /// Oldest first.
    older: Vec<Commit>,
    newest: Commit,
}

impl Repository {
    /// A public one with an empty first commit.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            gate: Gate::Open,
            is_private: false,
            tags: Vec::new(),
            pipeline_tag: None,
            library_name: None,
            gguf: None,
            safetensors: None,
            config: None,
            card_data: None,
            downloads: 0,
            likes: 0,
            trending_score: 0,
            created_at: "2026-01-01T00:00:00.000Z".to_owned(),
            last_modified: "2026-01-01T00:00:00.000Z".to_owned(),
            older: Vec::new(),
            newest: Commit { sha: oid_of(id), files: BTreeMap::new() },
        }
    }

    /// Puts a small file into the newest commit.
    #[must_use]
    pub fn with_plain(self, path: &str, content: impl Into<bytes::Bytes>) -> Self {
        self.with_file(path, File { content: Content::bytes(content), storage: Storage::Plain })
    }

    /// Puts a large file into the newest commit.
    #[must_use]
    pub fn with_lfs(self, path: &str, content: Content) -> Self {
        self.with_file(path, File { content, storage: Storage::Lfs })
    }

    /// Puts a file into the newest commit.
    #[must_use]
    pub fn with_file(mut self, path: &str, file: File) -> Self {
        self.newest.files.insert(path.to_owned(), file);
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn with_tags(mut self, tags: &[&str]) -> Self {
        self.tags.extend(tags.iter().map(|&tag| tag.to_owned()));
        self
    }

    /// Sets whom it asks for conditions.
    #[must_use]
    pub fn with_gate(mut self, gate: Gate) -> Self {
        self.gate = gate;
        self
    }

    /// Sets the newest commit's name, to that of a real repository.
    #[must_use]
    pub fn with_commit(mut self, sha: &str) -> Self {
        sha.clone_into(&mut self.newest.sha);
        self
    }

    /// Makes a new commit in which one file is another. Older commits stay reachable by their names.
    pub fn replace(&mut self, path: &str, file: File) {
        let mut files = self.newest.files.clone();
        let sha = oid_of(&format!("{}{path}{}", self.newest.sha, file.content.sha256()));
        files.insert(path.to_owned(), file);
        self.older.push(std::mem::replace(&mut self.newest, Commit { sha, files }));
    }

    /// What `main` points at.
    pub fn newest(&self) -> &Commit {
        &self.newest
    }

    /// The commit of a branch (there is only `main`) or of a commit's name.
    pub fn revision(&self, revision: &str) -> Option<&Commit> {
        match revision {
            "main" | "refs/heads/main" => Some(self.newest()),
            sha => self.commits().find(|commit| commit.sha == sha),
        }
    }

    fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.older.iter().chain([&self.newest])
    }

    /// The part of the id before the slash.
    pub fn owner(&self) -> &str {
        self.id.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// A file of any commit by the SHA-256 of its content, as the CDN knows it.
    pub(crate) fn by_sha256(&self, sha256: &str) -> Option<&Content> {
        let files = self.commits().flat_map(|commit| commit.files.values());
        files.map(|file| &file.content).find(|content| content.sha256() == sha256)
    }
}

impl File {
    /// What the Hub tells of it as the entity tag, without quotes.
    pub fn etag(&self) -> &str {
        match self.storage {
            Storage::Plain => self.content.git_oid(),
            Storage::Lfs => self.content.sha256(),
        }
    }
}
