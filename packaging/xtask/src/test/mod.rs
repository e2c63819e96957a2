//! `cargo xtask test`: every check and every test, in an order that names a cheap fault before a costly build.
//!
//! A step that fails does not keep the others from running. The last line counts what the test runners counted, and
//! one for each check that is not a test runner.

mod house_rules;
mod plan;
mod step;
mod tally;
mod translations;
mod webview_fault;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

use self::tally::Tally;
use crate::folders::Folders;
use crate::setup;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the steps whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(crate) fn test(folders: &Folders, options: &Options) -> ExitCode {
    let total = perform(folders, options).unwrap_or_else(|error| {
        println!("FAILED: {error:#}");
        Tally::failure()
    });
    // This line stands alone and is the last one.
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn perform(folders: &Folders, options: &Options) -> Result<Tally> {
    let started = Instant::now();
    let tools = setup::to_test(folders)?;
    let logs = folders.target.join("test-logs");
    fs::create_dir_all(&logs).with_context(|| format!("cannot make {}", logs.display()))?;

    let wanted = |title: &str| options.only.as_ref().is_none_or(|text| title.contains(text.as_str()));
    let mut total = Tally::default();
    let mut failed = Vec::new();
    for step in plan::steps(folders, &tools, &logs)? {
        let title = step.title;
        if !wanted(title) {
            continue;
        }
        let tally = step.perform(&logs);
        if tally.failed > 0 {
            failed.push(title);
        }
        total += tally;
    }
    println!("\nAfter {:.0} s. Logs: {}", started.elapsed().as_secs_f64(), logs.display());
    if !failed.is_empty() {
        println!("Failed: {}", failed.join(", "));
    }
    Ok(total)
}
