//! All files of a repository at one state of it.

use serde::Deserialize;

use crate::{Connection, FileName, HubError, RemoteFile, RepoId, Revision, Sha256, json, paging};

/// More files than any repository of models has. A list that does not end ends here.
const MAX_FILES: usize = 100_000;

impl Connection {
    /// Every file with its size and hash, in as many pages as it takes.
    pub async fn tree(&self, repo: &RepoId, revision: &Revision) -> Result<Vec<RemoteFile>, HubError> {
        let mut url = self.endpoint().at(["api", "models", repo.owner(), repo.name(), "tree", revision.as_str()]);
        url.set_query(Some("recursive=true"));
        let mut files = Vec::new();
        loop {
            let (headers, entries): (_, Vec<Entry>) = self.json(url.clone()).await?;
            if files.len() + entries.len() > MAX_FILES {
                return Err(HubError::Nonsense("a repository with too many files".to_owned()));
            }
            files.extend(entries.into_iter().filter_map(Entry::file));
            match paging::next_page(&headers, &url, self.endpoint())? {
                Some(next) => url = next.0,
                None => return Ok(files),
            }
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default, deserialize_with = "json::optional")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "json::optional")]
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    oid: Sha256,
}

impl Entry {
    fn file(self) -> Option<RemoteFile> {
        if self.kind != "file" {
            return None;
        }
        Some(RemoteFile { name: usable_name(&self.path)?, size_bytes: self.size, sha256: self.lfs.map(|lfs| lfs.oid) })
    }
}

/// A file that cannot be stored on every system is left out, and told to the log.
pub(crate) fn usable_name(path: &str) -> Option<FileName> {
    path.parse().map_err(|error| tracing::info!(path, %error, "a file of a repository is left out")).ok()
}
