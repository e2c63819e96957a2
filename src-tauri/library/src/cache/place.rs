//! Putting a finished download where every program finds it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    cache::Cache,
    durable, identity,
    programs::snapshot_files,
    repo::{Commit, Etag, FilePath, Repo, Revision},
};

/// Signature and form are those of the Cache Directory Tagging Specification: tools that back up leave such a folder
/// out.
const CACHEDIR_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This file is a cache directory tag created by Hearth.\n\
    # For information about cache directory tags, see:\n\
    #\thttps://bford.info/cachedir/\n";

impl Cache {
    /// Makes the folders that a download of this repository writes to.
    pub fn prepare(&self, repo: &Repo) -> io::Result<()> {
        fs::create_dir_all(self.repo_folder(repo).join("blobs"))?;
        // A folder without one makes `scan_cache_dir` take the repository for a damaged one.
        fs::create_dir_all(self.repo_folder(repo).join("snapshots"))?;
        let tag = self.root().join("CACHEDIR.TAG");
        if !tag.exists() {
            durable::write(&tag, &self.staging(repo)?, CACHEDIR_TAG.as_bytes())?;
        }
        Ok(())
    }

    /// Gives whole, verified contents their names: from [`Cache::partial_path`], if they are still there, to
    /// [`Cache::blob_path`], then the name in the snapshot, then the revision. After a kill between any two steps the
    /// same call goes on where it was; once it is through, it changes nothing. Returns where the file is found.
    ///
    /// Where links are impossible (Windows without developer mode, an exFAT stick) the file itself moves into the
    /// snapshot, as `huggingface_hub` has it too; or a copy of it, if a snapshot has a link to it from better times.
    pub fn place(
        &self,
        repo: &Repo,
        revision: Option<&Revision>,
        commit: &Commit,
        path: &FilePath,
        etag: &Etag,
    ) -> io::Result<PathBuf> {
        self.place_with(repo, revision, commit, path, etag, durable::link)
    }

    /// [`Cache::place`], told how to make a link.
    fn place_with(
        &self,
        repo: &Repo,
        revision: Option<&Revision>,
        commit: &Commit,
        path: &FilePath,
        etag: &Etag,
        link: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> io::Result<PathBuf> {
        self.prepare(repo)?;
        let (partial, blob) = (self.partial_path(repo, etag), self.blob_path(repo, etag));
        if partial.exists() {
            durable::rename(&partial, &blob)?;
        }
        let pointer = self.pointer_path(repo, commit, path);
        if let Some(folder) = pointer.parent() {
            fs::create_dir_all(folder)?;
        }
        if blob.exists() {
            // Part by part: Windows follows no link whose parts are not divided in its own way.
            let up = std::iter::repeat_n("..".to_owned(), path.depth() + 2);
            let target: PathBuf = up.chain(["blobs".to_owned(), etag.to_string()]).collect();
            let staging = self.staging(repo)?;
            match link(&target, &staging) {
                Ok(()) if fs::symlink_metadata(&staging).is_ok() => durable::rename(&staging, &pointer)?,
                // Wine says that it has made a link, and makes none.
                Ok(()) => self.place_itself(repo, &blob, &pointer)?,
                Err(error) if links_are_impossible(&error) => self.place_itself(repo, &blob, &pointer)?,
                Err(error) => return Err(error),
            }
        } else if fs::symlink_metadata(&pointer).is_ok_and(|found| found.is_symlink()) || !pointer.exists() {
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("{} is not there", blob.display())));
        }
        if let Some(revision) = revision {
            self.point(repo, revision, commit)?;
        }
        Ok(pointer)
    }

    /// Puts the contents themselves where a link cannot be: a copy, if another snapshot has a link to them.
    fn place_itself(&self, repo: &Repo, blob: &Path, pointer: &Path) -> io::Result<()> {
        let leads_there = |other: &PathBuf| {
            let is_link = fs::symlink_metadata(other).is_ok_and(|found| found.is_symlink());
            other != pointer && is_link && identity::facts(other).ok() == identity::facts(blob).ok()
        };
        // Who cannot be asked may have one.
        if snapshot_files(&self.repo_folder(repo)).is_some_and(|files| !files.iter().any(leads_there)) {
            return durable::rename(blob, pointer);
        }
        let staging = self.staging(repo)?;
        fs::copy(blob, &staging)?;
        File::options().write(true).open(&staging)?.sync_all()?;
        durable::rename(&staging, pointer)
    }

    /// Notes which commit a branch or tag is at. Only after its snapshot is there: `scan_cache_dir` takes a repository
    /// with a reference to nothing for a damaged one.
    fn point(&self, repo: &Repo, revision: &Revision, commit: &Commit) -> io::Result<()> {
        if self.commit_of(repo, revision).as_ref() == Some(commit) {
            return Ok(());
        }
        let path = self.repo_folder(repo).join("refs").join(revision.to_path());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        durable::write(&path, &self.staging(repo)?, commit.to_string().as_bytes())
    }

    /// A name in the repository's folder, where nobody looks for anything. Nothing is there: a process that had this
    /// one's number may have left a link, through which contents would be written over.
    fn staging(&self, repo: &Repo) -> io::Result<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let staging = self.repo_folder(repo).join(format!(".hearth-{}-{number}", process::id()));
        durable::remove_file(&staging)?;
        Ok(staging)
    }
}

