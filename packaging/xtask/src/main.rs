//! The project's own commands. They stand in for a long list of instructions: each one makes sure of what it needs,
//! does it, and says what to do where it cannot.
//!
//! Nothing here is part of the app; what the app needs at run time is put beside it by [`engine_folder`] and
//! [`starter_model`].

mod apt;
mod bench;
mod bindings;
mod browser;
mod catalog;
mod chat_templates;
mod checksum;
mod compile;
mod cuda;
mod display;
mod engine_folder;
mod folders;
mod hub;
mod hub_client;
mod kept;
mod page;
mod pictures;
mod process_tree;
mod program;
mod python_package;
mod requirements;
mod run;
mod setup;
mod soak;
mod starter_model;
mod test;
mod vulkan;
mod window_picture;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::folders::Folders;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Hearth's own commands.", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what Hearth needs to be built, run and tested, and fetch the starter model.
    Setup,
    /// Build Hearth and open it.
    Run(run::Options),
    /// Run every check and every test.
    Test(test::Options),
    /// Measure Hearth beside llama.cpp's own tools and an empty window, into target/bench/latest.json.
    Bench(bench::Options),
    /// Build a part of the engine that is not built with it.
    Engine(cuda::Options),
    /// Run a long matrix of faults.
    Soak(soak::Options),
    /// Take a picture of every screen in each of its states, into target/pictures.
    Pictures(pictures::Options),
    /// Hold the catalog of models against the Hub.
    #[command(subcommand)]
    Catalog(catalog::Task),
    /// Write the types that cross to the page again, from the Rust ones.
    Bindings,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(arguments.task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> anyhow::Result<ExitCode> {
    let folders = Folders::find()?;
    match task {
        Task::Setup => setup::everything(&folders)?,
        Task::Run(options) => return run::run(&folders, &options),
        Task::Test(options) => return Ok(test::test(&folders, &options)),
        Task::Bench(options) => return bench::bench(&folders, &options),
        Task::Engine(options) => cuda::engine(&folders, &options)?,
        Task::Soak(options) => soak::soak(&folders, &options)?,
        Task::Pictures(options) => pictures::take(&folders, &options)?,
        Task::Catalog(task) => return catalog::catalog(&folders, &task),
        Task::Bindings => bindings::write(&folders)?,
    }
    Ok(ExitCode::SUCCESS)
}
