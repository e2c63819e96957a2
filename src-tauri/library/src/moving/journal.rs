//! How far a move is, on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{durable, exact_path, moving::MoveError};

/// One move.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    #[serde(skip)]
    file: PathBuf,
    #[serde(with = "exact_path")]
    pub(super) from: PathBuf,
    #[serde(with = "exact_path")]
    pub(super) to: PathBuf,
    pub(super) stage: Stage,
}

/// Which of the two places is the valid one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The old one, until there is something at the new one.
    Arriving,
    /// The new one. The old one is being taken away.
    Leaving,
}

impl Journal {
    pub(super) fn begin(file: &Path, from: &Path, to: &Path) -> Result<Self, MoveError> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(MoveError::at(folder))?;
        }
        let journal = Self { file: file.to_owned(), from: from.to_owned(), to: to.to_owned(), stage: Stage::Arriving };
        journal.write()?;
        Ok(journal)
    }

    pub(super) fn read(file: &Path) -> Result<Option<Self>, MoveError> {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(MoveError::at(file)(error)),
        };
        let journal: Self = serde_json::from_slice(&bytes).map_err(|error| MoveError::at(file)(error.into()))?;
        Ok(Some(Self { file: file.to_owned(), ..journal }))
    }

    pub(super) fn set(&mut self, stage: Stage) -> Result<(), MoveError> {
        if self.stage != stage {
            self.stage = stage;
            self.write()?;
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), MoveError> {
        durable::remove_file(&self.file).map_err(MoveError::at(&self.file))
    }

    /// Where the copy grows: beside the new place, so that it is on its volume.
    pub(super) fn arriving(&self) -> PathBuf {
        beside(&self.to, "arriving")
    }

    /// What the old place is called while it is taken away.
    pub(super) fn leaving(&self) -> PathBuf {
        beside(&self.from, "leaving")
    }

    fn write(&self) -> Result<(), MoveError> {
        let bytes = serde_json::to_vec(self).map_err(|error| MoveError::at(&self.file)(error.into()))?;
        durable::write(&self.file, &self.file.with_extension("new"), &bytes).map_err(MoveError::at(&self.file))
    }
}

fn beside(folder: &Path, what: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".hearth-{what}"));
    folder.with_file_name(name)
}
