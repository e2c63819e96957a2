//! Looking for models in all the places there are.

use std::{io, path::PathBuf};

use crate::{found::Model, headers::Headers, merge, programs, roots::Roots};

/// Looks for models, and remembers what their headers say, so that looking again is quick.
#[derive(Debug)]
pub struct Library {
    roots: Roots,
    headers: Headers,
}

/// What is on this computer.
#[derive(Debug, Default)]
pub struct Scan {
    /// In the order of the programs, then of their paths.
    pub models: Vec<Model>,
    /// What could not be looked at.
    pub problems: Vec<Problem>,
}

/// Something that could not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("{path:?}: {trouble}")]
pub struct Problem {
    /// What.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub trouble: Trouble,
}

/// Why something could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The system refuses.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// A manifest or a description that makes no sense.
    #[error("is not what its program writes")]
    Malformed,
    /// A folder of a cache that names no repository or no commit.
    #[error("has a name that the Hub would not give")]
    BadName,
    /// More folders in folders than anybody keeps models in.
    #[error("lies too deep")]
    TooDeep,
    /// More files than anybody keeps models among. What was found by then is there.
    #[error("holds too much to look through")]
    TooMuch,
}

impl Library {
    /// Of these folders.
    pub fn new(roots: Roots) -> Self {
        Self { roots, headers: Headers::default() }
    }

    /// The folders.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Looks in other folders from now on.
    pub fn set_roots(&mut self, roots: Roots) {
        self.roots = roots;
    }

    /// Looks through all folders. Takes as long as listing them takes, and some milliseconds for each model that was
    /// not there before.
    pub fn scan(&mut self) -> Scan {
        let mut problems = Vec::new();
        let sightings = programs::sightings(&self.roots, &mut problems);
        let models = merge::models(sightings, &mut self.headers);
        self.headers.forget_others();
        for problem in &problems {
            tracing::debug!(path = %problem.path.display(), trouble = %problem.trouble, "not looked at");
        }
        Scan { models, problems }
    }
}
