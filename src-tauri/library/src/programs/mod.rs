//! The programs whose models are found: one file for how each keeps them.

mod folder;
mod gpt4all;
mod hugging_face;
pub(crate) mod jan;
mod llama_cpp;
pub(crate) mod lm_studio;
pub(crate) mod ollama;

use std::path::Path;

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
