//! A model spread over two files, as llama.cpp's `gguf-split` does it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_gguf::{Header, Tensor};

/// Begins with magic and version, then the counts of tensors and of metadata entries.
pub(crate) const PRELUDE_BYTES: usize = 24;
const U16: u32 = 2;
const I32: u32 = 5;

/// Writes the model in `path` as two files into `folder`, with half of its tensors in each.
pub(crate) fn write(path: &Path, folder: &Path) -> [PathBuf; 2] {
    let file = fs::read(path).expect("readable");
    let header = Header::read(path).expect("sound");
    let tensors = header.tensors();
    let metadata = &file[PRELUDE_BYTES..table_offset(&file, &header)];
    let entries = u64::from_le_bytes(file[16..24].try_into().expect("eight bytes"));
    let (first, second) = tensors.split_at(tensors.len() / 2);
    let part = |number: u16| folder.join(format!("split-{:05}-of-00002.gguf", number + 1));
    fs::write(part(0), bytes(&file, &header, (metadata, entries), 0, first)).expect("written");
    fs::write(part(1), bytes(&file, &header, (&[], 0), 1, second)).expect("written");
    [part(0), part(1)]
}

/// Where the metadata end and the table of tensors begins: it ends, but for padding, where the data begins, and its length is known.
pub(crate) fn table_offset(file: &[u8], header: &Header) -> usize {
    let bytes: usize = header.tensors().iter().map(|tensor| row(tensor, 0).len()).sum();
    let latest = usize::try_from(header.data_offset()).expect("a small header") - bytes;
    let first = row(&header.tensors()[0], 0);
    let begins = |offset: &usize| file[*offset..].starts_with(&first[..first.len() - 8]);
    (latest.saturating_sub(32)..=latest).rev().find(begins).expect("the table of tensors")
}

fn bytes(file: &[u8], header: &Header, metadata: (&[u8], u64), number: u16, tensors: &[Tensor]) -> Vec<u8> {
    let (entries, count) = metadata;
    let mut part = b"GGUF".to_vec();
    part.extend(3_u32.to_le_bytes());
    part.extend((tensors.len() as u64).to_le_bytes());
    part.extend((count + 3).to_le_bytes());
    part.extend(entries);
    let total = i32::try_from(header.tensors().len()).expect("a small number");
    part.extend(entry("split.no", U16, &number.to_le_bytes()));
    part.extend(entry("split.count", U16, &2_u16.to_le_bytes()));
    part.extend(entry("split.tensors.count", I32, &total.to_le_bytes()));

    let alignment = usize::try_from(header.alignment()).expect("a small number");
    let mut data = Vec::new();
    for tensor in tensors {
        data.resize(data.len().next_multiple_of(alignment), 0);
        part.extend(row(tensor, data.len() as u64));
        let start = usize::try_from(header.data_offset() + tensor.offset).expect("inside the file");
        data.extend(&file[start..start + usize::try_from(tensor.size_bytes).expect("inside the file")]);
    }
    part.resize(part.len().next_multiple_of(alignment), 0);
    part.extend(data);
    part
}

pub(crate) fn entry(key: &str, code: u32, value: &[u8]) -> Vec<u8> {
    [&text(key)[..], &code.to_le_bytes(), value].concat()
}

fn row(tensor: &Tensor, offset: u64) -> Vec<u8> {
    let mut row = text(&tensor.name);
    let dimensions = tensor.shape.iter().rposition(|length| *length > 1).map_or(1, |last| last + 1);
    row.extend(u32::try_from(dimensions).expect("at most four").to_le_bytes());
    tensor.shape[..dimensions].iter().for_each(|length| row.extend(length.to_le_bytes()));
    row.extend(tensor.tensor_type.code().to_le_bytes());
    row.extend(offset.to_le_bytes());
    row
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}
