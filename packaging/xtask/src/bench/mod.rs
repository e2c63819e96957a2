//! `cargo xtask bench`: Hearth beside llama.cpp's own tools and an empty window. The measuring itself is done by
//! `packaging/bench`, which needs what would make these tasks slow to compile.

mod rival;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::compile::{self, Profile};
use crate::folders::Folders;
use crate::{engine_folder, page, program, requirements, setup, starter_model};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The GGUF file that both sides use; the starter model when it is not given.
    #[arg(long)]
    model: Option<PathBuf>,
    /// How often both sides take their turn.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Names of what to measure, separated by commas; everything when it is not given.
    #[arg(long)]
    only: Option<String>,
    /// Three turns: for a first impression.
    #[arg(long, conflicts_with = "runs")]
    quick: bool,
    /// Measure it as it ships: slower to build. The native code is the same in both profiles.
    #[arg(long)]
    release: bool,
}

const QUICK_RUNS: u32 = 3;

pub(crate) fn bench(folders: &Folders, options: &Options) -> Result<ExitCode> {
    ensure!(cfg!(target_os = "linux"), "the figures can be taken on Linux only");
    let starter = setup::to_run(folders)?;
    requirements::to_test()?;
    let rival = rival::ensure(folders)?;

    page::build(folders)?;
    let profile = if options.release { Profile::Release } else { Profile::Dev };
    let built = compile::programs(folders, profile, &["--bin", "hearth-bench", "--example", "empty_window"])?;
    let folder = profile.folder(folders);
    engine_folder::stage(&built, &crate::cuda::built_libraries(folders), &folder)?;
    starter_model::stage(&starter, &folder)?;

    let model = match &options.model {
        Some(model) => model.canonicalize().with_context(|| format!("there is no model at {}", model.display()))?,
        None => starter,
    };
    let mut bench = Command::new(built.program("hearth-bench")?);
    bench.arg("run").arg("--model").arg(model);
    // Where it was staged, which is where the app finds its engine.
    bench.arg("--app").arg(folder.join("hearth"));
    bench.arg("--empty-window").arg(built.program("empty_window")?);
    bench.arg("--rival").arg(rival);
    bench.arg("--runs").arg(if options.quick { QUICK_RUNS } else { options.runs }.to_string());
    bench.args(["--profile", profile.name()]);
    bench.arg("--output").arg(folders.root.join("target").join("bench").join("latest.json"));
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    program::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}
