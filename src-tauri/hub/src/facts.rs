//! What the Hub says of a model, in a search and on its own page: as it comes, and as it is used.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    Builds, Commit, FileName, RemoteFile, RepoId, Sha256,
    capability::{Hint, Signs},
    json,
};

/// Who may download a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Everybody.
    #[default]
    Open,
    /// Who has signed in and accepted its conditions.
    Conditions,
    /// Whom its owner lets in, one by one.
    Approval,
}

/// What stands in the header of a repository's GGUF files, as far as the Hub tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GgufFacts {
    /// Number of weights.
    pub parameters: Option<u64>,
    /// llama.cpp's name for how the model is built.
    pub architecture: Option<String>,
    /// How many tokens it was made for.
    pub context_length: Option<u64>,
}

/// What is known of a model before any of its files is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its repository.
    pub repo: RepoId,
    /// The state that all this is about. Not told in a search.
    pub commit: Option<Commit>,
    /// Who may download it.
    pub gate: Gate,
    /// Of the last thirty days.
    pub downloads: Option<u64>,
    /// Of all time.
    pub likes: Option<u64>,
    /// When its repository was made, as the Hub writes it (ISO 8601).
    pub created_at: Option<String>,
    /// When it last changed, written likewise.
    pub modified_at: Option<String>,
    /// The licence's short name (`apache-2.0`), or the one its owner gave it.
    pub licence: Option<String>,
    /// Languages by their codes.
    pub languages: Vec<String>,
    /// What the Hub calls its task.
    pub pipeline: Option<String>,
    /// All labels.
    pub tags: Vec<String>,
    /// The model that this one was quantized or finetuned from.
    pub base_model: Option<RepoId>,
    /// From the header of its files.
    pub gguf: GgufFacts,
    /// What it is likely good at.
    pub hints: Vec<Hint>,
    /// Its files. In a search without sizes.
    pub files: Vec<RemoteFile>,
}

/// A model as `/api/models` gives it. Only `id` must be there.
#[derive(Deserialize)]
pub(crate) struct ModelInfo {
    pub(crate) id: RepoId,
    #[serde(default, deserialize_with = "json::optional")]
    sha: Option<Commit>,
    #[serde(default, deserialize_with = "gate")]
    gated: Gate,
    #[serde(default, deserialize_with = "json::optional")]
    downloads: Option<u64>,
    #[serde(default, deserialize_with = "json::optional")]
    likes: Option<u64>,
    #[serde(default, rename = "createdAt", deserialize_with = "json::optional")]
    created_at: Option<String>,
    #[serde(default, rename = "lastModified", deserialize_with = "json::optional")]
    last_modified: Option<String>,
    #[serde(default, deserialize_with = "json::optional")]
    pipeline_tag: Option<String>,
    #[serde(default, deserialize_with = "json::list")]
    tags: Vec<String>,
    #[serde(default, rename = "cardData", deserialize_with = "json::optional")]
    card: Option<CardData>,
    #[serde(default, deserialize_with = "json::optional")]
    gguf: Option<Gguf>,
    #[serde(default, deserialize_with = "json::list")]
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
struct CardData {
    #[serde(default, deserialize_with = "json::list")]
    license: Vec<String>,
    #[serde(default, deserialize_with = "json::optional")]
    license_name: Option<String>,
    #[serde(default, deserialize_with = "json::list")]
    language: Vec<String>,
    #[serde(default, deserialize_with = "json::list")]
    base_model: Vec<RepoId>,
}

#[derive(Default, Deserialize)]
struct Gguf {
    #[serde(default, deserialize_with = "json::optional")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "json::optional")]
    architecture: Option<String>,
    #[serde(default, deserialize_with = "json::optional")]
    context_length: Option<u64>,
    #[serde(default, deserialize_with = "json::optional")]
    chat_template: Option<String>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    #[serde(default, deserialize_with = "json::optional")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "json::optional")]
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    #[serde(default, deserialize_with = "json::optional")]
    sha256: Option<Sha256>,
    #[serde(default, deserialize_with = "json::optional")]
    size: Option<u64>,
}

impl ModelInfo {
    pub(crate) fn facts(self) -> Facts {
        let files: Vec<RemoteFile> = self.siblings.into_iter().filter_map(Sibling::file).collect();
        let gguf = self.gguf.unwrap_or_default();
        let card = self.card.as_ref();
        let has_projector = !Builds::of(&files).projectors.is_empty();
        let signs = Signs {
            repo: &self.id,
            tags: &self.tags,
            pipeline: self.pipeline_tag.as_deref(),
            chat_template: gguf.chat_template.as_deref(),
            has_projector,
        };
        Facts {
            hints: signs.hints(),
            licence: licence(card, &self.tags),
            languages: card.map(|card| card.language.clone()).unwrap_or_default(),
            base_model: base_model(card, &self.tags),
            commit: self.sha,
            gate: self.gated,
            downloads: self.downloads,
            likes: self.likes,
            created_at: self.created_at,
            modified_at: self.last_modified,
            pipeline: self.pipeline_tag,
            gguf: GgufFacts {
                parameters: gguf.total,
                architecture: gguf.architecture,
                context_length: gguf.context_length,
            },
            files,
            repo: self.id,
            tags: self.tags,
        }
    }
}

impl Sibling {
    fn file(self) -> Option<RemoteFile> {
        let name: FileName = usable_name(&self.rfilename)?;
        let size_bytes = self.lfs.as_ref().and_then(|lfs| lfs.size).or(self.size);
        Some(RemoteFile { name, size_bytes, sha256: self.lfs.and_then(|lfs| lfs.sha256) })
    }
}

/// A file that cannot be stored on every system is left out, and told to the log.
fn usable_name(path: &str) -> Option<FileName> {
    path.parse().map_err(|error| tracing::info!(path, %error, "a file of a repository is left out")).ok()
}

/// `false`, `"auto"` or `"manual"`. A value that is not known is taken for the strictest: the Hub decides in the end.
fn gate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Gate, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null | Value::Bool(false) => Gate::Open,
        Value::String(text) if text == "auto" => Gate::Conditions,
        _ => Gate::Approval,
    })
}

/// A licence that is none of the known ones is called `other`, and has a name of its own.
fn licence(card: Option<&CardData>, tags: &[String]) -> Option<String> {
    let own = card.and_then(|card| card.license.first()).map(String::as_str);
    let known = own.or_else(|| tags.iter().find_map(|tag| tag.strip_prefix("license:")));
    let named = card.and_then(|card| card.license_name.as_deref());
    known.filter(|licence| *licence != "other").or(named).or(known).map(str::to_owned)
}

fn base_model(card: Option<&CardData>, tags: &[String]) -> Option<RepoId> {
    let own = card.and_then(|card| card.base_model.first().cloned());
    // base_model:owner/name, or base_model:quantized:owner/name
    let tagged = || {
        tags.iter()
            .filter_map(|tag| tag.strip_prefix("base_model:"))
            .find_map(|tag| tag.rsplit(':').next().and_then(|id| id.parse().ok()))
    };
    own.or_else(tagged)
}
