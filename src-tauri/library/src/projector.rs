//! Which projector belongs to which model.

use std::path::{Path, PathBuf};

use crate::found::{Neighbours, Sighting};

/// Finds the projector among those there are, for a sighting that names none.
pub(crate) fn beside<'a>(sighting: &Sighting, projectors: &'a [PathBuf]) -> Option<&'a Path> {
    let folder = sighting.first().parent()?;
    let near = |projector: &&PathBuf| match sighting.neighbours {
        Neighbours::Named => false,
        // Builds of one repository may lie in folders of their own, with one projector above them for all.
        Neighbours::OneRepository => projector.parent().is_some_and(|parent| is_above(parent, folder)),
        Neighbours::Anything => projector.parent() == Some(folder) && is_named_for(projector, sighting.first()),
    };
    let found = projectors.iter().filter(near);
    found.min_by_key(|projector| rank(projector)).map(PathBuf::as_path)
}

/// The folder itself, or the one above it.
fn is_above(folder: &Path, other: &Path) -> bool {
    folder == other || other.parent() == Some(folder)
}

/// F16 is what everybody publishes and what runs everywhere; BF16 is slow on older machines, the others are rare.
fn rank(projector: &Path) -> (u8, PathBuf) {
    let name = projector.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let rank = match () {
        () if name.contains("bf16") => 1,
        () if name.contains("f16") => 0,
        () if name.contains("q8_0") => 2,
        () => 3,
    };
    (rank, projector.to_owned())
}

/// Whether a projector's name is the model's, but for what says how each is stored: `mmproj-gemma-3-4b-it-f16.gguf` and
/// `gemma-3-4b-it-Q4_K_M.gguf`.
fn is_named_for(projector: &Path, model: &Path) -> bool {
    let words = |path: &Path| -> Vec<String> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let words = stem.split(['-', '.', ' ']).filter(|word| !word.is_empty() && *word != "mmproj");
        words.map(str::to_owned).collect()
    };
    let mut projector = words(projector);
    while projector.last().is_some_and(|word| matches!(word.as_str(), "f16" | "bf16" | "f32" | "q8_0" | "model")) {
        projector.pop();
    }
    // One word alone ("gemma") would fit too many.
    projector.len() >= 2 && words(model).starts_with(&projector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_folder_of_anything_the_name_tells() {
        let named = |projector: &str, model: &str| is_named_for(Path::new(projector), Path::new(model));
        assert!(named("mmproj-gemma-3-4b-it-f16.gguf", "gemma-3-4b-it-Q4_K_M.gguf"));
        assert!(named("gemma-3-4b-it.mmproj-Q8_0.gguf", "gemma-3-4b-it.Q4_K_M.gguf"));
        assert!(!named("mmproj-gemma-3-12b-it-f16.gguf", "gemma-3-4b-it-Q4_K_M.gguf"));
        assert!(!named("mmproj-model-f16.gguf", "gemma-3-4b-it-Q4_K_M.gguf"));
    }
}
