//! The models that the app knows without a network: families, their sizes, and three builds of each.
//!
//! Written by hand from what publishers say (`catalog.json`, with its schema beside it). It helps to choose; what is
//! downloaded, with its exact size and hash, is always asked of the Hub.

mod check;

use std::{collections::HashSet, str::FromStr};

use serde::Deserialize;

use crate::{Capability, Choice, FileName, Quant, RepoId};

pub use check::{Difference, Finding};

/// The form of the file that this code reads.
const FORM: u32 = 1;

/// All families.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Where the schema is, for editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    form: u32,
    /// In no order: that depends on the computer.
    pub families: Vec<Family>,
}

/// Models that were made together and behave alike.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// What translations and settings call it; never changes.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Who made it.
    pub publisher: String,
    /// The licence's short name, where it is known to hold for all sizes.
    pub licence: Option<String>,
    /// Codes of the languages that its publisher names; none where it names none.
    #[serde(default)]
    pub languages: Vec<String>,
    /// What it is good at.
    pub capabilities: Vec<Capability>,
    /// Older apps cannot run it.
    pub minimum_app_version: AppVersion,
    /// How it wants to be sampled, where its publisher says so.
    pub sampling: Option<Sampling>,
    /// The same for answers that it thinks about first, where that differs.
    pub sampling_when_thinking: Option<Sampling>,
    /// Where all this is from.
    pub source: Source,
    /// From the smallest to the largest.
    pub sizes: Vec<Size>,
}

/// One model of a family.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Unique within the family.
    pub id: String,
    /// What people call it beside the family's name.
    pub name: String,
    /// Where its builds are.
    pub repo: RepoId,
    /// The day its repository was made.
    pub published: String,
    /// About how many weights it has. Without it, nobody could rank the model nor say how fast it would be.
    pub parameters: u64,
    /// About how many of them each token needs, where that is not all of them: these decide its speed.
    pub active_parameters: Option<u64>,
    /// llama.cpp's name for how it is built, where that is known.
    pub architecture: Option<String>,
    /// Tokens that it was made for.
    pub context_length: Option<u64>,
    /// What it needs to see pictures.
    pub projector: Option<CatalogFile>,
    /// At most one of each choice, from the smallest to the largest; always a balanced one.
    pub builds: Vec<CatalogBuild>,
}

/// A file of a repository, as it was when the catalog was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    /// Its path.
    pub file: FileName,
    /// Its size, within a few percent.
    pub approximate_bytes: u64,
}

/// A build that is recommended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogBuild {
    /// As what.
    pub choice: Choice,
    /// How it is stored, which also finds it should its file have been renamed.
    pub quant: Quant,
    /// Its only file.
    pub file: FileName,
    /// Its size, within a few percent.
    pub approximate_bytes: u64,
}

/// Values for sampling, as a card states them.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the sampler's own name")]
pub struct Sampling {
    pub temperature: f64,
    pub top_p: Option<f64>,
    pub top_k: Option<u32>,
    pub min_p: Option<f64>,
    pub presence_penalty: Option<f64>,
}

/// Where a family's facts are from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// When files and sizes were read from the Hub.
    pub listed: String,
    /// The cards and pages that say the rest.
    #[serde(default)]
    pub pages: Vec<String>,
}

/// `1.2.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct AppVersion(u32, u32, u32);

/// Why a catalog is not one.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// It is not JSON, or not of this form.
    #[error("the catalog cannot be read")]
    Form(#[from] serde_json::Error),
    /// It was written for another version of this app.
    #[error("the catalog is of form {0}")]
    OtherForm(u32),
    /// Something in it contradicts itself.
    #[error("the catalog's {entry}: {what}")]
    Contradiction {
        /// Which family or size.
        entry: String,
        /// What is wrong.
        what: &'static str,
    },
}

impl Catalog {
    /// Reads a catalog and holds it against itself.
    pub fn read(json: &str) -> Result<Self, CatalogError> {
        let catalog: Self = serde_json::from_str(json)?;
        if catalog.form != FORM {
            return Err(CatalogError::OtherForm(catalog.form));
        }
        let mut ids = HashSet::new();
        for family in &catalog.families {
            let contradiction = |what| CatalogError::Contradiction { entry: family.id.clone(), what };
            if !ids.insert(&family.id) {
                return Err(contradiction("there are two of this id"));
            }
            family.check().map_err(contradiction)?;
        }
        Ok(catalog)
    }
}

impl Family {
    fn check(&self) -> Result<(), &'static str> {
        if self.sizes.is_empty() {
            return Err("there is no size");
        }
        let ids: HashSet<_> = self.sizes.iter().map(|size| &size.id).collect();
        if ids.len() != self.sizes.len() {
            return Err("two sizes have the same id");
        }
        let sees = self.capabilities.contains(&Capability::Vision);
        if sees != self.sizes.iter().all(|size| size.projector.is_some()) {
            return Err("a model sees with a projector, and only with one");
        }
        self.sizes.iter().try_for_each(Size::check)
    }
}

impl Size {
    fn check(&self) -> Result<(), &'static str> {
        if !self.builds.iter().any(|build| build.choice == Choice::Balanced) {
            return Err("there is no balanced build");
        }
        let grows = |one: &CatalogBuild, other: &CatalogBuild| {
            one.choice < other.choice && one.approximate_bytes < other.approximate_bytes
        };
        if !self.builds.is_sorted_by(grows) {
            return Err("builds are not from the smallest to the largest");
        }
        if self.builds.iter().any(|build| Quant::of_path(build.file.as_str()).as_ref() != Some(&build.quant)) {
            return Err("a build's file is named for another quantization");
        }
        if self.active_parameters.is_some_and(|active| active >= self.parameters) {
            return Err("more parameters are active than there are");
        }
        Ok(())
    }
}

impl FromStr for AppVersion {
    type Err = AppVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut numbers = text.split('.').map(|number| number.parse::<u32>().map_err(|_| AppVersionError));
        let mut next = || numbers.next().unwrap_or(Err(AppVersionError));
        let version = Self(next()?, next()?, next()?);
        if numbers.next().is_some() { Err(AppVersionError) } else { Ok(version) }
    }
}

/// Why a text is not a version.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
#[error("a version has three numbers")]
pub struct AppVersionError;

impl TryFrom<String> for AppVersion {
    type Error = AppVersionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
