//! How far a move is, on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    durable,
    moving::{MoveError, links::Route},
};

/// One move.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    #[serde(skip)]
    file: PathBuf,
    pub(super) route: Route,
    pub(super) stage: Stage,
}

/// Which of the two places is the valid one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The old one. What is at the new one is none of ours.
    Arriving,
    /// The old one, until the rename that is about to be made, of the old place or of the copy, has brought the new one
    /// about.
    Switching,
    /// The new one. The old one is being taken away.
    Leaving,
}

impl Journal {
    pub(super) fn begin(file: &Path, route: Route) -> Result<Self, MoveError> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(MoveError::at(folder))?;
        }
        let journal = Self { file: file.to_owned(), route, stage: Stage::Arriving };
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
        beside(&self.route.to, "arriving")
    }

    /// What the old place is called while it is taken away.
    pub(super) fn leaving(&self) -> PathBuf {
        beside(&self.route.from, "leaving")
    }

    /// Where a link in place of the old one is made before it gets its name.
    pub(super) fn relinked(&self) -> PathBuf {
        beside(&self.route.called, "relinked")
    }

    fn write(&self) -> Result<(), MoveError> {
        let bytes = serde_json::to_vec(self).map_err(|error| MoveError::at(&self.file)(error.into()))?;
        durable::write(&self.file, &self.file.with_extension("new"), &bytes).map_err(MoveError::at(&self.file))
    }
}

/// A name beside a folder, on the same volume.
pub(super) fn beside(folder: &Path, what: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".hearth-{what}"));
    folder.with_file_name(name)
}
