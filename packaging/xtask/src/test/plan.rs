//! The steps of `cargo xtask test`, in order: what is cheap first, what needs the built app last.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::step::{Counted, Step, Work};
use super::{house_rules, translations};
use crate::compile::{self, Profile};
use crate::folders::Folders;
use crate::setup::TestTools;
use crate::{browser, engine_folder, hub_client, page, program, starter_model};

/// The crate whose tests open the real window. They need the built app; all others do not.
const WINDOW_TESTS: &str = "hearth-tests";

pub(super) fn steps<'a>(folders: &'a Folders, tools: &'a TestTools, logs: &Path) -> Result<Vec<Step<'a>>> {
    let check = |title, command| Step { title, work: Work::Check(command) };
    let targets = TestTargets::find(folders)?;
    let steps = vec![
        Step { title: "house rules", work: Work::Inspection(Box::new(|| house_rules::check(&folders.root))) },
        Step { title: "translations", work: Work::Inspection(Box::new(|| translations::check(&folders.page()))) },
        check("rust: format", format(folders)),
        check("page: lint", page_script(folders, tools, "lint")),
        check("page: types", page_script(folders, tools, "check")),
        check("page: build", page_script(folders, tools, "build")),
        page_parts(folders, tools, logs),
        page_screens(folders, tools, logs),
        build(folders, tools),
        check("rust: lint", cargo(folders, "clippy", &["--all-targets", "--", "-D", "warnings"])),
        check("rust: documentation", documentation(folders)),
        check("rust: examples in documentation", cargo(folders, "test", &["--doc"])),
        rust_tests(folders, tools, &targets.others),
        window_tests(folders, tools, targets.window),
    ];
    Ok(steps)
}

fn format(folders: &Folders) -> Command {
    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).args(["fmt", "--all", "--check", "--", "--color=never"]);
    cargo
}

fn page_script(folders: &Folders, tools: &TestTools, script: &str) -> Command {
    let mut npm = page::npm(folders);
    npm.args(["run", script, "--"]).env(browser::VARIABLE, &tools.browser);
    npm
}

fn page_parts<'a>(folders: &Folders, tools: &TestTools, logs: &Path) -> Step<'a> {
    let report = logs.join("vitest.json");
    let mut vitest = page_script(folders, tools, "test");
    vitest.args(["--reporter=default", "--reporter=json", "--outputFile.json"]).arg(&report);
    Step { title: "page: parts in a browser", work: Work::Tests(vitest, Counted::VitestReport(report)) }
}

fn page_screens<'a>(folders: &Folders, tools: &TestTools, logs: &Path) -> Step<'a> {
    let report = logs.join("playwright.json");
    let mut playwright = page_script(folders, tools, "e2e");
    playwright.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    Step { title: "page: screens in a browser", work: Work::Tests(playwright, Counted::PlaywrightReport(report)) }
}

/// Everything, so that nothing is compiled during the tests; then the app's parts are put beside it.
fn build<'a>(folders: &'a Folders, tools: &'a TestTools) -> Step<'a> {
    let mut cargo = compile::build_command(folders);
    cargo.arg("--all-targets");
    let stage = Box::new(|messages: &str| {
        let folder = Profile::Dev.folder(folders);
        engine_folder::stage(&compile::read_messages(messages)?, &crate::cuda::built_libraries(folders), &folder)?;
        starter_model::stage(&tools.starter_model, &folder)
    });
    Step { title: "rust: build", work: Work::CheckThen(cargo, stage) }
}

/// For those who work on Hearth: private items are part of it, so links to them lead somewhere.
fn documentation(folders: &Folders) -> Command {
    let mut cargo = cargo(folders, "doc", &["--no-deps", "--document-private-items"]);
    cargo.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    cargo
}

fn rust_tests<'a>(folders: &Folders, tools: &TestTools, targets: &[String]) -> Step<'a> {
    let mut cargo = cargo(folders, "test", &["--no-fail-fast", "--lib", "--bins", "--examples"]);
    cargo.args(of_targets(targets)).env(MODEL_VARIABLE, &tools.starter_model);
    cargo.env(hub_client::VARIABLE, &tools.hub_client);
    Step { title: "rust: tests", work: Work::Tests(cargo, Counted::Log) }
}

/// In the real window, with the real engine; each test brings a display and a session bus of its own.
fn window_tests<'a>(folders: &'a Folders, tools: &'a TestTools, targets: Vec<String>) -> Step<'a> {
    let app = Profile::Dev.folder(folders).join("hearth").with_extension(std::env::consts::EXE_EXTENSION);
    let command = move |names: &[String]| {
        let mut cargo = cargo(folders, "test", &["--no-fail-fast"]);
        cargo.args(of_targets(&targets)).env("HEARTH_TEST_APP", &app).env(MODEL_VARIABLE, &tools.starter_model);
        if !names.is_empty() {
            cargo.args(["--", "--exact"]).args(names);
        }
        cargo
    };
    Step { title: "the real window", work: Work::TestsInWebview(command(&[]), Box::new(command)) }
}

/// Where the Rust tests find the starter model.
const MODEL_VARIABLE: &str = "HEARTH_STARTER_MODEL";

fn cargo(folders: &Folders, subcommand: &str, arguments: &[&str]) -> Command {
    let mut cargo = compile::cargo(folders, subcommand);
    cargo.args(arguments);
    cargo
}

/// Leaving packages out would change what cargo selects, and so what it has to build again; leaving targets out does
/// not.
fn of_targets(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().flat_map(|name| ["--test", name])
}

/// The files in the packages' `tests/` folders, by name.
struct TestTargets {
    window: Vec<String>,
    others: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl TestTargets {
    fn find(folders: &Folders) -> Result<Self> {
        let mut cargo = Command::new(program::cargo());
        cargo.current_dir(&folders.root).args(["metadata", "--format-version=1", "--no-deps"]);
        let metadata: Metadata = serde_json::from_str(&program::capture(&mut cargo)?)
            .context("cargo metadata wrote something unexpected")?;
        Self::of(metadata)
    }

    fn of(metadata: Metadata) -> Result<Self> {
        let mut found = Self { window: Vec::new(), others: Vec::new() };
        for package in metadata.packages {
            let tests = package.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "test"));
            let names = if package.name == WINDOW_TESTS { &mut found.window } else { &mut found.others };
            names.extend(tests.map(|target| target.name));
        }
        ensure!(!found.window.is_empty(), "{WINDOW_TESTS} has no tests");
        // Cargo selects by name alone.
        if let Some(name) = found.window.iter().find(|name| found.others.contains(name)) {
            anyhow::bail!("{WINDOW_TESTS} and another package both have a test file named {name}; rename one");
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets_of(window: &str, other: &str) -> Result<TestTargets> {
        let package = |name: &str, test: &str| Package {
            name: name.to_owned(),
            targets: vec![
                Target { name: name.to_owned(), kind: vec!["lib".to_owned()] },
                Target { name: test.to_owned(), kind: vec!["test".to_owned()] },
            ],
        };
        TestTargets::of(Metadata { packages: vec![package(WINDOW_TESTS, window), package("hearth", other)] })
    }

    #[test]
    fn tests_in_the_window_are_told_from_all_others() {
        let targets = targets_of("flows", "configuration").unwrap();
        assert_eq!((targets.window, targets.others), (vec!["flows".to_owned()], vec!["configuration".to_owned()]));
    }

    #[test]
    fn two_test_files_of_one_name_would_be_run_as_one_and_are_refused() {
        assert!(targets_of("flows", "flows").is_err());
    }
}
