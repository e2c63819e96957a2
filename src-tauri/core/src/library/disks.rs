//! How much room there is, as something that is passed in.

use std::{io, path::Path};

/// The computer's disks.
pub trait Disks: Send + Sync {
    /// Bytes that can still be written below `folder`, which need not exist yet.
    fn free_bytes(&self, folder: &Path) -> io::Result<u64>;

    /// Whether both are on one volume, so that moving between them takes no room. Neither need exist yet.
    fn are_one(&self, one: &Path, other: &Path) -> bool;
}

/// Those that there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisks;

impl Disks for SystemDisks {
    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        fs4::available_space(existing(folder))
    }

    fn are_one(&self, one: &Path, other: &Path) -> bool {
        let (one, other) = (volume(existing(one)), volume(existing(other)));
        one.is_some() && one == other
    }
}

/// The folder itself, or the nearest one above it that is there.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder)
}

#[cfg(unix)]
fn volume(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    folder.metadata().ok().map(|found| found.dev())
}

/// A volume that is mounted in a folder is taken for the one around it. Moving then finds that out by itself.
#[cfg(windows)]
fn volume(folder: &Path) -> Option<std::ffi::OsString> {
    let real = folder.canonicalize().ok()?;
    real.components().next().map(|prefix| prefix.as_os_str().to_owned())
}
