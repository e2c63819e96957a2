//! Models that are spread over several files, as llama.cpp's `gguf-split` writes them: `name-00001-of-00003.gguf`.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use crate::found::{Sighting, Source};

/// A name taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PartName {
    /// What stands before the numbers.
    pub(crate) stem: String,
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) count: u32,
}

/// What a file's name says; `None` for a model in one file.
pub(crate) fn name(path: &Path) -> Option<PartName> {
    let stem = path.file_stem()?.to_str()?;
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| (text.len() == 5).then(|| text.parse().ok()).flatten();
    let (number, count) = (digits(number)?, digits(count)?);
    // A model of more parts than native code counts is none.
    (number >= 1 && number <= count && count <= 1024).then(|| PartName { stem: stem.to_owned(), number, count })
}

/// A file, with the other parts of its model that lie beside it: who names one part means all of them.
pub(crate) fn with_siblings(path: &Path) -> Vec<PathBuf> {
    let ending = path.extension().and_then(OsStr::to_str);
    let (Some(PartName { stem, count, .. }), Some(ending)) = (name(path), ending) else { return vec![path.to_owned()] };
    let parts = (1..=count).map(|number| path.with_file_name(format!("{stem}-{number:05}-of-{count:05}.{ending}")));
    parts.filter(|part| part == path || part.is_file()).collect()
}

/// Where the parts of one model are.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Set {
    folder: PathBuf,
    stem: String,
    count: u32,
    source: Source,
}

/// Makes one sighting of the parts that lie in one folder of one program. A part that is not there is noted.
pub(crate) fn gather(sightings: Vec<Sighting>) -> Vec<Sighting> {
    let mut whole = Vec::new();
    let mut split: BTreeMap<Set, BTreeMap<u32, Sighting>> = BTreeMap::new();
    for sighting in sightings {
        match name(sighting.first()) {
            Some(PartName { stem, number, count }) if count > 1 => {
                let folder = sighting.first().parent().map(Path::to_owned).unwrap_or_default();
                let set = Set { folder, stem, count, source: sighting.place.source.clone() };
                split.entry(set).or_default().insert(number, sighting);
            }
            _ => whole.push(sighting),
        }
    }
    for (Set { stem, count, .. }, parts) in split {
        let missing: Vec<u32> = (1..=count).filter(|number| !parts.contains_key(number)).collect();
        let mut parts = parts.into_values();
        let Some(mut first) = parts.next() else { continue };
        first.place.files.extend(parts.flat_map(|part| part.place.files));
        first.name = first.name.or(Some(stem));
        first.missing = (!missing.is_empty()).then_some((missing, count));
        whole.push(first);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_as_gguf_split_writes_them_are_parts() {
        let part = |file: &str| name(Path::new(file)).map(|part| (part.stem, part.number, part.count));
        let known = ("Qwen3-235B-Q4_K_M".to_owned(), 2, 5);
        assert_eq!(part("Qwen3-235B-Q4_K_M-00002-of-00005.gguf"), Some(known));
        for file in ["model.gguf", "a-1-of-2.gguf", "a-00003-of-00002.gguf", "a-00000-of-00002.gguf", "a-of-b.gguf"] {
            assert_eq!(part(file), None, "{file}");
        }
    }
}
