//! The smallest file that the safe check takes for a model.

use std::path::{Path, PathBuf};

/// Writes one that calls itself `name`.
pub(crate) fn write(folder: &Path, file: &str, name: &str) -> PathBuf {
    let path = folder.join(file);
    std::fs::write(&path, bytes(name, "llama")).expect("a model file");
    path
}

/// A sound file of some architecture.
pub(crate) fn bytes(name: &str, architecture: &str) -> Vec<u8> {
    file(name, architecture, None)
}

/// A part of a model that is spread over several files. They are counted from 0.
pub(crate) fn part(name: &str, number: u16, count: u16) -> Vec<u8> {
    file(name, "llama", Some((number, count)))
}

fn file(name: &str, architecture: &str, split: Option<(u16, u16)>) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(b"GGUF");
    file.extend(3_u32.to_le_bytes());
    file.extend(1_u64.to_le_bytes());
    file.extend(if split.is_some() { 9_u64 } else { 7 }.to_le_bytes());
    for (key, value) in
        [("general.architecture", architecture), ("general.name", name), ("tokenizer.ggml.model", "gpt2")]
    {
        text(&mut file, key);
        file.extend(8_u32.to_le_bytes());
        text(&mut file, value);
    }
    for (key, value) in [("block_count", 1_u32), ("embedding_length", 8), ("context_length", 64)] {
        text(&mut file, &format!("{architecture}.{key}"));
        file.extend(4_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    text(&mut file, "tokenizer.ggml.tokens");
    file.extend(9_u32.to_le_bytes());
    file.extend(8_u32.to_le_bytes());
    file.extend(2_u64.to_le_bytes());
    text(&mut file, "a");
    text(&mut file, "b");

    let mut tensor = "token_embd.weight".to_owned();
    if let Some((number, count)) = split {
        for (key, value) in [("split.no", number), ("split.count", count)] {
            text(&mut file, key);
            file.extend(2_u32.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        tensor = format!("blk.{number}.weight");
    }
    text(&mut file, &tensor);
    file.extend(1_u32.to_le_bytes());
    file.extend(8_u64.to_le_bytes());
    file.extend(0_u32.to_le_bytes());
    file.extend(0_u64.to_le_bytes());
    file.resize(file.len().next_multiple_of(32) + 8 * size_of::<f32>(), 0);
    file
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u64).to_le_bytes());
    file.extend(text.as_bytes());
}
