//! The path of a file inside a repository, which becomes a path on disk.

use std::{fmt, str::FromStr};

use crate::as_text::as_text;

/// Longest path. Git allows more; Windows and the Hub's own pages do not get along with it.
const MAX_BYTES: usize = 1024;
/// Longest name of a file or folder, on every file system in use.
const MAX_PART_BYTES: usize = 255;

/// A path inside a repository: relative, with `/` between folders, and such that it can be a path on every system
/// without leading anywhere else.
///
/// Whoever publishes a repository chooses these, and they are joined to a folder of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// Why a path is refused.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum FileNameError {
    /// It is empty, or has an empty part: it begins or ends with `/`, or has two in a row.
    #[error("a part of the path is empty")]
    Empty,
    /// The whole or a part is longer than file systems allow.
    #[error("the path is too long")]
    TooLong,
    /// `.` or `..`.
    #[error("the path leads out of its folder")]
    Escapes,
    /// A character that is a separator, a stream, a pattern or invisible on some system.
    #[error("the path has a character that not every system allows")]
    BadCharacter,
    /// Windows takes trailing dots and spaces away, so that two names would be one.
    #[error("a part of the path ends with a dot or a space")]
    BadEnd,
    /// The name of a device on Windows, whatever its extension.
    #[error("a part of the path is the name of a device")]
    Reserved,
}

impl FileName {
    /// The path as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names of its folders and, last, its own.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The folder it lies in, or nothing at the top.
    pub fn folder(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// Its own name, without folders.
    pub fn last(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, last)| last)
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_BYTES {
            return Err(FileNameError::TooLong);
        }
        text.split('/').try_for_each(check_part)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

as_text!(FileName);

/// Whether a text can be the name of one file or folder on every system.
pub(crate) fn check_part(part: &str) -> Result<(), FileNameError> {
    if part.is_empty() {
        return Err(FileNameError::Empty);
    }
    if part.len() > MAX_PART_BYTES {
        return Err(FileNameError::TooLong);
    }
    if matches!(part, "." | "..") {
        return Err(FileNameError::Escapes);
    }
    if part.chars().any(|character| character.is_control() || r#"\<>:"|?*"#.contains(character)) {
        return Err(FileNameError::BadCharacter);
    }
    if part.ends_with(['.', ' ']) {
        return Err(FileNameError::BadEnd);
    }
    if is_device(part) { Err(FileNameError::Reserved) } else { Ok(()) }
}

/// See "Naming Files, Paths, and Namespaces" in the Windows documentation.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    })
}
