//! The file that a transfer writes, from several places at once.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    sync::Arc,
};

use fs4::FileExt as _;

use super::hold::Hold;

/// A file of its full length. Clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Disk(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    file: File,
    /// Windows does one thing at a time with a handle, and Linux tells of a write that failed once to each: what works
    /// beside the writer has its own.
    beside: Arc<File>,
    /// After the files: it is released when they are closed.
    _hold: Hold,
}

impl Disk {
    /// Opens or makes it, and has the room for all of it set aside, so that a full disk is known before the first byte.
    /// [`io::ErrorKind::ResourceBusy`] if another program, or another transfer, is writing it.
    pub(super) async fn open(path: &Path, size_bytes: u64, hold: Hold) -> io::Result<Self> {
        let path = path.to_owned();
        blocking(move || {
            let file = open_alone(&path)?;
            match file.allocate(size_bytes) {
                // Some file systems set nothing aside.
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
                result => result?,
            }
            // A longer one has been left by something else.
            if file.metadata()?.len() != size_bytes {
                file.set_len(size_bytes)?;
            }
            let beside = Arc::new(File::open(&path)?);
            Ok(Self(Arc::new(Opened { file, beside, _hold: hold })))
        })
        .await
    }

    /// Returns when everything that was written survives a power cut.
    pub(super) async fn sync(&self) -> io::Result<()> {
        let disk = self.clone();
        blocking(move || disk.0.file.sync_data()).await
    }

    /// Has what was written so far brought to the disk. Nobody waits for it, and nothing depends on it: it makes the
    /// last [`Disk::sync`] short, and a power cut cost less. `done` is dropped at its end.
    pub(super) fn begin_sync(&self, done: impl Send + 'static) {
        // Windows, where an open file is in the way of whoever moves it, begins to write by itself.
        if cfg!(windows) {
            return;
        }
        // Without the hold: what this does is harmless to whoever uses the file next.
        let beside = Arc::clone(&self.0.beside);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = beside.sync_data() {
                tracing::debug!(%error, "what was written does not reach the disk yet");
            }
            drop(done);
        });
    }

    /// For a thread that may wait.
    pub(super) fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        write_all_at(&self.0.file, bytes, at)
    }

    /// For a thread that may wait.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        read_exact_at(&self.0.beside, buffer, at)
    }
}

/// Disks are waited for in threads of their own.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Two that write the same file would each spoil what the other has written down as done.
#[cfg(unix)]
fn open_alone(path: &Path) -> io::Result<File> {
    use std::fs::TryLockError;

    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::ResourceBusy.into()),
        // Some file systems know no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// A lock on Windows would be in the way of this program's own second handle; not to let others write is not.
#[cfg(windows)]
fn open_alone(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    const ERROR_SHARING_VIOLATION: i32 = 32;

    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE);
    options.open(path).map_err(|error| match error.raw_os_error() {
        Some(ERROR_SHARING_VIOLATION) => io::ErrorKind::ResourceBusy.into(),
        _ => error,
    })
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
