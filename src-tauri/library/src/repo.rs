//! What names a file of the Hub in a cache: repository, revision, commit, path and ETag.
//!
//! Each becomes part of a path on disk, so none can hold anything that leads out of its folder.

use std::{fmt, path::PathBuf, str::FromStr};

/// Why a text cannot name a thing of the Hub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct BadName {
    /// As it came.
    pub text: String,
    /// In words.
    pub expected: &'static str,
}

/// A repository: `owner/name`, or only a name for the few of the Hub's first days.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Repo(String);

impl Repo {
    /// As `owner/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its folder in a cache: `models--owner--name`.
    pub fn folder(&self) -> String {
        format!("models--{}", self.0.replace('/', "--"))
    }

    /// The repository a folder of a cache belongs to. `None` for data sets, spaces and whatever else lies there.
    pub fn of_folder(folder: &str) -> Option<Self> {
        folder.strip_prefix("models--")?.replace("--", "/").parse().ok()
    }
}

impl FromStr for Repo {
    type Err = BadName;

    /// The Hub's rule: up to 96 letters, digits, `-`, `_`, `.` for each half, neither `--` nor `..` in it.
    fn from_str(text: &str) -> Result<Self, BadName> {
        let is_half = |half: &str| {
            let is_plain = half.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            is_plain && (1..=96).contains(&half.len()) && !half.contains("--") && !half.contains("..") && half != "."
        };
        let halves: Vec<&str> = text.split('/').collect();
        if halves.len() <= 2 && halves.iter().all(|half| is_half(half)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName { text: text.to_owned(), expected: "the name of a repository" })
        }
    }
}

/// A commit: 40 hexadecimal digits, small letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commit(String);

impl FromStr for Commit {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let is_hash =
            text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if is_hash { Ok(Self(text.to_owned())) } else { Err(BadName { text: text.to_owned(), expected: "a commit" }) }
    }
}

/// What a file's contents are known by on the Hub, and its blob in a cache: the SHA-256 of a large file, the Git hash
/// of a small one. Without the quotation marks of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Etag(String);

impl FromStr for Etag {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if is_plain && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName { text: text.to_owned(), expected: "an ETag" })
        }
    }
}

/// A branch, a tag or a pull request (`refs/pr/1`): what points to a commit and may point to another tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(String);

/// The path of a file inside its repository, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePath(String);

impl Revision {
    /// The path below `refs`.
    pub(crate) fn to_path(&self) -> PathBuf {
        self.0.split('/').collect()
    }
}

impl FilePath {
    /// The path below a snapshot.
    pub(crate) fn to_path(&self) -> PathBuf {
        self.0.split('/').collect()
    }

    /// How many folders it lies in.
    pub(crate) fn depth(&self) -> usize {
        self.0.matches('/').count()
    }
}

impl FromStr for Revision {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if is_inner_path(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName { text: text.to_owned(), expected: "a revision" })
        }
    }
}

impl FromStr for FilePath {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if is_inner_path(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadName { text: text.to_owned(), expected: "the path of a file in a repository" })
        }
    }
}

/// Whether a text is a path that stays where it is put, on every system: no part is empty or leads up, none holds what
/// Windows reads as a drive, a stream or a separator.
fn is_inner_path(text: &str) -> bool {
    text.len() <= 1024
        && text.split('/').all(|part| {
            let is_safe = !part.chars().any(|sign| sign.is_control() || "\\:*?\"<>|".contains(sign));
            is_safe && !part.is_empty() && part != "." && part != ".." && !part.ends_with([' ', '.'])
        })
}

macro_rules! shown_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

shown_as_text!(Repo, Commit, Etag, Revision, FilePath);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_cache_names_its_repository() {
        let cases = [
            ("models--unsloth--Qwen3-4B-GGUF", Some("unsloth/Qwen3-4B-GGUF")),
            ("models--gpt2", Some("gpt2")),
            ("datasets--squad", None),
            ("models--", None),
            ("models--a--b--c", None),
            ("models--..--x", None),
        ];
        for (folder, repo) in cases {
            let found = Repo::of_folder(folder);
            assert_eq!(found.as_ref().map(Repo::as_str), repo, "{folder}");
            if let Some(repo) = found {
                assert_eq!(repo.folder(), folder);
            }
        }
    }

    #[test]
    fn nothing_that_leads_out_of_its_folder_is_a_name() {
        for text in ["..", "../x", "a/../b", "/a", "a//b", "a/", "", "a\\b", "C:x", "a\0b", "a/. ", "x."] {
            assert!(text.parse::<FilePath>().is_err(), "{text:?}");
            assert!(text.parse::<Revision>().is_err(), "{text:?}");
            assert!(text.parse::<Etag>().is_err(), "{text:?}");
        }
        assert!("UD/model-Q4_K_M.gguf".parse::<FilePath>().is_ok());
        assert!("refs/pr/1".parse::<Revision>().is_ok());
    }
}
