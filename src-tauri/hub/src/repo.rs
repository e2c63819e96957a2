//! Which repository, and which state of it.

use std::{fmt, str::FromStr};

use crate::{as_text::as_text, file_name::check_part};

/// Longest owner and longest name; the Hub's own limit for the latter.
const MAX_PART_BYTES: usize = 96;
const MAX_REVISION_BYTES: usize = 255;

/// `owner/name`, by the Hub's rules (`validate_repo_id` in huggingface_hub).
///
/// The oldest repositories have a name without an owner (`gpt2`). They carry no GGUF, and every text of one word would
/// be one of them: they are refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId {
    text: String,
    owner_bytes: usize,
}

/// Why a text does not name a repository.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum RepoIdError {
    /// There is no `/` in it, or more than one.
    #[error("a repository is named owner/name")]
    NotTwoParts,
    /// The owner or the name is empty or too long.
    #[error("a repository's owner and name have between 1 and 96 characters")]
    BadLength,
    /// Something but letters, digits, `-`, `_` and `.`.
    #[error("a repository's name has letters, digits, '-', '_' and '.' only")]
    BadCharacter,
    /// It begins or ends with `-` or `.`, has two of them in a row, or ends with `.git`.
    #[error("'-' and '.' stand alone, between other characters")]
    BadSign,
}

impl RepoId {
    /// The person or organisation it belongs to.
    pub fn owner(&self) -> &str {
        &self.text[..self.owner_bytes]
    }

    /// Its name below its owner.
    pub fn name(&self) -> &str {
        &self.text[self.owner_bytes + 1..]
    }

    /// `owner/name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for RepoId {
    type Err = RepoIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (owner, name) = text.split_once('/').ok_or(RepoIdError::NotTwoParts)?;
        if name.contains('/') {
            return Err(RepoIdError::NotTwoParts);
        }
        check_repo_part(owner)?;
        check_repo_part(name)?;
        Ok(Self { text: text.to_owned(), owner_bytes: owner.len() })
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn check_repo_part(part: &str) -> Result<(), RepoIdError> {
    if part.is_empty() || part.len() > MAX_PART_BYTES {
        return Err(RepoIdError::BadLength);
    }
    if !part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return Err(RepoIdError::BadCharacter);
    }
    // "--" separates owner and name in the cache's folder names, ".git" ends the address that git is given.
    let is_misplaced = part.starts_with(['-', '.'])
        || part.ends_with(['-', '.'])
        || part.contains("--")
        || part.contains("..")
        || part.rsplit_once('.').is_some_and(|(_, extension)| extension == "git");
    if is_misplaced { Err(RepoIdError::BadSign) } else { Ok(()) }
}

/// A branch, a tag, a commit or a pull request (`refs/pr/1`), as a person or the Hub names it. Unlike a
/// [`Commit`](crate::Commit), what it means may change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(String);

/// Why a text does not name a revision.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
#[error("not the name of a branch, a tag or a commit")]
pub struct RevisionError;

impl Revision {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Revision {
    /// `main`, where every repository of the Hub begins.
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl From<crate::Commit> for Revision {
    fn from(commit: crate::Commit) -> Self {
        Self(commit.to_string())
    }
}

impl FromStr for Revision {
    type Err = RevisionError;

    /// The rules of `git check-ref-format`, and those of a file name: the cache keeps each in a file of that name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_ref = text.len() <= MAX_REVISION_BYTES
            && text
                .split('/')
                .all(|part| check_part(part).is_ok() && !part.starts_with(['.', '-']) && !has_extension_lock(part))
            && !text.contains("..")
            && !text.contains("@{")
            && text != "@"
            && !text.contains([' ', '~', '^', '[']);
        if is_ref { Ok(Self(text.to_owned())) } else { Err(RevisionError) }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

as_text!(RepoId, Revision);

fn has_extension_lock(part: &str) -> bool {
    part.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("lock"))
}
