//! Packages of the Python index, fetched with pip: the index that the machine is configured for is then used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{apt, program};

/// One version of a package.
#[derive(Deserialize)]
pub(crate) struct PythonPackage {
    package: String,
    version: String,
}

impl PythonPackage {
    pub(crate) fn shown(&self) -> String {
        format!("the Python package {}=={}", self.package, self.version)
    }

    /// Downloads the built package into `folder` and returns its path.
    pub(crate) fn fetch_wheel(&self, folder: &Path) -> Result<PathBuf> {
        let mut pip = pip()?;
        pip.args(["--only-binary", ":all:", "--dest"]).arg(folder).arg(format!("{}=={}", self.package, self.version));
        program::run(&mut pip)?;
        the_one_file("whl", folder)
    }

    /// Downloads the source archive into `folder` and returns its path. pip runs the archive's own metadata step, so
    /// the archive is verified by pip, before that.
    pub(crate) fn fetch_source(&self, archive_sha256: &str, folder: &Path) -> Result<PathBuf> {
        let wanted = folder.join("requirements.txt");
        fs::write(&wanted, format!("{}=={} --hash=sha256:{archive_sha256}\n", self.package, self.version))
            .with_context(|| format!("cannot write {}", wanted.display()))?;
        let mut pip = pip()?;
        pip.args(["--no-binary", &self.package, "--require-hashes", "--dest"])
            .arg(folder)
            .arg("--requirement")
            .arg(&wanted);
        program::run(&mut pip)?;
        the_one_file("gz", folder)
    }
}

/// Unpacks a wheel, which is a ZIP archive. Python itself is there wherever pip is.
pub(crate) fn unpack_wheel(wheel: &Path, into: &Path) -> Result<()> {
    program::run(Command::new(PYTHON).args(["-m", "zipfile", "--extract"]).arg(wheel).arg(into))
}

/// Python's name on this system.
pub(crate) const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

fn pip() -> Result<Command> {
    let there = || program::succeeds(Command::new(PYTHON).args(["-m", "pip", "--version"]));
    if !there() && apt::is_here() {
        apt::install(&["python3-pip"], "to fetch from the Python index")?;
    }
    if !there() {
        bail!("`{PYTHON} -m pip` does not work here; install Python 3 with pip");
    }
    let mut pip = Command::new(PYTHON);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    Ok(pip)
}

fn the_one_file(extension: &str, folder: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            return Ok(path);
        }
    }
    bail!("pip ended without an error, but left no .{extension} file")
}
