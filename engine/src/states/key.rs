//! What must be the same for a KV state to mean the same.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use hearth_gguf::WholeModel;
use hearth_ipc::LoadedModel;

use crate::llama;

/// The header of most files, and the beginning of the longest ones'.
const HEAD_BYTES: u64 = 4 << 20;

/// Of the weights, so many pieces…
const SAMPLES: u64 = 16;

/// …of this length are looked at. Two trainings of one model may have headers that are the same to the last byte.
const SAMPLE_BYTES: u64 = 16 << 10;

/// Names model, engine and settings. States with another key are of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateKey(String);

impl StateKey {
    /// Of a model that is loaded, from the files that were checked before.
    pub(crate) fn new(model: &LoadedModel, checked: &WholeModel) -> io::Result<Self> {
        let mut files = String::new();
        for part in paths(&model.path, checked.parts().count()) {
            let mut file = File::open(part)?;
            let length = file.metadata()?.len();
            // Writing to a String does not fail.
            let _ = write!(files, "{length:x}.{:08x} ", fingerprint(&mut file, length)?);
        }
        // The context's length is not in it: a state fits wherever its tokens do. But some models turn positions in
        // another way when their context is longer than the one that they were first trained with.
        let original = format!("{}.rope.scaling.original_context_length", model.architecture);
        let original = checked.header().metadata().unsigned(&original);
        let stretched = original.is_some_and(|original| u64::from(model.context_tokens) > original);
        Ok(Self(format!(
            "{files}engine {} llama.cpp {} on {} kv {:?} flash {} stretched {stretched}",
            env!("CARGO_PKG_VERSION"),
            llama::version(),
            model.compute.as_str(),
            model.kv_cache,
            model.flash_attention,
        )))
    }

    /// As it is written down.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    #[cfg(test)]
    pub(super) fn of_text(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The files of a model, which `hearth_gguf` has found by the same names.
fn paths(first: &Path, parts: usize) -> Vec<PathBuf> {
    let name = first.file_name().and_then(|name| name.to_str());
    match name.and_then(|name| name.strip_suffix(&format!("-00001-of-{parts:05}.gguf"))) {
        Some(prefix) if parts > 1 => {
            let name = |part| format!("{prefix}-{part:05}-of-{parts:05}.gguf");
            (1..=parts).map(|part| first.with_file_name(name(part))).collect()
        }
        _ => vec![first.to_owned()],
    }
}

fn fingerprint(file: &mut File, length: u64) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut piece = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut piece)?;
    hasher.update(&piece);
    for sample in 1..=SAMPLES {
        piece.clear();
        file.seek(SeekFrom::Start((length / SAMPLES * sample).saturating_sub(SAMPLE_BYTES)))?;
        file.by_ref().take(SAMPLE_BYTES).read_to_end(&mut piece)?;
        hasher.update(&piece);
    }
    Ok(hasher.finalize())
}
