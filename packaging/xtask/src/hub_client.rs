//! Hugging Face's own Python client, which the fake Hub is held against: in a virtual environment of its own in the
//! cache, with the versions and hashes of `hub-client.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::python_package::PYTHON;
use crate::{apt, checksum, program};

/// Where the fake Hub's tests find the environment's Python.
pub(crate) const VARIABLE: &str = "HEARTH_HUB_CLIENT_PYTHON";

/// Returns the path of the Python that has the client. The environment appears by one rename and is named for what is
/// in it, so one that is there and starts is complete; one whose Python has left the system is made again.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let wanted = folders.packaging().join("hub-client.txt");
    let place = folders.cache.join(format!("hub-client-{}", &checksum::of_file(&wanted)?[..12]));
    let python = python_in(&place);
    if works(&python) {
        return Ok(python);
    }
    if place.exists() {
        fs::remove_dir_all(&place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    println!("Fetching Hugging Face's Python client, for the tests.");
    let scratch = make(folders, &wanted).context(
        "cannot fetch Hugging Face's Python client; connect to the network and run `cargo xtask setup` again",
    )?;
    fs::rename(scratch.path().join("environment"), &place)
        .with_context(|| format!("cannot move the Python client to {}", place.display()))?;
    Ok(python)
}

fn make(folders: &Folders, wanted: &Path) -> Result<tempfile::TempDir> {
    let has_venv = || program::succeeds(Command::new(PYTHON).args(["-m", "ensurepip", "--version"]));
    if !has_venv() && apt::is_here() {
        apt::install(&["python3-venv"], "to keep the Python client apart from the system")?;
    }
    fs::create_dir_all(&folders.cache).with_context(|| format!("cannot make {}", folders.cache.display()))?;
    let scratch = tempfile::tempdir_in(&folders.cache).context("cannot make a temporary folder")?;
    let environment = scratch.path().join("environment");
    program::run(Command::new(PYTHON).args(["-m", "venv"]).arg(&environment))?;
    let mut pip = Command::new(python_in(&environment));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(wanted);
    program::run(&mut pip)?;
    Ok(scratch)
}

fn python_in(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn works(python: &Path) -> bool {
    python.exists() && program::succeeds(Command::new(python).args(["-c", "import huggingface_hub"]))
}
