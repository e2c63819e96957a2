//! Repositories of real models on disk.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde_json::{Value, json};

use crate::{
    content::Content,
    repository::{File, Repository, Storage},
};

/// From this size on, a file goes to the large file storage whatever its name is.
const LARGE_BYTES: u64 = 10 << 20;

/// A repository with one GGUF file, under the file's own name, and a README. What the Hub reads from such files is
/// read from this one.
pub fn gguf_file(id: &str, path: &Path) -> io::Result<Repository> {
    let model = hearth_gguf::check(path).map_err(io::Error::other)?;
    let header = model.header();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut repository = Repository::new(id)
        .with_tags(&["gguf", "text-generation", "conversational"])
        .with_plain("README.md", card(id))
        .with_lfs(&name, Content::disk(path)?);
    repository.pipeline_tag = Some("text-generation".to_owned());
    repository.gguf = Some(json!({
        "total": header.parameters(),
        "architecture": header.architecture(),
        "context_length": header.context_length(),
        "chat_template": header.chat_template(),
    }));
    Ok(repository)
}

/// A repository of a transformers checkpoint: all files of a folder and of those below.
pub fn checkpoint_folder(id: &str, folder: &Path) -> io::Result<Repository> {
    let mut repository = Repository::new(id).with_tags(&["transformers", "safetensors"]);
    repository.library_name = Some("transformers".to_owned());
    repository.pipeline_tag = Some("text-generation".to_owned());
    let mut files = BTreeMap::new();
    gather(folder, "", &mut files)?;
    let mut parameters = BTreeMap::new();
    for (path, content) in files {
        let is_safetensors = has_extension(&path, "safetensors");
        if is_safetensors {
            count_parameters(&content, &mut parameters)?;
        }
        if path == "config.json" {
            repository.config = Some(serde_json::from_slice(&content.read(0..content.size_bytes())?)?);
        }
        let is_large = is_safetensors || has_extension(&path, "bin") || content.size_bytes() >= LARGE_BYTES;
        let storage = if is_large { Storage::Lfs } else { Storage::Plain };
        repository = repository.with_file(&path, File { content, storage });
    }
    let total: u64 = parameters.values().sum();
    repository.safetensors = (total > 0).then(|| json!({ "parameters": parameters, "total": total }));
    if !repository.newest().files.contains_key("README.md") {
        repository = repository.with_plain("README.md", card(id));
    }
    Ok(repository)
}

fn card(id: &str) -> String {
    let name = id.split_once('/').map_or(id, |(_, name)| name);
    format!("---\nlicense: apache-2.0\n---\n\n# {name}\n\nA model to test with.\n")
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Content>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, Content::disk(&entry.path())?);
        }
    }
    Ok(())
}

/// Adds what a safetensors file's header says: eight bytes of length, then JSON of tensors with type and shape.
fn count_parameters(content: &Content, parameters: &mut BTreeMap<String, u64>) -> io::Result<()> {
    let length = content.read(0..8.min(content.size_bytes()))?;
    let length: [u8; 8] = length[..].try_into().map_err(|_| io::Error::other("too short for safetensors"))?;
    let end = u64::from_le_bytes(length).saturating_add(8).min(content.size_bytes());
    let header: BTreeMap<String, Value> = serde_json::from_slice(&content.read(8..end)?)?;
    for tensor in header.iter().filter(|(name, _)| *name != "__metadata__").map(|(_, tensor)| tensor) {
        let shape = tensor["shape"].as_array().into_iter().flatten();
        let elements: u64 = shape.filter_map(Value::as_u64).product();
        let dtype = tensor["dtype"].as_str().unwrap_or("unknown").to_owned();
        *parameters.entry(dtype).or_default() += elements;
    }
    Ok(())
}