/// What systems say where links are not to be had: Windows without the right to make them (1314), file systems without
/// them (EPERM or "not supported").
fn links_are_impossible(error: &io::Error) -> bool {
    const ERROR_PRIVILEGE_NOT_HELD: i32 = 1314;
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported)
        || cfg!(windows) && error.raw_os_error() == Some(ERROR_PRIVILEGE_NOT_HELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stage {
        _folder: tempfile::TempDir,
        cache: Cache,
        repo: Repo,
        path: FilePath,
        etag: Etag,
    }

    impl Stage {
        /// A cache with a whole download that has no name yet.
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let cache = Cache::new(folder.path().to_owned());
            let repo: Repo = "ada/tiny".parse().expect("a name");
            let etag: Etag = "aa11".parse().expect("an ETag");
            cache.prepare(&repo).expect("prepared");
            fs::write(cache.partial_path(&repo, &etag), "contents").expect("written");
            Self { _folder: folder, cache, repo, path: "tiny.gguf".parse().expect("a path"), etag }
        }

        fn place(&self, digit: char, link: impl Fn(&Path, &Path) -> io::Result<()>) -> PathBuf {
            let commit: Commit = digit.to_string().repeat(40).parse().expect("a commit");
            let main: Revision = "main".parse().expect("a revision");
            let placed = self.cache.place_with(&self.repo, Some(&main), &commit, &self.path, &self.etag, link);
            let pointer = placed.expect("placed");
            assert_eq!(self.cache.commit_of(&self.repo, &main), Some(commit));
            pointer
        }
    }

    fn refuse(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }

    #[test]
    fn where_links_are_impossible_the_file_itself_lies_in_the_snapshot() {
        let stage = Stage::new();
        for _twice in 0..2 {
            let pointer = stage.place('a', refuse);
            assert!(fs::symlink_metadata(&pointer).expect("there").is_file(), "no link");
            assert_eq!(fs::read(&pointer).expect("readable"), b"contents");
            assert!(!stage.cache.blob_path(&stage.repo, &stage.etag).exists(), "once on disk, not twice");
        }
    }

    /// It was: the first snapshot's link led nowhere from then on.
    #[test]
    #[cfg(unix)]
    fn where_links_have_become_impossible_those_there_are_still_lead_somewhere() {
        let stage = Stage::new();
        let linked = stage.place('a', durable::link);
        let placed = stage.place('b', refuse);
        for pointer in [linked, placed] {
            assert_eq!(fs::read(&pointer).expect("readable"), b"contents", "{}", pointer.display());
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_a_killed_process_has_left_is_in_nobody_s_way() {
        let stage = Stage::new();
        let leftovers = (0..1000).map(|number| format!(".hearth-{}-{number}", process::id()));
        for name in leftovers {
            fs::write(stage.cache.repo_folder(&stage.repo).join(name), "").expect("written");
        }
        assert_eq!(fs::read(stage.place('a', durable::link)).expect("readable"), b"contents");
    }
}
