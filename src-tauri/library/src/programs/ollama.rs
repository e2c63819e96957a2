//! Ollama: a manifest for each tag under `manifests/registry/namespace/model/tag`, contents in `blobs/sha256-...`, as
//! its `manifest` package has it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    found::{Keeper, Neighbours, Place, Sighting, Source},
    scan::{Problem, Trouble},
    small, walk,
};

const MODEL: &str = "application/vnd.ollama.image.model";
const PROJECTOR: &str = "application/vnd.ollama.image.projector";

#[derive(Deserialize)]
struct Manifest {
    config: Option<Layer>,
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    digest: String,
}

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let mut found = Vec::new();
    for path in manifests(root, problems) {
        // Other programs leave their traces in every folder.
        let Some(name) = name(root, &path) else { continue };
        let Some(manifest) = read(&path) else {
            problems.push(Problem { path, trouble: Trouble::Malformed });
            continue;
        };
        let blob = |kind: &str| {
            let layer = manifest.layers.iter().find(|layer| layer.media_type == kind)?;
            blob(root, &layer.digest)
        };
        // Without such a layer it is one of the models that Ollama keeps tensor by tensor, or runs elsewhere.
        let Some(model) = blob(MODEL) else { continue };
        found.push(Sighting {
            place: Place {
                source: Source::Ollama { name: name.clone() },
                files: vec![model],
                projector: blob(PROJECTOR),
                keeper: Keeper::Ollama { root: root.to_owned(), manifest: path },
            },
            name: Some(name),
            neighbours: Neighbours::Named,
            missing: None,
        });
    }
    found
}

/// The blobs that a manifest names, of whatever kind.
pub(crate) fn blobs_of(root: &Path, manifest: &Path) -> Option<Vec<PathBuf>> {
    let manifest = read(manifest)?;
    let layers = manifest.layers.iter().chain(&manifest.config);
    Some(layers.filter_map(|layer| blob(root, &layer.digest)).collect())
}

/// The blobs that the manifests need which `stays` chooses. `None` if that cannot be said of all of them: then Ollama
/// takes no blob away either (`PruneLayers` is skipped when a manifest is corrupt). So it is in a store of a newer
/// Ollama, which keeps its manifests elsewhere.
pub(crate) fn blobs_needed(root: &Path, stays: impl Fn(&Path) -> bool) -> Option<HashSet<PathBuf>> {
    let mut problems = Vec::new();
    let mut needed = HashSet::new();
    for manifest in manifests(root, &mut problems).iter().filter(|path| stays(path)) {
        match blobs_of(root, manifest) {
            Some(blobs) => needed.extend(blobs),
            // Other programs leave their traces in every folder.
            None if name(root, manifest).is_none() => {}
            None => return None,
        }
    }
    let is_understood = problems.is_empty() && !root.join("manifests-v2").exists();
    is_understood.then_some(needed)
}

/// What Ollama calls the model in this file, if it is one of its blobs. Looks through the manifests of its store.
pub fn ollama_name(blob: &Path) -> Option<String> {
    let folder = blob.parent()?;
    if !(folder.ends_with("blobs") && blob.file_name()?.to_str()?.starts_with("sha256-")) {
        return None;
    }
    // What is wrong with the store is told where all of it is shown.
    let mut sightings = sightings(folder.parent()?, &mut Vec::new()).into_iter();
    sightings.find(|sighting| sighting.place.files.iter().any(|file| file == blob))?.name
}

/// All manifests of a store.
fn manifests(root: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    walk::files(&root.join("manifests"), |_| true, problems)
}

fn read(path: &Path) -> Option<Manifest> {
    serde_json::from_str(&small::text(path)?).ok()
}

/// As Ollama prints it: its own registry and the namespace `library` go without saying.
fn name(root: &Path, manifest: &Path) -> Option<String> {
    let path = manifest.strip_prefix(root.join("manifests")).ok()?;
    let parts = path.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>()?;
    let [registry, namespace, model, tag] = parts[..] else { return None };
    if tag.starts_with('.') {
        return None;
    }
    Some(match (registry, namespace) {
        ("registry.ollama.ai", "library") => format!("{model}:{tag}"),
        ("registry.ollama.ai", namespace) => format!("{namespace}/{model}:{tag}"),
        (registry, namespace) => format!("{registry}/{namespace}/{model}:{tag}"),
    })
}

/// The file of a digest, which must be one: it becomes a path.
fn blob(root: &Path, digest: &str) -> Option<PathBuf> {
    let hash = digest.strip_prefix("sha256:").or_else(|| digest.strip_prefix("sha256-"))?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| root.join("blobs").join(format!("sha256-{hash}")))
}
