//! Hugging Face's own Python client, which the fake Hub is held against: in a virtual environment of its own in the
//! cache, with the versions and hashes of `hub-client.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::python_package::PYTHON;
use crate::{apt, checksum, kept, program};

/// Where the fake Hub's tests find the environment's Python.
pub(crate) const VARIABLE: &str = "HEARTH_HUB_CLIENT_PYTHON";

/// Returns the path of the Python that has the client. The environment is named for what is in it, so one that is there
/// and starts is the right one; one whose Python has left the system is made again.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let wanted = folders.packaging().join("hub-client.txt");
    let name = format!("hub-client-{}", &checksum::of_file(&wanted)?[..12]);
    let place = folders.cache.join(&name);
    if place.exists() && !works(&python_in(&place)) {
        fs::remove_dir_all(&place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    let place = kept::folder(folders, &name, |scratch| {
        println!("Fetching Hugging Face's Python client, for the tests.");
        make(&wanted, scratch).context(
            "cannot fetch Hugging Face's Python client; connect to the network and run `cargo xtask setup` again",
        )
    })?;
    Ok(python_in(&place))
}

fn make(wanted: &Path, scratch: &Path) -> Result<PathBuf> {
    let has_venv = || program::succeeds(Command::new(PYTHON).args(["-m", "ensurepip", "--version"]));
    if !has_venv() && apt::is_here() {
        apt::install(&["python3-venv"], "to keep the Python client apart from the system")?;
    }
    let environment = scratch.join("environment");
    program::run(Command::new(PYTHON).args(["-m", "venv"]).arg(&environment))?;
    let mut pip = Command::new(python_in(&environment));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(wanted);
    program::run(&mut pip)?;
    Ok(environment)
}

fn python_in(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn works(python: &Path) -> bool {
    python.exists() && program::succeeds(Command::new(python).args(["-c", "import huggingface_hub"]))
}
