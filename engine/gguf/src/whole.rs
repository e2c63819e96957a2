//! A model with all its files: one, or the parts that llama.cpp's `gguf-split` makes of a large one.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    error::{GgufError, Unsupported},
    header::Header,
    model::{Split, require_text_model},
    shape::Shape,
};

/// The most parts that are looked for. The largest models have some thirty.
const MAX_PARTS: u32 = 1024;

/// What the safe check has passed: the headers of a model's parts, in their order.
#[derive(Debug, Clone)]
pub struct WholeModel {
    /// At least one.
    parts: Vec<Header>,
}

/// The safe check before native code: every header holds together, the parts are all there and fit each other, and the
/// model can write text. A model of several parts is given by the path of its first; the others are found beside it
/// by the names that llama.cpp will look for.
pub fn check(path: &Path) -> Result<WholeModel, GgufError> {
    let first = Header::read(path)?;
    let Some(split) = first.split() else {
        first.require_text_model()?;
        return Ok(WholeModel { parts: vec![first] });
    };
    let mut parts = vec![first];
    for part in other_parts(path, split)? {
        parts.push(Header::read(&part.path).map_err(|error| match error {
            GgufError::Missing(error) if error.kind() == io::ErrorKind::NotFound => {
                GgufError::PartMissing { number: part.number, count: split.count }
            }
            error => error,
        })?);
    }
    require_text_model(&parts)?;
    Ok(WholeModel { parts })
}

struct OtherPart {
    path: PathBuf,
    number: u32,
}

/// `llama_split_path` and `llama_split_prefix` in llama.cpp: `{prefix}-00002-of-00005.gguf`, counted from 1; native
/// code refuses to begin with any but the first.
fn other_parts(first: &Path, split: Split) -> Result<Vec<OtherPart>, GgufError> {
    let Split { number, count } = split;
    let refused = || GgufError::from(Unsupported::PartOfSplit { number, count });
    if number != 0 || count > MAX_PARTS {
        return Err(refused());
    }
    let name = first.file_name().and_then(|name| name.to_str()).ok_or_else(refused)?;
    let prefix = name.strip_suffix(&format!("-00001-of-{count:05}.gguf")).ok_or_else(refused)?;
    let part = |number: u32| OtherPart {
        path: first.with_file_name(format!("{prefix}-{:05}-of-{count:05}.gguf", number + 1)),
        number,
    };
    Ok((1..count).map(part).collect())
}

impl WholeModel {
    /// The first part's header. It holds the metadata of the whole model.
    pub fn header(&self) -> &Header {
        &self.parts[0]
    }

    /// All headers, in the order of the parts.
    pub fn parts(&self) -> impl Iterator<Item = &Header> {
        self.parts.iter()
    }

    /// What its layers keep and read; `None` where the headers do not say enough.
    pub fn shape(&self) -> Option<Shape> {
        Shape::of(&self.parts)
    }

    /// Size of all tensors in bytes.
    pub fn weights_bytes(&self) -> u64 {
        self.parts().map(Header::weights_bytes).fold(0, u64::saturating_add)
    }
}
