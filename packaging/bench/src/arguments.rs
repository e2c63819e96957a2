//! What `cargo xtask bench` hands over.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Parser};

use crate::measure::Measure;

#[derive(Parser)]
#[command(about = "Started by `cargo xtask bench`.")]
pub(crate) enum Command {
    /// Takes all figures.
    Run(Arguments),
    /// Hearth's side of a download, in a process of its own as the rival is.
    Fetch(Fetch),
}

#[derive(Args)]
pub(crate) struct Fetch {
    #[arg(long)]
    pub(crate) endpoint: String,
    #[arg(long)]
    pub(crate) url: String,
    #[arg(long)]
    pub(crate) size_bytes: u64,
    #[arg(long)]
    pub(crate) sha256: String,
    #[arg(long)]
    pub(crate) output: PathBuf,
}

#[derive(Args)]
pub(crate) struct Arguments {
    /// The model that both sides use.
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Hearth's program, with its engine in `engine/` beside it.
    #[arg(long)]
    pub(crate) app: PathBuf,
    /// The smallest Tauri app.
    #[arg(long)]
    pub(crate) empty_window: PathBuf,
    /// The folder with llama-bench and llama-server.
    #[arg(long)]
    pub(crate) rival: PathBuf,
    /// How often both sides take their turn.
    #[arg(long)]
    pub(crate) runs: u32,
    /// What to measure; everything when it is not given.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Measure>,
    /// How Hearth was built, for the report.
    #[arg(long)]
    pub(crate) profile: String,
    /// Where to write the figures, as JSON.
    #[arg(long)]
    pub(crate) output: PathBuf,
}

impl Arguments {
    pub(crate) fn measures(&self) -> BTreeSet<Measure> {
        if self.only.is_empty() { Measure::ALL.into() } else { self.only.iter().copied().collect() }
    }

    pub(crate) fn engine(&self) -> PathBuf {
        self.app.with_file_name("engine").join("hearth-engine")
    }
}
