//! The folder with everything that the app itself writes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// The folder with everything that the app itself writes: history, log, the window's place.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    folder: PathBuf,
    /// Someone asked for another folder than the usual one.
    moved: bool,
}

impl Home {
    /// `HEARTH_HOME`, else `hearth` in the platform's folder for a program's data. The folder exists afterwards,
    /// unless it cannot be made: then the first one who writes to it says so.
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let home = if let Some(path) = std::env::var_os("HEARTH_HOME").filter(|path| !path.is_empty()) {
            let folder = std::path::absolute(path).context("HEARTH_HOME is no usable path")?;
            Self { folder, moved: true }
        } else {
            let data = dirs::data_local_dir().context("this system names no folder for a program's data")?;
            Self { folder: data.join("hearth"), moved: false }
        };
        if let Err(error) = std::fs::create_dir_all(&home.folder) {
            eprintln!("{} cannot be made: {error}", home.folder.display());
        }
        Ok(home)
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the log files lie.
    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// What the webview stores. History never lies there.
    pub(crate) fn webview(&self) -> PathBuf {
        self.folder.join("webview")
    }

    /// The name by which a running app is found: one for each folder, so that apps with different folders do not
    /// take each other for a second start.
    pub(crate) fn instance_name(&self, identifier: &str) -> String {
        if !self.moved {
            return identifier.to_owned();
        }
        // Two spellings of one folder are one folder.
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
        let digits = digest.iter().take(8).fold(0, |digits: u64, byte| (digits << 8) | u64::from(*byte));
        // A part of a D-Bus name must not begin with a digit.
        format!("{identifier}.home-{digits:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved_to(folder: &Path) -> Home {
        Home { folder: folder.to_owned(), moved: true }
    }

    #[test]
    fn the_usual_folder_has_the_app_s_own_name() {
        let home = Home { folder: PathBuf::from("/somewhere"), moved: false };
        assert_eq!(home.instance_name("org.example.App"), "org.example.App");
    }

    #[test]
    fn each_other_folder_has_a_name_of_its_own_however_it_is_spelled() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let one = scratch.path().join("one");
        let two = scratch.path().join("two");
        std::fs::create_dir(&one).expect("a folder");
        std::fs::create_dir(&two).expect("a folder");

        let name = moved_to(&one).instance_name("org.example.App");

        assert_ne!(name, moved_to(&two).instance_name("org.example.App"));
        assert_eq!(name, moved_to(&two.join("../one")).instance_name("org.example.App"));
        assert!(name.starts_with("org.example.App.home-"), "{name}");
    }
}
