//! Jan: a `model.yml` for each model under `llamacpp/models`, which says where the file is; a `model.json` beside the
//! file in its first versions. As its llama.cpp extension has it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    found::{Keeper, Neighbours, Place, Sighting, Source},
    parts,
    scan::{Problem, Trouble},
    small, walk,
};

#[derive(Deserialize)]
struct Settings {
    data_folder: Option<PathBuf>,
}

/// The description of Jan's first versions. A model that was imported in place has its path as its address.
#[derive(Deserialize)]
struct OldDescription {
    #[serde(default)]
    sources: Vec<OldSource>,
}

#[derive(Deserialize)]
struct OldSource {
    #[serde(default)]
    url: String,
}

/// Its data folders: the one its settings name, the default, and that of its first versions.
pub(crate) fn folders(home: &Path, roaming: &Path) -> Vec<PathBuf> {
    let own = roaming.join("Jan");
    let chosen = small::text(&own.join("settings.json"))
        .and_then(|text| serde_json::from_str::<Settings>(&text).ok())
        .and_then(|settings| settings.data_folder)
        .filter(|folder| folder.is_absolute());
    chosen.into_iter().chain([own.join("data"), home.join("jan")]).collect()
}

pub(crate) fn sightings(root: &Path, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    let mut found = Vec::new();
    let mut named = HashSet::new();
    for folder in [root.join("llamacpp/models"), root.join("models")] {
        let is_known = |path: &Path| walk::is_gguf(path) || is_description(path);
        let (descriptions, files): (Vec<_>, Vec<_>) =
            walk::files(&folder, is_known, problems).into_iter().partition(|path| is_description(path));
        for description in descriptions {
            let Some(text) = small::text(&description) else {
                problems.push(Problem { path: description, trouble: Trouble::Malformed });
                continue;
            };
            let (model, projector) = if description.extension().is_some_and(|extension| extension == "json") {
                (imported(&text), None)
            } else {
                // Either is absolute or starts at the data folder.
                let path = |key| yaml_text(&text, key).map(|value| root.join(value));
                (path("model_path"), path("mmproj_path"))
            };
            let Some(model) = model else { continue };
            named.extend(projector.clone());
            let name = description.parent().and_then(|parent| parent.strip_prefix(&folder).ok());
            let name = name.map(words).filter(|name| !name.is_empty());
            for model in parts::with_siblings(&model) {
                named.insert(model.clone());
                let place = Place {
                    source: Source::Jan,
                    files: vec![model],
                    projector: projector.clone(),
                    keeper: Keeper::Described { description: description.clone(), data: root.to_owned() },
                };
                found.push(Sighting { place, name: name.clone(), neighbours: Neighbours::Named, missing: None });
            }
        }
        let others = files.into_iter().filter(|path| !named.contains(path));
        found.extend(others.map(|path| Sighting::of_file(Source::Jan, path, Neighbours::OneRepository)));
    }
    found
}

/// The folders from Jan's own to the model's are the model's name, with the same strokes on every system.
fn words(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn is_description(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "model.yml" || name == "model.json")
}

/// The path of a model that lies outside Jan's folder.
fn imported(description: &str) -> Option<PathBuf> {
    let description: OldDescription = serde_json::from_str(description).ok()?;
    description.sources.into_iter().map(|source| PathBuf::from(source.url)).find(|path| path.is_absolute())
}

/// A text at the top level of a YAML file such as Jan writes: `key: value` on one line, the value plain or quoted.
fn yaml_text(yaml: &str, key: &str) -> Option<String> {
    let value = yaml.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?.trim();
    let text = if let Some(quoted) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        quoted.replace("''", "'")
    } else if value.starts_with('"') {
        // YAML's double quotes are JSON's, but for escapes that no path needs.
        serde_json::from_str(value).ok()?
    } else {
        value.to_owned()
    };
    (!text.is_empty() && text != "null" && text != "~").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_however_it_is_quoted() {
        let yaml = "name: x\nmodel_path: llamacpp/models/a/model.gguf\nmmproj_path: 'it''s.gguf'\nother: \"C:\\\\a b.gguf\"\nnone: null\n";
        assert_eq!(yaml_text(yaml, "model_path").as_deref(), Some("llamacpp/models/a/model.gguf"));
        assert_eq!(yaml_text(yaml, "mmproj_path").as_deref(), Some("it's.gguf"));
        assert_eq!(yaml_text(yaml, "other").as_deref(), Some("C:\\a b.gguf"));
        assert_eq!(yaml_text(yaml, "none"), None);
        assert_eq!(yaml_text(yaml, "model"), None, "a key is a whole word");
    }
}
