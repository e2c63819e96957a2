//! Which file a path leads to, however it leads there.

use std::{fs, io, path::Path, time::SystemTime};

/// The same for two paths exactly when they lead to the same file: by the same name, by links, by hard links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity {
    volume: u64,
    file: u64,
}

impl Identity {
    /// Whether both are on one volume.
    pub(crate) fn is_on_volume_of(self, other: Self) -> bool {
        self.volume == other.volume
    }
}

/// What is known of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(crate) identity: Identity,
    pub(crate) size_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
    /// Names that lead to it without a symbolic link.
    pub(crate) names: u64,
}

/// Follows links.
#[cfg(unix)]
pub(crate) fn facts(path: &Path) -> io::Result<Facts> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path)?;
    Ok(Facts {
        identity: Identity { volume: found.dev(), file: found.ino() },
        size_bytes: found.len(),
        modified: found.modified().ok(),
        names: found.nlink(),
    })
}

/// Follows links.
#[cfg(windows)]
pub(crate) fn facts(path: &Path) -> io::Result<Facts> {
    let found = fs::metadata(path)?;
    let handle = winapi_util::Handle::from_path_any(path)?;
    let told = winapi_util::file::information(&handle)?;
    Ok(Facts {
        identity: Identity { volume: told.volume_serial_number(), file: told.file_index() },
        size_bytes: found.len(),
        modified: found.modified().ok(),
        names: told.number_of_links(),
    })
}
