//! What a removal has done, on disk, so that it can be undone or ended by whoever starts next.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{durable, exact_path, removing::RemoveError};

/// Names a removal for as long as it can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemovalId(pub(super) u64);

impl fmt::Display for RemovalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) state: State,
    pub(super) name: String,
    pub(super) freed_bytes: u64,
    /// In the order in which they go: first what refers, then what is referred to.
    pub(super) items: Vec<Item>,
    pub(super) repo_folders: Vec<Folder>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// Some items may be gone, and are to come back: the removal was not said to have succeeded, or it is being undone.
    /// Whoever finds it goes on with that.
    Begun,
    /// All items are gone.
    Done,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Folder(#[serde(with = "exact_path")] pub(super) PathBuf);

/// One thing that goes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Item {
    /// A manifest, a description, a reference: kept here.
    Small {
        #[serde(with = "exact_path")]
        path: PathBuf,
        contents: Vec<u8>,
    },
    /// A link: it is what it says.
    Link {
        #[serde(with = "exact_path")]
        path: PathBuf,
        #[serde(with = "exact_path")]
        target: PathBuf,
    },
    /// A file of any size: under another name.
    Large {
        #[serde(with = "exact_path")]
        path: PathBuf,
        #[serde(with = "exact_path")]
        aside: PathBuf,
    },
}

impl Record {
    pub(super) fn read(file: &Path) -> Result<Self, RemoveError> {
        let bytes = fs::read(file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RemoveError::NotKept,
            _ => RemoveError::at(file)(error),
        })?;
        serde_json::from_slice(&bytes).map_err(|error| RemoveError::at(file)(error.into()))
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), RemoveError> {
        let bytes = serde_json::to_vec(self).map_err(|error| RemoveError::at(file)(error.into()))?;
        durable::write(file, &file.with_extension("new"), &bytes).map_err(RemoveError::at(file))
    }
}

impl Item {
    fn path(&self) -> &Path {
        match self {
            Self::Small { path, .. } | Self::Link { path, .. } | Self::Large { path, .. } => path,
        }
    }

    pub(super) fn take_away(&self) -> Result<(), RemoveError> {
        let result = match self {
            Self::Small { path, .. } | Self::Link { path, .. } => durable::remove_file(path),
            Self::Large { path, aside } => durable::rename(path, aside),
        };
        result.map_err(RemoveError::at(self.path()))
    }

    /// Puts it back, unless something has its place again: what has come since is newer. Doing it twice changes nothing.
    pub(super) fn give_back(&self) -> Result<(), RemoveError> {
        if fs::symlink_metadata(self.path()).is_ok() {
            return self.free();
        }
        if self.is_lost()? {
            // Somebody else took it away before us.
            return Ok(());
        }
        self.put_back().map_err(RemoveError::at(self.path()))
    }

    /// Whether nothing is there to be given back, neither aside nor at its place. An error if that cannot be told now.
    pub(super) fn is_lost(&self) -> Result<bool, RemoveError> {
        let Self::Large { path, aside } = self else { return Ok(false) };
        let is_lost = fs::symlink_metadata(path).is_err() && is_gone(aside).map_err(RemoveError::at(aside))?;
        Ok(is_lost)
    }

    fn put_back(&self) -> io::Result<()> {
        let path = self.path();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match self {
            Self::Small { contents, .. } => {
                let mut staging = path.as_os_str().to_owned();
                staging.push(".hearth-new");
                durable::write(path, Path::new(&staging), contents)
            }
            Self::Link { target, .. } => durable::link(target, path),
            Self::Large { aside, .. } => durable::rename(aside, path),
        }
    }

    /// Frees what is set aside.
    pub(super) fn free(&self) -> Result<(), RemoveError> {
        let Self::Large { aside, .. } = self else { return Ok(()) };
        let freed = is_gone(aside).and_then(|is_gone| if is_gone { Ok(()) } else { fs::remove_file(aside) });
        freed.map_err(RemoveError::at(aside))
    }
}

/// Whether a file is not there, as far as its folder is: of a volume that is not plugged in nothing can be said.
fn is_gone(file: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(file) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(error) if !file.parent().is_some_and(Path::is_dir) => Err(error),
        Err(_) => Ok(true),
    }
}
