//! `ui/src/backend/bindings.ts`: the types that cross to the page, written from the Rust ones.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::program;

pub(crate) fn write(folders: &Folders) -> Result<()> {
    // The shell takes the built page into itself and does not compile without that folder; for the types an empty
    // one will do.
    let built_page = folders.page().join("dist");
    fs::create_dir_all(&built_page).with_context(|| format!("cannot make {}", built_page.display()))?;
    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).args(["run", "--quiet", "--package", "hearth", "--example", "bindings"]);
    cargo.args(["--features", "hearth/custom-protocol"]);
    program::run(&mut cargo)
}
