//! The Chromium that the page's tests and pictures run in.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::{apt, page, program};

/// The page's test configurations read the browser's path from this variable.
pub(crate) const VARIABLE: &str = "HEARTH_CHROMIUM";

/// Returns the browser's path: the one that the variable names, the system's, or Playwright's own build of it.
///
/// Ubuntu has Chromium only as a snap, which cannot see the temporary folders that tests work in; there, and where no
/// system package is known, Playwright fetches its own.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Ok(path.into());
    }
    if let Some(path) = of_the_system() {
        return Ok(path);
    }
    if apt::is_here() {
        apt::update()?;
        if apt::offers("chromium") {
            apt::install(&["chromium"], "to test the page")?;
        }
        if let Some(path) = of_the_system() {
            return Ok(path);
        }
    }
    of_playwright(folders)
}

fn of_the_system() -> Option<PathBuf> {
    ["chromium", "google-chrome-stable", "google-chrome"]
        .into_iter()
        .filter_map(program::find)
        .find(|path| !path.starts_with("/snap"))
}

fn of_playwright(folders: &Folders) -> Result<PathBuf> {
    println!("Fetching Playwright's Chromium to test the page.");
    page::install_dependencies(folders)?;
    let mut install = Command::new(program::npm());
    install.current_dir(folders.page()).args(["exec", "--no", "--", "playwright", "install"]);
    if apt::is_here() {
        install.arg("--with-deps");
    }
    program::run(install.arg("chromium"))?;
    let mut ask = Command::new("node");
    ask.current_dir(folders.page())
        .args(["--input-type=module", "--eval"])
        .arg("import { chromium } from '@playwright/test'; console.log(chromium.executablePath());");
    let path = PathBuf::from(program::capture(&mut ask)?.trim());
    path.is_file().then_some(path).context("Playwright installed a browser, but not where it says")
}
