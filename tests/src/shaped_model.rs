//! Models of other shapes than the starter's, whose weights are noise: they write nonsense, and take as much memory as
//! models that do not.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::files::starter_model;

/// Of a model of the Llama architecture.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the field's own name")]
pub struct Dimensions {
    pub layers: u32,
    pub embedding: u32,
    pub heads: u32,
    pub kept_heads: u32,
    pub head: u32,
    pub feed_forward: u32,
}

const TOKENS: u64 = 49_152;
/// `GGML_TYPE_F32` and `GGML_TYPE_F16`.
const F32: u32 = 0;
const F16: u32 = 1;
const ALIGNMENT: u64 = 32;

struct Tensor {
    name: String,
    shape: Vec<u64>,
    code: u32,
}

impl Tensor {
    fn bytes(&self) -> u64 {
        self.shape.iter().product::<u64>() * if self.code == F16 { 2 } else { 4 }
    }
}

/// A model with these dimensions and the starter's vocabulary, with weights of 16 bits.
pub fn shaped_model(folder: &Path, shape: Dimensions) -> anyhow::Result<PathBuf> {
    let starter = std::fs::read(starter_model()?)?;
    let own = [
        ("context_length", 8192),
        ("block_count", shape.layers),
        ("embedding_length", shape.embedding),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.kept_heads),
        ("attention.key_length", shape.head),
        ("attention.value_length", shape.head),
        ("feed_forward_length", shape.feed_forward),
        ("rope.dimension_count", shape.head),
    ]
    .map(|(name, value)| (format!("llama.{name}"), value));
    let entries = entries(&starter).context("the starter model's header")?;
    let kept = || entries.iter().filter(|(key, _)| own.iter().all(|(name, _)| name != key));
    let tensors = tensors(shape);

    let path = folder.join("shaped.gguf");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut header = b"GGUF".to_vec();
    header.extend(3_u32.to_le_bytes());
    header.extend((tensors.len() as u64).to_le_bytes());
    header.extend((kept().count() as u64 + own.len() as u64).to_le_bytes());
    for (_, bytes) in kept() {
        header.extend(*bytes);
    }
    for (name, value) in &own {
        write_text(&mut header, name);
        header.extend(4_u32.to_le_bytes());
        header.extend(value.to_le_bytes());
    }
    let mut offset = 0_u64;
    for tensor in &tensors {
        write_text(&mut header, &tensor.name);
        header.extend(u32::try_from(tensor.shape.len())?.to_le_bytes());
        tensor.shape.iter().for_each(|length| header.extend(length.to_le_bytes()));
        header.extend(tensor.code.to_le_bytes());
        header.extend(offset.to_le_bytes());
        offset = (offset + tensor.bytes()).next_multiple_of(ALIGNMENT);
    }
    header.resize(header.len().next_multiple_of(usize::try_from(ALIGNMENT)?), 0);
    file.write_all(&header)?;
    // Small numbers in 16 bits as well as in 32: 0.004 and -0.004, by turns.
    let noise: Vec<u8> = [0x00, 0x1c, 0x00, 0x9c].repeat(1 << 14);
    let mut left = offset;
    while left > 0 {
        let part = left.min(noise.len() as u64);
        file.write_all(&noise[..usize::try_from(part)?])?;
        left -= part;
    }
    file.flush()?;
    Ok(path)
}

fn tensors(shape: Dimensions) -> Vec<Tensor> {
    let [embedding, heads, kept, feed_forward] =
        [shape.embedding, shape.heads * shape.head, shape.kept_heads * shape.head, shape.feed_forward].map(u64::from);
    let tensor = |name: String, shape: &[u64], code| Tensor { name, shape: shape.to_vec(), code };
    let mut tensors = vec![
        tensor("token_embd.weight".into(), &[embedding, TOKENS], F16),
        tensor("output_norm.weight".into(), &[embedding], F32),
    ];
    for layer in 0..shape.layers {
        let of_layer = |name: &str| format!("blk.{layer}.{name}.weight");
        tensors.extend([
            tensor(of_layer("attn_norm"), &[embedding], F32),
            tensor(of_layer("attn_q"), &[embedding, heads], F16),
            tensor(of_layer("attn_k"), &[embedding, kept], F16),
            tensor(of_layer("attn_v"), &[embedding, kept], F16),
            tensor(of_layer("attn_output"), &[heads, embedding], F16),
            tensor(of_layer("ffn_norm"), &[embedding], F32),
            tensor(of_layer("ffn_gate"), &[embedding, feed_forward], F16),
            tensor(of_layer("ffn_up"), &[embedding, feed_forward], F16),
            tensor(of_layer("ffn_down"), &[feed_forward, embedding], F16),
        ]);
    }
    tensors
}

/// The key-value pairs of a header: each key, and all its bytes.
fn entries(file: &[u8]) -> Option<Vec<(String, &[u8])>> {
    let count = u64_at(file, 16)?;
    let mut at = 24;
    let mut entries = Vec::new();
    for _ in 0..count {
        let begin = at;
        let length = usize::try_from(u64_at(file, at)?).ok()?;
        let key = String::from_utf8(file.get(at + 8..at + 8 + length)?.to_vec()).ok()?;
        at += 8 + length;
        let code = u32_at(file, at)?;
        at = after_value(file, at + 4, code)?;
        entries.push((key, file.get(begin..at)?));
    }
    Some(entries)
}

/// Where a value ends that begins at a place.
fn after_value(file: &[u8], at: usize, code: u32) -> Option<usize> {
    const TEXT: u32 = 8;
    const ARRAY: u32 = 9;
    match code {
        TEXT => Some(at + 8 + usize::try_from(u64_at(file, at)?).ok()?),
        ARRAY => {
            let element = u32_at(file, at)?;
            let count = u64_at(file, at + 4)?;
            (0..count).try_fold(at + 12, |at, _| after_value(file, at, element))
        }
        0 | 1 | 7 => Some(at + 1),
        2 | 3 => Some(at + 2),
        4..=6 => Some(at + 4),
        _ => Some(at + 8),
    }
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(file.get(at..at + 8)?.try_into().ok()?))
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?))
}

fn write_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}
