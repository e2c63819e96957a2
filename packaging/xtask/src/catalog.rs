//! `cargo xtask catalog check`: whether the Hub still has what the catalog says.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::program;

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Ask the Hub (or the one that HF_ENDPOINT names) for every repository, file, size and licence of the catalog.
    Check,
}

pub(crate) fn catalog(folders: &Folders, task: &Task) -> Result<ExitCode> {
    match task {
        Task::Check => check(folders),
    }
}

/// The work is that of the crate that knows the Hub.
fn check(folders: &Folders) -> Result<ExitCode> {
    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).args(["run", "--quiet", "--package", "hearth-hub", "--example", "check_catalog"]);
    cargo.arg("--").arg(folders.root.join("src-tauri/core/catalog/catalog.json"));
    let status = cargo.status().with_context(|| format!("cannot start `{}`", program::shown(&cargo)))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
