//! Half-fetched contents, and how those that nobody wants any more are taken away.

use std::{
    fs::{self, Metadata, OpenOptions, TryLockError},
    io,
    time::SystemTime,
};

use crate::{
    cache::{Cache, PARTIAL_ENDING},
    repo::{Etag, Repo},
};

/// Half-fetched contents at their [`Cache::partial_path`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// Where they belong.
    pub repo: Repo,
    /// What they are to become.
    pub etag: Etag,
    /// When something was last written to them.
    pub modified: SystemTime,
}

impl Cache {
    /// All there are, of whichever home of this app they are. What other programs keep has other names, and folders that
    /// cannot be read are left out.
    pub fn partials(&self) -> Vec<Partial> {
        let mut found = Vec::new();
        for folder in fs::read_dir(self.root()).into_iter().flatten().flatten() {
            let Some(repo) = folder.file_name().to_str().and_then(Repo::of_folder) else { continue };
            for file in fs::read_dir(folder.path().join("blobs")).into_iter().flatten().flatten() {
                let name = file.file_name();
                let etag = name.to_str().and_then(|name| name.strip_suffix(PARTIAL_ENDING)?.parse().ok());
                // Of the entry itself: a link is not of this app's making.
                let facts = file.metadata().ok().filter(Metadata::is_file);
                if let (Some(etag), Some(modified)) = (etag, facts.and_then(|facts| facts.modified().ok())) {
                    found.push(Partial { repo: repo.clone(), etag, modified });
                }
            }
        }
        found
    }

    /// Takes one away, unless somebody is writing it. Returns whether it is gone.
    pub fn remove_partial(&self, partial: &Partial) -> io::Result<bool> {
        let path = self.partial_path(&partial.repo, &partial.etag);
        // Whoever writes one has locked it or, on Windows, lets nobody else write; see `hearth_hub`'s transfers.
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(error),
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Ok(false);
        }
        // Still locked on systems that let it: nobody begins to write it in between.
        #[cfg(windows)]
        drop(file);
        fs::remove_file(&path)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_this_app_s_name_is_found_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().to_owned());
        let repo: Repo = "ada/tiny".parse().expect("a name");
        cache.prepare(&repo).expect("prepared");
        let blobs = cache.repo_folder(&repo).join("blobs");
        for name in ["aa11", "aa22.incomplete", "aa33.hearth.incomplete", "not an etag.hearth.incomplete"] {
            fs::write(blobs.join(name), "half").expect("written");
        }
        fs::create_dir(blobs.join("aa44.hearth.incomplete")).expect("made");
        fs::create_dir_all(folder.path().join("elsewhere/blobs")).expect("made");
        fs::write(folder.path().join("elsewhere/blobs/aa55.hearth.incomplete"), "half").expect("written");

        let found = cache.partials();
        let [partial] = &found[..] else { panic!("{found:?}") };
        assert_eq!((partial.repo.as_str(), partial.etag.to_string().as_str()), ("ada/tiny", "aa33"));

        let path = cache.partial_path(&partial.repo, &partial.etag);
        let written = OpenOptions::new().write(true).open(&path).expect("opened");
        written.lock().expect("locked");
        assert!(!cache.remove_partial(partial).unwrap_or(false), "it is being written");
        assert!(path.exists());
        drop(written);
        assert!(cache.remove_partial(partial).expect("removed"));
        assert!(!path.exists());
        assert!(cache.remove_partial(partial).expect("nothing to do"), "gone is gone");
    }
}
