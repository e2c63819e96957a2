//! What is fetched or made once: folders of the cache, and the files in `packaging/` that describe them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::folders::Folders;

/// What the file of that name in `packaging/` says.
pub(crate) fn manifest<Manifest: DeserializeOwned>(folders: &Folders, name: &str) -> Result<Manifest> {
    let path = folders.packaging().join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} does not describe what it should", path.display()))
}

/// Returns the folder of that name in the cache. If it is not there, `make` makes it inside the temporary folder that it
/// is given, and returns its path. It appears by one rename, so a folder that is there is complete.
pub(crate) fn folder(folders: &Folders, name: &str, make: impl FnOnce(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    let place = folders.cache.join(name);
    if place.is_dir() {
        return Ok(place);
    }
    fs::create_dir_all(&folders.cache).with_context(|| format!("cannot make {}", folders.cache.display()))?;
    let scratch = tempfile::tempdir_in(&folders.cache).context("cannot make a temporary folder")?;
    let whole = make(scratch.path())?;
    fs::rename(&whole, &place).with_context(|| format!("cannot move what was fetched to {}", place.display()))?;
    Ok(place)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_folder_is_made_once_and_never_by_halves() {
        let home = tempfile::tempdir().unwrap();
        let folders =
            Folders { root: home.path().into(), target: home.path().join("target"), cache: home.path().join("cache") };
        let begin = |scratch: &Path| -> Result<PathBuf> {
            let made = scratch.join("made");
            fs::create_dir(&made)?;
            fs::write(made.join("file"), "first")?;
            Ok(made)
        };

        let failed = folder(&folders, "thing", |scratch| {
            begin(scratch)?;
            bail!("the network is gone")
        });
        assert_eq!(failed.unwrap_err().to_string(), "the network is gone");
        assert_eq!(fs::read_dir(&folders.cache).unwrap().count(), 0, "a failure leaves nothing behind");

        let place = folder(&folders, "thing", begin).unwrap();
        assert_eq!(place, folders.cache.join("thing"));
        assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "first");
        assert_eq!(folder(&folders, "thing", |_| bail!("it is there")).unwrap(), place);
        assert_eq!(fs::read_dir(&folders.cache).unwrap().count(), 1);
    }
}
