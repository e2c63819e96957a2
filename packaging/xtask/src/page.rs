//! The page: its dependencies, exactly as locked, and its build.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::{checksum, program};

/// Installs what the lock file names. Does nothing when that lock file was installed before.
pub(crate) fn install_dependencies(folders: &Folders) -> Result<()> {
    let page = folders.page();
    let lock = page.join("package-lock.json");
    let wanted = checksum::of_file(&lock)?;
    // Inside node_modules, so that deleting that folder also forgets what was in it.
    let stamp = page.join("node_modules").join(".installed-lock-sha256");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("Installing the page's dependencies (npm ci).");
    program::run(npm(folders).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Builds what the shell takes into itself.
pub(crate) fn build(folders: &Folders) -> Result<()> {
    program::run(npm(folders).args(["run", "build"]))
}

/// npm, in the page's folder.
pub(crate) fn npm(folders: &Folders) -> Command {
    let mut npm = Command::new(program::npm());
    npm.current_dir(folders.page());
    npm
}
