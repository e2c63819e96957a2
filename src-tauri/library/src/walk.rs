//! Looking through a folder and everything below it.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    identity,
    scan::{Problem, Trouble},
};

/// Folders in folders. LM Studio's layout needs three, a person's own order seldom more than six.
const MAX_DEPTH: usize = 16;
/// Names looked at in one folder and all below it. Somebody who adds a whole disk as a folder of models gets what is
/// found by then, and is told.
const MAX_NAMES: usize = 200_000;

/// Every file whose name is accepted, in the order of their paths. Links are followed, but no folder is looked through
/// twice, so that a link to a folder above itself ends. A folder that is not there is an empty one.
pub(crate) fn files(root: &Path, accept: impl Fn(&Path) -> bool, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut names = 0;
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        match identity::facts(&folder) {
            Ok(facts) if !seen.insert(facts.identity) => continue,
            Ok(_) => {}
            Err(error) => {
                // The root itself need not be there; that something below it has just gone is no problem either.
                if error.kind() != std::io::ErrorKind::NotFound {
                    problems.push(Problem { path: folder, trouble: Trouble::Unreadable(error) });
                }
                continue;
            }
        }
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(Problem { path: folder, trouble: Trouble::Unreadable(error) });
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(Problem { path: folder.clone(), trouble: Trouble::Unreadable(error) });
                    break;
                }
            };
            names += 1;
            if names > MAX_NAMES {
                problems.push(Problem { path: root.to_owned(), trouble: Trouble::TooMuch });
                found.sort();
                return found;
            }
            let path = entry.path();
            // Most entries are no links, and their kind comes with the listing.
            let kind = entry.file_type().ok();
            let is_folder = match kind {
                Some(kind) if kind.is_symlink() => path.is_dir(),
                Some(kind) => kind.is_dir(),
                None => false,
            };
            if is_folder && depth + 1 < MAX_DEPTH {
                open.push((path, depth + 1));
            } else if is_folder {
                problems.push(Problem { path, trouble: Trouble::TooDeep });
            } else if accept(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether a name ends as those of GGUF files do.
pub(crate) fn is_gguf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}
