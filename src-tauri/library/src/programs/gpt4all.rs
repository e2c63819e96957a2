//! GPT4All: files side by side in one folder.

use std::path::Path;

use crate::{
    found::{Neighbours, Sighting, Source},
    scan::Problem,
    walk,
};

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let files = walk::files(root, walk::is_gguf, problems).into_iter();
    // While it downloads, the file is called `incomplete-...` or ends in `.part`.
    let finished =
        files.filter(|path| !path.file_name().unwrap_or_default().to_string_lossy().starts_with("incomplete"));
    finished.map(|path| Sighting::of_file(Source::Gpt4All, path, Neighbours::Anything)).collect()
}
