//! LM Studio: `publisher/repository/file.gguf`, as its documentation has it ("Import Models").

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    found::{Neighbours, Sighting, Source},
    scan::Problem,
    small, walk,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    downloads_folder: Option<PathBuf>,
}

/// Its folders: the one its settings name, the one in its home (which a pointer file may have moved), and that of its
/// first versions.
pub(crate) fn folders(home: &Path, settings: &Path) -> Vec<PathBuf> {
    let note = small::text(&home.join(".lmstudio-home-pointer"));
    let chosen_home = note.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(PathBuf::from);
    let homes: Vec<PathBuf> =
        chosen_home.into_iter().chain([home.join(".lmstudio"), home.join(".cache/lm-studio")]).collect();
    let files = homes.iter().map(|home| home.join("settings.json")).chain([settings.join("LM Studio/settings.json")]);
    let chosen = files.filter_map(|file| {
        let settings: Settings = serde_json::from_str(&small::text(&file)?).ok()?;
        settings.downloads_folder.filter(|folder| folder.is_absolute())
    });
    chosen.chain(homes.iter().map(|home| home.join("models"))).collect()
}

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let files = walk::files(root, walk::is_gguf, problems);
    files.into_iter().map(|path| Sighting::of_file(Source::LmStudio, path, Neighbours::OneRepository)).collect()
}
