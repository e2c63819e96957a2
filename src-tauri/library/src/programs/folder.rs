//! A folder, or a single file, that a person has added.

use std::path::Path;

use crate::{
    found::{Neighbours, Sighting, Source},
    parts,
    scan::Problem,
    walk,
};

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    // A file that a person names is meant, whatever it is called.
    let files = if root.is_file() { parts::with_siblings(root) } else { walk::files(root, walk::is_gguf, problems) };
    files.into_iter().map(|path| Sighting::of_file(Source::Folder, path, Neighbours::Anything)).collect()
}
