//! `/api/models/{owner}/{name}/tree/{revision}[/{folder}]` and `paths-info`: which files there are.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    api::page,
    asked::Asked,
    content::{Content, oid_of},
    refusal::Refusal,
    reply::Reply,
    repository::{Commit, File, Repository, Storage},
    world::{Found, World, commit_of},
};

const PAGE: (usize, usize) = (1000, 1000);
const EXPANDED_PAGE: (usize, usize) = (50, 100);

enum Entry<'hub> {
    Folder(String),
    File(&'hub str, &'hub File),
}

/// What is in a folder, or in it and all below.
pub(crate) fn tree(
    world: &World,
    asked: &Asked,
    [owner, name, revision]: [&str; 3],
    folder: &[&str],
) -> Result<Reply, Refusal> {
    let repository = match world.find(owner, name, asked)? {
        Found::Repository(repository) => repository,
        Found::Moved(address) => return Ok(Reply::moved(&address)),
    };
    let commit = commit_of(repository, revision)?;
    let folder = folder.join("/");
    let entries = entries(commit, folder.trim_matches('/'), asked.flag("recursive"));
    if entries.is_empty() && !folder.is_empty() {
        return Err(Refusal::EntryNotFound);
    }
    let is_expanded = asked.flag("expand");
    let sizes = if is_expanded { EXPANDED_PAGE } else { PAGE };
    page::of(asked, &entries, sizes, |entry| shown(repository, commit, entry, is_expanded))
}

/// The same for paths that a form names; those that are not there are left out.
pub(crate) fn paths_info(world: &World, asked: &Asked, [owner, name, revision]: [&str; 3]) -> Result<Reply, Refusal> {
    let repository = match world.find(owner, name, asked)? {
        Found::Repository(repository) => repository,
        Found::Moved(address) => return Ok(Reply::moved(&address)),
    };
    let commit = commit_of(repository, revision)?;
    let is_expanded = asked.form_flag("expand");
    let all = entries(commit, "", true);
    let wanted = asked.form_values("paths");
    let found = all.iter().filter(|entry| wanted.iter().any(|path| path == entry.path()));
    Ok(Reply::json(&found.map(|entry| shown(repository, commit, entry, is_expanded)).collect()))
}

/// Git's text in place of a large file.
pub(super) fn pointer(content: &Content) -> String {
    format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
        content.sha256(),
        content.size_bytes()
    )
}

/// Git's name of that text.
pub(super) fn lfs_oid(content: &Content) -> String {
    let pointer = pointer(content);
    oid_of(&format!("blob {}\0{pointer}", pointer.len()))
}

fn entries<'hub>(commit: &'hub Commit, folder: &str, is_recursive: bool) -> Vec<Entry<'hub>> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut folders = BTreeSet::new();
    let mut files = Vec::new();
    for (path, file) in &commit.files {
        let Some(below) = path.strip_prefix(&prefix) else { continue };
        let slashes: Vec<usize> = below.match_indices('/').map(|(index, _)| index).collect();
        let shown = if is_recursive { slashes.len() } else { slashes.len().min(1) };
        folders.extend(slashes[..shown].iter().map(|&index| format!("{prefix}{}", &below[..index])));
        if is_recursive || slashes.is_empty() {
            files.push(Entry::File(path, file));
        }
    }
    folders.into_iter().map(Entry::Folder).chain(files).collect()
}

impl Entry<'_> {
    fn path(&self) -> &str {
        match self {
            Self::Folder(path) => path,
            Self::File(path, _) => path,
        }
    }
}

fn shown(repository: &Repository, commit: &Commit, entry: &Entry<'_>, is_expanded: bool) -> Value {
    let mut value = match entry {
        Entry::Folder(path) => {
            json!({ "type": "directory", "oid": oid_of(&format!("{}{path}", commit.sha)), "size": 0, "path": path })
        }
        Entry::File(path, File { content, storage: Storage::Plain }) => {
            json!({ "type": "file", "oid": content.git_oid(), "size": content.size_bytes(), "path": path })
        }
        Entry::File(path, File { content, storage: Storage::Lfs }) => json!({
            "type": "file",
            "oid": lfs_oid(content),
            "size": content.size_bytes(),
            "lfs": {
                "oid": content.sha256(),
                "size": content.size_bytes(),
                "pointerSize": pointer(content).len(),
            },
            "path": path,
        }),
    };
    if is_expanded {
        value["lastCommit"] = json!({ "id": commit.sha, "title": "Upload files", "date": repository.last_modified });
    }
    value
}
