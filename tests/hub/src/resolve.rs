//! `/{owner}/{name}/resolve/{revision}/{path}`: a small file itself, or the way to a large one.

use http::{HeaderName, StatusCode, header};

use crate::{
    asked::Asked,
    refusal::Refusal,
    reply::Reply,
    repository::Storage,
    world::{Found, World, commit_of},
};

pub(crate) const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");
pub(crate) const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");

pub(crate) fn answer(
    world: &World,
    cdn: &str,
    asked: &Asked,
    [owner, name, revision]: [&str; 3],
    path: &[&str],
) -> Result<Reply, Refusal> {
    let repository = match world.find(owner, name, asked)? {
        Found::Repository(repository) => repository,
        Found::Moved(address) => return Ok(Reply::moved(&address)),
    };
    world.access.check_download(repository, world.visitor(asked))?;
    let commit = commit_of(repository, revision)?;
    let path = path.join("/");
    let Some(file) = commit.files.get(&path) else {
        // The commit is told all the same: a client can then remember that the file is not there.
        let reply = Refusal::EntryNotFound.reply(asked);
        return Ok(reply.with(REPO_COMMIT, &commit.sha));
    };
    let etag = format!("\"{}\"", file.etag());
    let name = path.rsplit('/').next().unwrap_or_default().replace(|c: char| !c.is_ascii_graphic() || c == '"', "_");
    let reply = match file.storage {
        Storage::Plain => Reply::file(&file.content, &etag, asked),
        Storage::Lfs => {
            let link = world.links.sign(cdn, &repository.id, &file.content);
            Reply::redirect(StatusCode::FOUND, &link)
                .with(LINKED_ETAG, &etag)
                .with(LINKED_SIZE, &file.content.size_bytes().to_string())
                .with(header::ETAG, &etag)
                .with(header::ACCEPT_RANGES, "bytes")
        }
    };
    Ok(reply.with(REPO_COMMIT, &commit.sha).with(header::CONTENT_DISPOSITION, &format!("inline; filename=\"{name}\";")))
}
