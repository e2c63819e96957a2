//! `cargo xtask soak`: the long matrices, of which `test` runs a small sample each. The same seed makes the same run.

use anyhow::Result;

use crate::compile;
use crate::folders::Folders;
use crate::program;

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
    /// Model files that chance has spoilt, before the check of their headers.
    Headers,
}

pub(crate) fn soak(folders: &Folders, options: &Options) -> Result<()> {
    let (target, name) = match options.matrix {
        Matrix::Downloads => ("transfer", "chance::"),
        Matrix::Headers => ("mutations", ""),
    };
    let mut cargo = compile::cargo(folders, "test");
    cargo.args(["--test", target, "--", "--nocapture", name]);
    cargo.env("HEARTH_SOAK_COUNT", options.count.to_string()).env("HEARTH_SOAK_SEED", options.seed.to_string());
    program::run(&mut cargo)
}
