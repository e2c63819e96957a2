//! What the Hub tells of a repository, by name of the field.

use serde_json::{Value, json};

use crate::{
    api::tree::{lfs_oid, pointer},
    content::oid_of,
    refusal::Refusal,
    repository::{Commit, File, Gate, Repository, Storage},
};

/// Which properties may be asked for one by one.
const EXPANDABLE: [&str; 20] = [
    "author",
    "baseModels",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "gated",
    "gguf",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "siblings",
    "tags",
    "trendingScore",
];

/// These fields and the id. What a repository does not have is left out.
pub(super) fn object(repository: &Repository, commit: &Commit, names: &[&str], with_blobs: bool) -> Value {
    let mut object = serde_json::Map::new();
    object.insert("_id".to_owned(), json!(oid_of(&repository.id)[..24]));
    object.insert("id".to_owned(), json!(repository.id));
    for &name in names {
        let value = value(repository, commit, name, with_blobs);
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    }
    Value::Object(object)
}

/// The properties that `expand` asks for; `None` if it is not there.
pub(super) fn expanded(asked: &crate::asked::Asked) -> Result<Option<Vec<String>>, Refusal> {
    let names: Vec<String> = ["expand", "expand[]"].iter().flat_map(|name| asked.values(name)).collect();
    if names.is_empty() {
        return Ok(None);
    }
    if asked.flag("full") || asked.flag("blobs") {
        return Err(Refusal::BadRequest("\"expand\" cannot be used with \"full\" or \"blobs\"".to_owned()));
    }
    match names.iter().find(|name| !EXPANDABLE.contains(&name.as_str())) {
        Some(unknown) => Err(Refusal::BadRequest(format!("\"expand\" must not be \"{unknown}\""))),
        None => Ok(Some(names)),
    }
}

fn value(repository: &Repository, commit: &Commit, name: &str, with_blobs: bool) -> Value {
    match name {
        "author" => json!(repository.owner()),
        "cardData" => json!(repository.card_data),
        "config" => json!(repository.config),
        "createdAt" => json!(repository.created_at),
        "disabled" => json!(false),
        "downloads" => json!(repository.downloads),
        "downloadsAllTime" => json!(repository.downloads * 3),
        "gated" => match repository.gate {
            Gate::Open => json!(false),
            Gate::Auto => json!("auto"),
            Gate::Manual => json!("manual"),
        },
        "gguf" => json!(repository.gguf),
        "lastModified" => json!(repository.last_modified),
        "library_name" => json!(repository.library_name),
        "likes" => json!(repository.likes),
        "modelId" => json!(repository.id),
        "pipeline_tag" => json!(repository.pipeline_tag),
        "private" => json!(repository.is_private),
        "safetensors" => json!(repository.safetensors),
        "sha" => json!(commit.sha),
        "siblings" => commit.files.iter().map(|(path, file)| sibling(path, file, with_blobs)).collect(),
        "tags" => json!(repository.tags),
        "trendingScore" => json!(repository.trending_score),
        "usedStorage" => json!(commit.files.values().map(|file| file.content.size_bytes()).sum::<u64>()),
        _ => Value::Null,
    }
}

fn sibling(path: &str, file: &File, with_blobs: bool) -> Value {
    let content = &file.content;
    match file.storage {
        _ if !with_blobs => json!({ "rfilename": path }),
        Storage::Plain => {
            json!({ "rfilename": path, "blobId": content.git_oid(), "size": content.size_bytes() })
        }
        Storage::Lfs => json!({
            "rfilename": path,
            "blobId": lfs_oid(content),
            "size": content.size_bytes(),
            "lfs": {
                "sha256": content.sha256(),
                "size": content.size_bytes(),
                "pointerSize": pointer(content).len(),
            },
        }),
    }
}
