//! Writes that a crash leaves either undone or whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Replaces a file by one with these bytes. `staging` is where it is written first: a name on the same volume that
/// nobody reads.
pub(crate) fn write(path: &Path, staging: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(staging)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    rename(staging, path)
}

/// Renames, and waits until the disk knows. What is there under the new name is replaced.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_parent(to)
}

/// Waits until the disk knows the names in the folder that `path` lies in.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    // Windows has no such wish, and no way to open a folder like a file.
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        return File::open(folder)?.sync_all();
    }
    Ok(())
}

/// Takes a file away, if it is there.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Makes a symbolic link to a file.
pub(crate) fn link(target: &Path, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, path);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_file(target, path);
}

/// Makes a symbolic link to a folder, which Windows tells apart from one to a file.
pub(crate) fn link_to_folder(target: &Path, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(target, path);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_dir(target, path);
}
