//! What is shipped beside the program: the engine with its libraries, and the starter model.

use std::path::{Path, PathBuf};

use anyhow::Context;
use hearth_core::{SamplingAdvice, StarterModel};
use serde::Deserialize;

/// The manifest that names the starter model's file; the same one by which it is fetched.
const STARTER_MODEL: &str = include_str!("../../packaging/starter-model.json");

/// Where the shipped files lie.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resources {
    /// The engine's program, in the folder with its libraries.
    pub(crate) engine: PathBuf,
    /// The starter model, with what its manifest says of it.
    pub(crate) starter_model: StarterModel,
}

#[derive(Deserialize)]
struct Manifest {
    file: PathBuf,
    sampling: SamplingAdvice,
    answer_limit_tokens: u32,
}

impl Resources {
    /// Each is looked for beside the program itself (so a build folder works as it is), then in the package's folder
    /// for resources. What is in neither place is named where it should be: its user then says what is missing.
    pub(crate) fn find(resource_folder: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the program's own path is unknown")?;
        let beside = program.parent().context("the program lies in no folder")?;
        Self::find_in(&[beside, resource_folder])
    }

    fn find_in(folders: &[&Path]) -> anyhow::Result<Self> {
        let manifest: Manifest = serde_json::from_str(STARTER_MODEL).context("the starter model's manifest")?;
        let engine = Path::new("engine").join("hearth-engine").with_extension(std::env::consts::EXE_EXTENSION);
        let starter_model = Path::new("models").join(manifest.file);
        let find = |file: &Path| {
            let mut places = folders.iter().map(|folder| folder.join(file));
            places
                .clone()
                .find(|place| place.exists())
                .or_else(|| places.next_back())
                .unwrap_or_else(|| file.to_owned())
        };
        let starter_model = StarterModel {
            path: find(&starter_model),
            sampling: manifest.sampling,
            answer_limit_tokens: Some(manifest.answer_limit_tokens),
        };
        Ok(Self { engine: find(&engine), starter_model })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_program_is_taken_before_the_package_s() {
        let beside = tempfile::tempdir().expect("a scratch folder");
        let package = tempfile::tempdir().expect("a scratch folder");
        let nowhere = Resources::find_in(&[beside.path(), package.path()]).expect("a valid manifest");
        assert!(nowhere.engine.starts_with(package.path()), "a missing file is named in the package");

        let engine = nowhere.engine.strip_prefix(package.path()).expect("in the package");
        for folder in [&package, &beside] {
            std::fs::create_dir(folder.path().join("engine")).expect("a folder");
            std::fs::write(folder.path().join(engine), b"").expect("a file");
            let found = Resources::find_in(&[beside.path(), package.path()]).expect("a valid manifest");
            assert_eq!(found.engine, folder.path().join(engine));
        }
    }
}
