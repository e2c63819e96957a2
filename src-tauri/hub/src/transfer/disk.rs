//! The file that a transfer writes, from several places at once.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    sync::Arc,
};

use fs4::FileExt as _;

/// A file of its full length. Handles are on the same one.
#[derive(Debug, Clone)]
pub(super) struct Disk(Arc<File>);

impl Disk {
    /// Opens or makes it, and has the room for all of it set aside, so that a full disk is known before the first byte.
    pub(super) async fn open(path: &Path, size_bytes: u64) -> io::Result<Self> {
        let path = path.to_owned();
        blocking(move || {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            match file.allocate(size_bytes) {
                // Some file systems set nothing aside.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
                result => result?,
            }
            // A longer one has been left by something else.
            if file.metadata()?.len() != size_bytes {
                file.set_len(size_bytes)?;
            }
            Ok(Self(Arc::new(file)))
        })
        .await
    }

    /// Writes at a place; gives the buffer back, empty.
    pub(super) async fn write(&self, mut bytes: Vec<u8>, at: u64) -> io::Result<Vec<u8>> {
        let file = Arc::clone(&self.0);
        blocking(move || {
            write_all_at(&file, &bytes, at)?;
            bytes.clear();
            Ok(bytes)
        })
        .await
    }

    /// Returns when everything that was written survives a power cut.
    pub(super) async fn sync(&self) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        blocking(move || file.sync_data()).await
    }

    /// For a thread that may wait.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        read_exact_at(&self.0, buffer, at)
    }
}

/// Disks are waited for in threads of their own.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;

    while !bytes.is_empty() {
        match file.seek_write(bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                at += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;

    while !buffer.is_empty() {
        match file.seek_read(buffer, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                buffer = &mut buffer[read..];
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
