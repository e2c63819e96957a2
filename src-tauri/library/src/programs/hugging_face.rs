//! Caches in the Hugging Face layout, as `huggingface_hub`'s `_cache_manager.py` reads them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    found::{Keeper, Neighbours, Place, Sighting, Source},
    repo::{Commit, Repo},
    scan::{Problem, Trouble},
    walk,
};

/// Every GGUF file of every snapshot. Where links are impossible the file itself lies in the snapshot; for looking,
/// that is the same.
pub(crate) fn sightings(cache: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let mut found = Vec::new();
    for repo_folder in folders(cache, problems) {
        let name = repo_folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with("models--") {
            continue;
        }
        let Some(repo) = Repo::of_folder(&name) else {
            problems.push(Problem { path: repo_folder, trouble: Trouble::BadName });
            continue;
        };
        for snapshot in folders(&repo_folder.join("snapshots"), problems) {
            let commit = snapshot.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let Some(commit): Option<Commit> = commit else {
                problems.push(Problem { path: snapshot, trouble: Trouble::BadName });
                continue;
            };
            found.extend(walk::files(&snapshot, walk::is_gguf, problems).into_iter().map(|path| Sighting {
                place: Place {
                    source: Source::HuggingFaceCache { repo: repo.clone(), commit: commit.clone() },
                    files: vec![path],
                    projector: None,
                    keeper: Keeper::Cache { repo_folder: repo_folder.clone() },
                },
                name: None,
                neighbours: Neighbours::OneRepository,
                missing: None,
            }));
        }
    }
    found
}

/// Every file of every snapshot of a repository, whatever it is. `None` if not all of them could be looked through.
pub(crate) fn snapshot_files(repo_folder: &Path) -> Option<Vec<PathBuf>> {
    let mut problems = Vec::new();
    let found = walk::files(&repo_folder.join("snapshots"), |_| true, &mut problems);
    problems.is_empty().then_some(found)
}

fn folders(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                problems.push(Problem { path: folder.to_owned(), trouble: Trouble::Unreadable(error) });
            }
            return Vec::new();
        }
    };
    let mut found: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}
