//! Whether the Hub still has what the catalog says.

use std::fmt;

use super::{Catalog, CatalogFile, Family, Size};
use crate::{Connection, Facts, HubError, Revision};

/// Sizes may differ by a twentieth: builds are made anew, and the catalog's are approximate.
const TOLERANCE: u64 = 20;

/// Something that is not as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `family/size`.
    pub entry: String,
    /// Its repository.
    pub repo: String,
    /// What is otherwise.
    pub difference: Difference,
}

/// What is otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The Hub does not show the repository, and says why.
    NotShown(String),
    /// The repository goes by another name.
    Renamed(String),
    /// There is no such file.
    NoFile(String),
    /// A file has another size, in bytes.
    Size {
        /// Which.
        file: String,
        /// By the catalog.
        listed: u64,
        /// By the Hub.
        found: Option<u64>,
    },
    /// It has another licence.
    Licence {
        /// By the catalog.
        listed: String,
        /// By the Hub.
        found: Option<String>,
    },
    /// It is built in another way, by llama.cpp's name.
    Architecture {
        /// By the catalog.
        listed: String,
        /// By the Hub.
        found: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotShown(why) => write!(formatter, "is not shown: {why}"),
            Self::Renamed(name) => write!(formatter, "is now {name}"),
            Self::NoFile(file) => write!(formatter, "has no {file}"),
            Self::Size { file, listed, found: Some(found) } => {
                write!(formatter, "{file} has {found} bytes, not about {listed}")
            }
            Self::Size { file, found: None, .. } => write!(formatter, "the size of {file} is not told"),
            Self::Licence { listed, found } => {
                write!(formatter, "has the licence {}, not {listed}", found.as_deref().unwrap_or("(none)"))
            }
            Self::Architecture { listed, found } => write!(formatter, "is built as {found}, not {listed}"),
        }
    }
}

impl Catalog {
    /// Holds the catalog against a Hub: every repository is there under its name, with every file, of about that size,
    /// the licence and the architecture.
    ///
    /// # Errors
    ///
    /// The Hub cannot be asked now. A repository that it refuses is a finding.
    pub async fn check_against(&self, connection: &Connection) -> Result<Vec<Finding>, HubError> {
        let mut findings = Vec::new();
        for family in &self.families {
            for size in &family.sizes {
                let differences = match connection.model(&size.repo, &Revision::default()).await {
                    Ok(page) => differences(family, size, &page.facts),
                    Err(HubError::Refused(refusal)) => vec![Difference::NotShown(refusal.to_string())],
                    Err(error) => return Err(error),
                };
                findings.extend(differences.into_iter().map(|difference| Finding {
                    entry: format!("{}/{}", family.id, size.id),
                    repo: size.repo.to_string(),
                    difference,
                }));
            }
        }
        Ok(findings)
    }
}

fn differences(family: &Family, size: &Size, facts: &Facts) -> Vec<Difference> {
    let mut differences = Vec::new();
    if facts.repo != size.repo {
        differences.push(Difference::Renamed(facts.repo.to_string()));
    }
    let builds = size
        .builds
        .iter()
        .map(|build| CatalogFile { file: build.file.clone(), approximate_bytes: build.approximate_bytes });
    differences.extend(builds.chain(size.projector.clone()).filter_map(|file| file_difference(&file, facts)));
    if let Some(listed) = &family.licence
        && !facts.licence.as_ref().is_some_and(|found| found.eq_ignore_ascii_case(listed))
    {
        differences.push(Difference::Licence { listed: listed.clone(), found: facts.licence.clone() });
    }
    if let (Some(listed), Some(found)) = (&size.architecture, &facts.gguf.architecture)
        && listed != found
    {
        differences.push(Difference::Architecture { listed: listed.clone(), found: found.clone() });
    }
    differences
}

fn file_difference(listed: &CatalogFile, facts: &Facts) -> Option<Difference> {
    let name = listed.file.to_string();
    let Some(found) = facts.files.iter().find(|file| file.name == listed.file) else {
        return Some(Difference::NoFile(name));
    };
    let tolerated = listed.approximate_bytes / TOLERANCE;
    let is_near = found.size_bytes.is_some_and(|bytes| bytes.abs_diff(listed.approximate_bytes) <= tolerated);
    let difference = Difference::Size { file: name, listed: listed.approximate_bytes, found: found.size_bytes };
    (!is_near).then_some(difference)
}
