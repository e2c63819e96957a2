//! llama.cpp's own cache: `owner_repository_file.gguf` side by side, with a `manifest=owner=repository=tag.json` for
//! each. Since it has changed to the Hugging Face layout, `LLAMA_CACHE` names a cache of that kind, and one folder may
//! hold both. As its `common/hf-cache.cpp` and the older `common/arg.cpp` have it.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    found::{Neighbours, Sighting, Source},
    programs::hugging_face,
    repo::Repo,
    scan::{Problem, Trouble},
    small, walk,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    gguf_file: Option<File>,
    mmproj_file: Option<File>,
}

#[derive(Deserialize)]
struct File {
    rfilename: String,
}

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                problems.push(Problem { path: root.to_owned(), trouble: Trouble::Unreadable(error) });
            }
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let manifests: Vec<PathBuf> = paths.iter().filter(|path| repo_of_manifest(path).is_some()).cloned().collect();
    let known = of_manifests(root, &manifests, problems);
    let mut found: Vec<Sighting> = paths
        .into_iter()
        .filter(|path| walk::is_gguf(path) && !path.is_dir())
        .map(|path| {
            let (repo, projector) = known.get(&path).cloned().map_or((None, None), |known| (Some(known.0), known.1));
            let mut sighting = Sighting::of_file(Source::LlamaCpp { repo }, path, Neighbours::Anything);
            sighting.place.projector = projector;
            sighting
        })
        .collect();
    found.extend(hugging_face::sightings(root, problems));
    found
}

/// Repository and projector of each file that a manifest names.
fn of_manifests(
    root: &Path,
    manifests: &[PathBuf],
    problems: &mut Vec<Problem>,
) -> HashMap<PathBuf, (Repo, Option<PathBuf>)> {
    let mut known = HashMap::new();
    for path in manifests {
        let Some(repo) = repo_of_manifest(path) else { continue };
        let manifest = small::text(path).and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
        let Some(manifest) = manifest else {
            problems.push(Problem { path: path.clone(), trouble: Trouble::Malformed });
            continue;
        };
        let prefix = repo.as_str().replace('/', "_");
        let file = |file: File| root.join(format!("{prefix}_{}", file.rfilename.replace(['/', '\\'], "_")));
        let projector = manifest.mmproj_file.map(file).filter(|path| path.exists());
        if let Some(model) = manifest.gguf_file.map(file) {
            known.insert(model, (repo, projector));
        }
    }
    known
}

fn repo_of_manifest(path: &Path) -> Option<Repo> {
    let name = path.file_name()?.to_str()?.strip_prefix("manifest=")?.strip_suffix(".json")?;
    let mut parts = name.split('=');
    format!("{}/{}", parts.next()?, parts.next()?).parse().ok()
}
