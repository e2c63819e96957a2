//! `cargo xtask soak`: the long matrices, of which `test` runs a small sample each. The same seed makes the same run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::compile::{self, Profile, SELECTION};
use crate::folders::Folders;
use crate::{engine_folder, page, program, setup};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What is put to the test.
    matrix: Matrix,
    /// How many runs.
    #[arg(long, default_value_t = 500)]
    count: u64,
    /// The first run's seed; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Matrix {
    /// Downloads from a Hub that fails in every way it can: each is complete once the faults stop, none is corrupt.
    Downloads,
    /// The real engine, killed at random moments: nothing is lost, nothing stays behind, and it is soon ready again.
    Engine,
    /// Model files that chance has spoilt, before the check of their headers.
    Headers,
}

pub(crate) fn soak(folders: &Folders, options: &Options) -> Result<()> {
    let (target, name) = match options.matrix {
        Matrix::Downloads => ("transfer", "chance::"),
        Matrix::Engine => ("killed_engine", ""),
        Matrix::Headers => ("mutations", ""),
    };

    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).arg("test").args(SELECTION).args(["--test", target, "--", "--nocapture", name]);
    if let Matrix::Engine = options.matrix {
        cargo.env("HEARTH_STARTER_MODEL", app_with_engine(folders)?);
    }
    cargo.env("HEARTH_SOAK_COUNT", options.count.to_string()).env("HEARTH_SOAK_SEED", options.seed.to_string());
    program::run(&mut cargo)
}

/// Builds the app with its engine beside it. Returns the starter model's file.
fn app_with_engine(folders: &Folders) -> Result<PathBuf> {
    let model = setup::to_run(folders)?;
    page::build(folders)?;
    let built = compile::programs(folders, Profile::Dev, &[])?;
    engine_folder::stage(&built, &Profile::Dev.folder(folders))?;
    Ok(model)
}
