//! What is being tried just now, on the disk: should it take the whole computer with it, the next start knows.
//!
//! In a file of its own, not in the database: it has to be there before the first driver is touched, also while the
//! database is being opened, and writing it must not wait for anything else that is written.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use hearth_ipc::ComputePath;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::crashes::Crash;

/// What a path is tried with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// In a throwaway engine.
    Probe,
    /// To answer with it.
    Load,
}

impl Purpose {
    const ALL: [Self; 2] = [Self::Probe, Self::Load];

    fn as_str(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Load => "load",
        }
    }
}

/// What the file says.
#[derive(Serialize, Deserialize)]
struct Note {
    path: ComputePath,
    subject: String,
    /// In seconds since 1970 (UTC).
    at: u32,
}

/// While it lives, the next start would take this for a crash.
#[derive(Debug)]
pub(crate) struct Mark {
    file: PathBuf,
}

impl Mark {
    /// Writes down what is about to be tried; it is on the disk when this returns. There is one for each purpose. The
    /// computer's own processor needs none: `None`, as also where the disk takes nothing, which is logged.
    pub(crate) async fn set(home: &Path, purpose: Purpose, trying: Crash) -> Option<Self> {
        if trying.path == ComputePath::Cpu {
            return None;
        }
        let file = file(home, purpose);
        let note = Note { path: trying.path, subject: trying.subject, at: trying.at };
        let written = spawn_blocking(move || write(&file, &note).map(|()| Self { file })).await;
        match written {
            Ok(Ok(mark)) => Some(mark),
            Ok(Err(error)) => {
                tracing::warn!(%error, "what is being tried cannot be written down");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "writing down what is being tried gave up");
                None
            }
        }
    }
}

/// Whatever came of it, it did not take the computer with it. Removing a file takes no time worth a task of its own;
/// should a power cut bring it back, it counts for one crash too many.
impl Drop for Mark {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::warn!(%error, "what was tried is still written down");
        }
    }
}

/// What an earlier run was trying when it ended. Takes it away.
pub(crate) async fn left_behind(home: &Path) -> Vec<Crash> {
    let files = Purpose::ALL.map(|purpose| file(home, purpose));
    spawn_blocking(move || files.iter().filter_map(|file| take(file)).collect()).await.unwrap_or_default()
}

fn file(home: &Path, purpose: Purpose) -> PathBuf {
    home.join(format!("trying-{}.json", purpose.as_str()))
}

fn take(file: &Path) -> Option<Crash> {
    let text = fs::read(file).ok()?;
    if let Err(error) = fs::remove_file(file) {
        tracing::warn!(%error, "what was tried is still written down");
    }
    // Cut off in the middle of being written: then nothing was tried yet.
    let note: Note = serde_json::from_slice(&text).ok()?;
    Some(Crash { path: note.path, subject: note.subject, at: note.at })
}

fn write(path: &Path, note: &Note) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    file.write_all(&serde_json::to_vec(note)?)?;
    file.sync_all()?;
    sync_folder(path)
}

/// The file's name is in the folder, and is written when that is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Windows opens no folder as a file; its file system writes names down in order.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash(path: ComputePath) -> Crash {
        Crash { path, subject: "driver 1".into(), at: 7 }
    }

    #[tokio::test]
    async fn what_was_being_tried_when_everything_ended_is_found_once() {
        let home = tempfile::TempDir::new().expect("a folder");
        let mark = Mark::set(home.path(), Purpose::Load, crash(ComputePath::Vulkan)).await.expect("written");
        // As when the computer stops: nothing is put in order.
        std::mem::forget(mark);
        assert_eq!(left_behind(home.path()).await, [crash(ComputePath::Vulkan)]);
        assert_eq!(left_behind(home.path()).await, []);
    }

    #[tokio::test]
    async fn what_ended_in_order_leaves_nothing_behind() {
        let home = tempfile::TempDir::new().expect("a folder");
        drop(Mark::set(home.path(), Purpose::Probe, crash(ComputePath::Cuda)).await.expect("written"));
        assert_eq!(left_behind(home.path()).await, []);
        assert!(Mark::set(home.path(), Purpose::Load, crash(ComputePath::Cpu)).await.is_none(), "nothing is feared");
    }

    #[tokio::test]
    async fn half_a_note_is_none() {
        let home = tempfile::TempDir::new().expect("a folder");
        fs::write(file(home.path(), Purpose::Load), b"{\"path\":\"vul").expect("written");
        assert_eq!(left_behind(home.path()).await, []);
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0, "and it is taken away");
    }
}
