//! Who asks, and what they may have.

use std::collections::HashSet;

use crate::{
    refusal::Refusal,
    repository::{Gate, Repository},
};

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// As it is part of the ids of their repositories.
    pub name: String,
    /// What proves that it is them.
    pub token: String,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visitor<'hub> {
    /// Shows no token.
    Anonymous,
    /// Shows one that is nobody's.
    Unknown,
    /// Shows a valid one.
    Known(&'hub Account),
}

/// Accounts, and who has been let into which gated repository.
#[derive(Debug, Default)]
pub(crate) struct Access {
    pub(crate) accounts: Vec<Account>,
    granted: HashSet<(String, String)>,
}

impl Access {
    pub(crate) fn of(accounts: Vec<Account>) -> Self {
        Self { accounts, granted: HashSet::new() }
    }

    pub(crate) fn visitor(&self, token: Option<&str>) -> Visitor<'_> {
        let Some(token) = token else { return Visitor::Anonymous };
        self.accounts.iter().find(|account| account.token == token).map_or(Visitor::Unknown, Visitor::Known)
    }

    pub(crate) fn grant(&mut self, repository: &str, account: &str) {
        self.granted.insert((repository.to_owned(), account.to_owned()));
    }

    /// Whether they may know that it is there.
    pub(crate) fn may_see(&self, repository: &Repository, visitor: Visitor<'_>) -> bool {
        !repository.is_private || self.is_let_in(repository, visitor)
    }

    /// Whether they may have its files. A token that is nobody's is as none, as with the public Hub.
    pub(crate) fn check_download(&self, repository: &Repository, visitor: Visitor<'_>) -> Result<(), Refusal> {
        if repository.gate == Gate::Open || self.is_let_in(repository, visitor) {
            return Ok(());
        }
        Err(match visitor {
            Visitor::Known(_) => Refusal::GatedToVisitor(repository.id.clone()),
            Visitor::Anonymous | Visitor::Unknown => Refusal::GatedToAnonymous(repository.id.clone()),
        })
    }

    fn is_let_in(&self, repository: &Repository, visitor: Visitor<'_>) -> bool {
        let Visitor::Known(account) = visitor else { return false };
        repository.owner() == account.name || self.granted.contains(&(repository.id.clone(), account.name.clone()))
    }
}

/// What is answered to somebody who may not know whether a repository is there.
pub(crate) fn unseen(visitor: Visitor<'_>) -> Refusal {
    match visitor {
        Visitor::Anonymous => Refusal::NotSignedIn,
        Visitor::Unknown => Refusal::InvalidToken,
        Visitor::Known(_) => Refusal::RepositoryNotFound,
    }
}
