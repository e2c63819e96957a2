//! llama.cpp's own programs, of nearly the same version as the one in the engine. The Python index has them as source
//! only; they are compiled once, the way upstream does it by default: for this machine's processor.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::folders::Folders;
use crate::python_package::PythonPackage;
use crate::{kept, program};

/// What `packaging/rival.json` says.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    folder: String,
    licence: String,
    #[serde(flatten)]
    package: PythonPackage,
    archive_folder: String,
    archive_sha256: String,
    /// llama.cpp's folder in the archive.
    source: String,
    programs: Vec<String>,
}

/// Only what the programs need, found beside them wherever they are put, and without a page from the network.
const SETTINGS: [&str; 9] = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON",
    "-DCMAKE_INSTALL_RPATH=$ORIGIN",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
];

/// Returns the folder that holds them.
pub(super) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let manifest: Manifest = kept::manifest(folders, "rival.json")?;
    kept::folder(folders, &manifest.folder, |scratch| make(&manifest, scratch))
}

fn make(manifest: &Manifest, scratch: &Path) -> Result<PathBuf> {
    println!(
        "Fetching {} (licence {}) as source out of {}.",
        manifest.name,
        manifest.licence,
        manifest.package.shown()
    );
    let archive = manifest
        .package
        .fetch_source(&manifest.archive_sha256, scratch)
        .context("cannot fetch what Hearth is measured against; connect to the network and run this again")?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(scratch);
    tar.arg(format!("{}/{}", manifest.archive_folder, manifest.source));
    program::run(&mut tar)?;

    println!("Compiling it, once: this takes some minutes.");
    let source = scratch.join(&manifest.archive_folder).join(&manifest.source);
    compile(&source, &scratch.join("build"), &manifest.programs)
}

/// Returns the folder with the programs and their libraries.
fn compile(source: &Path, build: &Path, programs: &[String]) -> Result<PathBuf> {
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(source).arg("-B").arg(build).args(SETTINGS).args(["--log-level=WARNING"]);
    program::run(&mut configure)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    let mut make = Command::new("cmake");
    make.arg("--build").arg(build).args(["--parallel", &threads, "--target"]).args(programs);
    program::run(&mut make)?;
    Ok(build.join("bin"))
}
