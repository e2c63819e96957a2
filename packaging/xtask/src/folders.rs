//! Where things are on this machine.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::program;

/// The folders that the tasks work in. All paths are absolute.
pub(crate) struct Folders {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever `CARGO_TARGET_DIR` or a configuration put it.
    pub(crate) target: PathBuf,
    /// What is fetched once and outlives a checkout: models and test data.
    pub(crate) cache: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Folders {
    pub(crate) fn find() -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut cargo = Command::new(program::cargo());
        cargo.args(["metadata", "--format-version=1", "--no-deps"]).current_dir(own);
        let metadata: Metadata = serde_json::from_str(&program::capture(&mut cargo)?)
            .context("cargo metadata wrote something unexpected")?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, cache: cache()? })
    }

    pub(crate) fn page(&self) -> PathBuf {
        self.root.join("ui")
    }

    pub(crate) fn packaging(&self) -> PathBuf {
        self.root.join("packaging")
    }
}

/// The XDG rule also on macOS and Windows: one rule that the tests of every crate can follow without a dependency.
fn cache() -> Result<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CACHE_HOME")
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor a home folder is known, so there is no place to keep the starter model")?;
    Ok(base.join("hearth"))
}
