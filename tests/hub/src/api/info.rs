//! `/api/models/{owner}/{name}[/revision/{revision}]`: one repository.

use crate::{
    api::field,
    asked::Asked,
    refusal::Refusal,
    reply::Reply,
    world::{Found, World, commit_of},
};

/// Without `expand`.
const USUAL: [&str; 19] = [
    "modelId",
    "author",
    "sha",
    "lastModified",
    "private",
    "disabled",
    "gated",
    "pipeline_tag",
    "tags",
    "downloads",
    "likes",
    "library_name",
    "cardData",
    "config",
    "gguf",
    "safetensors",
    "siblings",
    "createdAt",
    "usedStorage",
];

/// Everybody may see what is in a gated repository; only its files are kept back.
pub(crate) fn info(world: &World, asked: &Asked, owner: &str, name: &str, revision: &str) -> Result<Reply, Refusal> {
    let repository = match world.find(owner, name, asked)? {
        Found::Repository(repository) => repository,
        Found::Moved(address) => return Ok(Reply::moved(&address)),
    };
    let commit = commit_of(repository, revision)?;
    let object = match field::expanded(asked)? {
        Some(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            field::object(repository, commit, &names, false)
        }
        None => field::object(repository, commit, &USUAL, asked.flag("blobs")),
    };
    Ok(Reply::json(&object))
}
