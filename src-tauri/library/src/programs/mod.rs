//! The programs whose models are found: one file for how each keeps them.

mod folder;
mod gpt4all;
mod hugging_face;
pub(crate) mod jan;
mod llama_cpp;
pub(crate) mod lm_studio;
pub(crate) mod ollama;

use std::{fs, io::Read, path::Path};

use crate::{found::Sighting, roots::Roots, scan::Problem};

pub(crate) use hugging_face::snapshot_files;

/// Everything the programs show. The order decides whose name a model has that several of them reach.
pub(crate) fn sightings(roots: &Roots, problems: &mut Vec<Problem>) -> Vec<Sighting> {
    type Look = fn(&Path, &mut Vec<Problem>) -> Vec<Sighting>;
    let programs: [(&[_], Look); 7] = [
        (&roots.hugging_face, hugging_face::sightings),
        (&roots.lm_studio, lm_studio::sightings),
        (&roots.ollama, ollama::sightings),
        (&roots.jan, jan::sightings),
        (&roots.gpt4all, gpt4all::sightings),
        (&roots.llama_cpp, llama_cpp::sightings),
        (&roots.others, folder::sightings),
    ];
    let mut found = Vec::new();
    for (folders, look) in programs {
        for folder in folders {
            found.extend(look(folder, problems));
        }
    }
    found
}

/// Manifests, descriptions and settings have a few kilobytes; what is larger is none.
const MAX_SMALL_FILE_BYTES: u64 = 1024 * 1024;

/// A small file of another program, as text. `None` if it is not there, too large or no text.
fn small_text(path: &Path) -> Option<String> {
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    let bytes = file.take(MAX_SMALL_FILE_BYTES + 1).read_to_string(&mut text).ok()?;
    (bytes as u64 <= MAX_SMALL_FILE_BYTES).then_some(text)
}
