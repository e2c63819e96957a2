//! What a model is called.
//!
//! By its file, not by its metadata: files are named for people ("SmolLM2-135M-Instruct.Q4_1.gguf"), while
//! `general.name` often holds the name of a training run ("Smollm2 135M 8k Lc100K Mix1 Ep2"). And the file's name is
//! known before anything is read.

use std::path::Path;

/// The file's stem in words, without what says how its weights are stored and which part of a split file it is.
pub(crate) fn of_file(path: &Path) -> String {
    of_stem(&path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy())
}

/// The same for a name that has no ending.
pub(crate) fn of_stem(stem: &str) -> String {
    let mut name = without_part(stem);
    while let Some(shorter) = without_storage(name) {
        name = shorter;
    }
    name.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Without the `-00001-of-00003` that llama.cpp's `gguf-split` writes.
fn without_part(stem: &str) -> &str {
    let numbered = stem.rsplit_once("-of-").filter(|(_, total)| is_number(total));
    let base = numbered.and_then(|(rest, _)| rest.rsplit_once('-')).filter(|(_, part)| is_number(part));
    base.map_or(stem, |(base, _)| base)
}

/// Without the last part, if it names a kind of storage and something is left.
fn without_storage(name: &str) -> Option<&str> {
    let (rest, last) = name.rsplit_once(['-', '.'])?;
    (!rest.is_empty() && names_storage(last)).then_some(rest)
}

/// `Q4_K_M`, `IQ2_XXS`, `TQ1_0`, `MXFP4`, `BF16`, `F16`, and the prefixes of those who publish them: `UD`, `i1`.
fn names_storage(part: &str) -> bool {
    let part = part.to_ascii_uppercase();
    if matches!(part.as_str(), "UD" | "I1" | "F16" | "FP16" | "F32" | "BF16" | "GGUF") || part.starts_with("MXFP4") {
        return true;
    }
    let bits = part.strip_prefix("IQ").or_else(|| part.strip_prefix("TQ")).or_else(|| part.strip_prefix('Q'));
    bits.is_some_and(|bits| {
        let (number, rest) = bits.split_at(bits.len().min(1));
        is_number(number) && (rest.is_empty() || rest.starts_with('_'))
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_called_by_its_file_without_what_only_experts_read() {
        let cases = [
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2 135M Instruct"),
            ("Qwen3-4B-Instruct-2507-UD-Q4_K_XL.gguf", "Qwen3 4B Instruct 2507"),
            ("gemma-3-4b-it.i1-IQ3_XXS.gguf", "gemma 3 4b it"),
            ("gpt-oss-20b-MXFP4.gguf", "gpt oss 20b"),
            ("Llama-3.3-70B-Instruct-Q8_0-00001-of-00002.gguf", "Llama 3.3 70B Instruct"),
            ("phi_4_mini-BF16.gguf", "phi 4 mini"),
            ("Mistral-7B.gguf", "Mistral 7B"),
            ("Q8_0.gguf", "Q8 0"),
        ];
        for (file, name) in cases {
            assert_eq!(of_file(Path::new(file)), name, "{file}");
        }
    }
}
