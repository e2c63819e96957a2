//! Model files that a test needs: one that never comes to an end, and broken ones.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use hearth_gguf::Header;

use crate::files::starter_model;

/// The starter model, but unable to choose the token that ends an answer: it writes until it is stopped or its
/// memory is full, so that a test can do something in the middle of an answer without a race.
///
/// The starter's output matrix is its token embedding. The row of a token that ends an answer is set to zero, which
/// makes the token's logit 0, far below that of any likely token.
pub fn endless_model(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("endless.gguf");
    std::fs::copy(starter_model()?, &path)?;
    let header = Header::read(&path)?;
    let embedding =
        header.tensors().iter().find(|tensor| tensor.name == "token_embd.weight").context("no token embedding")?;
    anyhow::ensure!(
        header.tensors().iter().all(|tensor| tensor.name != "output.weight"),
        "the starter model has an output matrix of its own"
    );
    let kind = embedding.tensor_type;
    let row_bytes = embedding.shape[0] / kind.block_elements() * kind.block_bytes();
    let start = header.data_offset() + embedding.offset;
    let mut file = OpenOptions::new().write(true).open(&path)?;
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.unknown_token_id"] {
        let Some(token) = header.metadata().unsigned(key) else { continue };
        file.seek(SeekFrom::Start(start + token * row_bytes))?;
        file.write_all(&vec![0; usize::try_from(row_bytes)?])?;
    }
    Ok(path)
}

/// The starter model's first half.
pub fn truncated_model(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("truncated.gguf");
    std::fs::copy(starter_model()?, &path)?;
    let file = OpenOptions::new().write(true).open(&path)?;
    file.set_len(file.metadata()?.len() / 2)?;
    Ok(path)
}

/// A megabyte without any sense behind the right first four bytes.
pub fn random_model(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("random.gguf");
    let mut bytes = b"GGUF".to_vec();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    while bytes.len() < 1 << 20 {
        // xorshift64: the same bytes in each run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    File::create(&path)?.write_all(&bytes)?;
    Ok(path)
}

/// The starter model with a header that claims 2^40 metadata entries.
pub fn lying_model(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("lying.gguf");
    std::fs::copy(starter_model()?, &path)?;
    let mut file = OpenOptions::new().write(true).open(&path)?;
    // Behind the magic (4 bytes), the version (4) and the number of tensors (8).
    file.seek(SeekFrom::Start(16))?;
    file.write_all(&(1_u64 << 40).to_le_bytes())?;
    Ok(path)
}

/// The starter model without its chat template: the entry goes by a name that nothing looks for.
pub fn model_without_template(folder: &Path) -> anyhow::Result<PathBuf> {
    const KEY: &[u8] = b"tokenizer.chat_template";
    let path = folder.join("no-template.gguf");
    std::fs::copy(starter_model()?, &path)?;
    let bytes = std::fs::read(&path)?;
    let at = bytes.windows(KEY.len()).position(|window| window == KEY).context("the starter model has no template")?;
    let mut file = OpenOptions::new().write(true).open(&path)?;
    file.seek(SeekFrom::Start(u64::try_from(at)?))?;
    file.write_all(b"tokenizer.what_template")?;
    Ok(path)
}
