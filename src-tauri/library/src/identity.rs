//! Which file a path leads to, however it leads there.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
    time::SystemTime,
};

/// The same for two paths exactly when they lead to the same file: by the same name, by links, by hard links (but for
/// those of a file system that gives its files no numbers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity {
    volume: u64,
    file: u64,
}

impl Identity {
    /// Of a file with this number. A file system that has none (WebDAV, some network shares) says 0 of all of its files:
    /// there the real path has to do.
    fn of(volume: u64, number: u64, path: &Path) -> io::Result<Self> {
        if number != 0 {
            return Ok(Self { volume, file: number });
        }
        let mut hasher = DefaultHasher::new();
        path.canonicalize()?.hash(&mut hasher);
        Ok(Self { volume, file: hasher.finish() })
    }

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
        identity: Identity::of(found.dev(), found.ino(), path)?,
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
        identity: Identity::of(told.volume_serial_number(), told.file_index(), path)?,
        size_bytes: found.len(),
        modified: found.modified().ok(),
        names: told.number_of_links(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_numbers_are_told_apart_by_their_paths() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        for file in [&one, &other] {
            fs::write(file, "the same").expect("written");
        }
        let of = |path: &Path| Identity::of(7, 0, path).expect("there");
        assert_ne!(of(&one), of(&other));
        assert_eq!(of(&one), of(&folder.path().join("./one")));
    }
}
