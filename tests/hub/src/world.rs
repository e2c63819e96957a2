//! Everything the Hub holds.

use std::{collections::HashMap, time::Duration};

use crate::{
    access::{Access, Visitor, unseen},
    asked::Asked,
    cdn::Links,
    refusal::Refusal,
    repository::{Commit, Repository},
};

/// Repositories, accounts and links to files.
#[derive(Debug)]
pub(crate) struct World {
    /// In no order; a search brings one.
    pub(crate) repositories: Vec<Repository>,
    /// From an old id to the one it has now.
    renamed: HashMap<String, String>,
    pub(crate) access: Access,
    pub(crate) links: Links,
}

/// What an id leads to.
pub(crate) enum Found<'hub> {
    Repository(&'hub Repository),
    /// It has another id now, and its answer is at this address. It is a relative one: the client stays on the Hub, and
    /// so does its token.
    Moved(String),
}

impl World {
    pub(crate) fn new(repositories: Vec<Repository>, access: Access, link_lifetime: Duration) -> Self {
        Self { repositories, renamed: HashMap::new(), access, links: Links::new(link_lifetime) }
    }

    pub(crate) fn repository_mut(&mut self, id: &str) -> Option<&mut Repository> {
        self.repositories.iter_mut().find(|repository| repository.id == id)
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        if let Some(repository) = self.repository_mut(from) {
            to.clone_into(&mut repository.id);
            self.renamed.insert(from.to_owned(), to.to_owned());
        }
    }

    pub(crate) fn visitor(&self, asked: &Asked) -> Visitor<'_> {
        self.access.visitor(asked.token())
    }

    /// The repository that two parts of the path name, if the visitor may know of it.
    pub(crate) fn find(&self, owner: &str, name: &str, asked: &Asked) -> Result<Found<'_>, Refusal> {
        let id = format!("{owner}/{name}");
        if let Some(now) = self.renamed.get(&id) {
            let path = asked.path.replacen(&id, now, 1);
            let location = if asked.query.is_empty() { path } else { format!("{path}?{}", asked.query) };
            return Ok(Found::Moved(location));
        }
        let visitor = self.visitor(asked);
        let found = self.repositories.iter().find(|repository| repository.id == id);
        match found {
            Some(repository) if self.access.may_see(repository, visitor) => Ok(Found::Repository(repository)),
            _ => Err(unseen(visitor)),
        }
    }
}

/// A revision of a repository that is there.
pub(crate) fn commit_of<'hub>(repository: &'hub Repository, revision: &str) -> Result<&'hub Commit, Refusal> {
    repository.revision(revision).ok_or_else(|| Refusal::RevisionNotFound(revision.to_owned()))
}
