//! Models that can be had: those the app recommends, and all of the Hub's.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{DownloadId, LocalModelId};

/// What the app recommends. Complete without a network.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Recommendations {
    /// What they are measured against.
    pub computer: Computer,
    /// Best for this computer first; those that will not fit come last.
    pub models: Vec<RecommendedModel>,
}

/// This computer, as far as it matters for models.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Computer {
    /// Memory in all, in bytes.
    #[specta(type = Number)]
    pub memory_bytes: u64,
    /// Memory that a model could have now, in bytes.
    #[specta(type = Number)]
    pub available_bytes: u64,
    /// What computes, in words.
    pub processor: String,
}

/// A model of the catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct RecommendedModel {
    /// `family/size`; never changes.
    pub id: String,
    /// What people call it, e.g. `Qwen3.5 4B`.
    pub name: String,
    /// Who made it.
    pub publisher: String,
    /// Its repository, `owner/name`.
    pub repo: String,
    /// The licence's short name, where known.
    pub licence: Option<String>,
    /// Codes of the languages that its publisher names.
    pub languages: Vec<String>,
    /// What it is good at.
    pub capabilities: Vec<Capability>,
    /// Tokens that it was made for.
    #[specta(type = Option<Number>)]
    pub context_tokens: Option<u64>,
    /// The day it was published (ISO 8601).
    pub published: String,
    /// From the smallest to the largest.
    pub builds: Vec<Build>,
    /// The build to offer, by its file. Absent when none fits.
    pub suggested: Option<String>,
    /// Why it stands where it stands. Absent for those further down.
    pub praise: Option<Praise>,
}

/// Why a model is recommended, for the one line under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Praise {
    /// To begin with: the best answers of those that run fast here, leave memory to other programs and are soon
    /// downloaded; where there is none, what is nearest to it.
    Best,
    /// Answers faster than that, and nearly as well.
    Faster,
    /// Takes much less memory than that.
    Light,
    /// Good at programs.
    Coding,
    /// The best answers of all that fit; takes its time.
    Patient,
}

/// Something a model may be good at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Conversations.
    Chat,
    /// Pictures.
    Vision,
    /// Programs.
    Coding,
    /// Calling functions that it is offered.
    Tools,
    /// Thinking before it answers.
    Reasoning,
    /// From one language into another.
    Translation,
}

/// What is downloaded and used as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Build {
    /// Its first file's path in the repository: by this it is asked for.
    pub file: String,
    /// What tells it from the others, e.g. `UD-Q4_K_XL`.
    pub label: String,
    /// What it is recommended as.
    pub choice: Option<Choice>,
    /// Of all its files, without the projector. Absent where the Hub does not say.
    #[specta(type = Option<Number>)]
    pub size_bytes: Option<u64>,
    /// Of the file it needs to see pictures, which comes along.
    #[specta(type = Option<Number>)]
    pub projector_bytes: Option<u64>,
    /// How many files it has; usually one.
    pub parts: u32,
    /// Whether all of them are there. One that is not whole cannot be downloaded.
    pub is_whole: bool,
    /// Whether it runs here.
    pub fit: Fit,
    /// Whether it is here already.
    pub presence: Presence,
}

/// What a build is recommended as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Takes less memory, and shows it.
    Small,
    /// For nearly everybody.
    Balanced,
    /// As good as it gets.
    Best,
}

/// Whether a model runs here, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
pub struct Fit {
    /// In a word.
    pub verdict: FitVerdict,
    /// What it takes while it answers, in bytes.
    #[specta(type = Option<Number>)]
    pub needed_bytes: Option<u64>,
    /// What it could have, in bytes.
    #[specta(type = Option<Number>)]
    pub available_bytes: Option<u64>,
    /// How fast it would write, estimated.
    #[specta(type = Option<Number>)]
    pub words_per_second: Option<f32>,
}

/// Whether a model runs here, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FitVerdict {
    /// Writes about as fast as one reads, or faster.
    Fast,
    /// Runs, and keeps one waiting.
    Slow,
    /// Would run if other programs gave back memory.
    Tight,
    /// Takes more memory than there is.
    TooLarge,
    /// Too little is known of it.
    Unknown,
}

/// Whether something is on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "presence", rename_all = "snake_case")]
pub enum Presence {
    /// No.
    Absent,
    /// It is on its way.
    Downloading {
        /// By this.
        download: DownloadId,
    },
    /// It can be used.
    Here {
        /// As this.
        model: LocalModelId,
    },
}

/// What is looked for on the Hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct ModelQuery {
    /// Words of a name; empty for all.
    pub words: String,
    /// What comes first.
    pub sort: ModelSort,
    /// Only those that are for this.
    pub purpose: Option<Purpose>,
    /// Only those of this licence, by its short name.
    pub licence: Option<String>,
    /// Only those that run here, as far as can be told.
    pub fits_here: bool,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelSort {
    /// What many look at these days.
    Trending,
    /// What is downloaded most.
    Downloads,
    /// What has been there for the shortest time.
    Newest,
    /// What most like.
    Likes,
}

/// What a model is for, as far as the Hub can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Conversations.
    Chat,
    /// Pictures.
    Vision,
    /// Programs.
    Coding,
}

/// Some of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct FoundModels {
    /// In the order that was asked for. May be empty while there is a next page: a filter left none of these.
    pub models: Vec<FoundModel>,
    /// For the next page; absent at the end.
    pub next: Option<String>,
}

/// A line of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct FoundModel {
    /// `owner/name`.
    pub repo: String,
    /// The name in words, without what only says that it is GGUF.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Who may download it.
    pub gate: Gate,
    /// Downloads of the last thirty days.
    #[specta(type = Option<Number>)]
    pub downloads: Option<u64>,
    /// Likes of all time.
    #[specta(type = Option<Number>)]
    pub likes: Option<u64>,
    /// When it last changed (ISO 8601).
    pub modified_at: Option<String>,
    /// The licence's short name.
    pub licence: Option<String>,
    /// What it is likely good at.
    pub capabilities: Vec<Capability>,
    /// Number of its weights.
    #[specta(type = Option<Number>)]
    pub parameters: Option<u64>,
    /// How its balanced build would run here, as far as can be told without its size.
    pub fit: Fit,
    /// Whether one of its builds is on this computer.
    pub is_here: bool,
}

/// Who may download a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Everybody.
    Open,
    /// Who has signed in and accepted its conditions.
    Conditions,
    /// Whom its owner lets in, one by one.
    Approval,
}

/// Where a pasted text leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ModelAddress {
    /// `owner/name`.
    pub repo: String,
    /// A state of it, if one was named.
    pub revision: Option<String>,
    /// One of its files, if one was named.
    pub file: Option<String>,
    /// Letters that name a build, as in `owner/name:Q4_K_M`.
    pub tag: Option<String>,
}

/// A model's page.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct ModelPage {
    /// `owner/name`; its new name if it was renamed.
    pub repo: String,
    /// The name in words.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// The state that this page shows; downloads name it.
    pub commit: String,
    /// Who may download it.
    pub gate: Gate,
    /// The licence's short name.
    pub licence: Option<String>,
    /// Languages by their codes.
    pub languages: Vec<String>,
    /// What it is likely good at.
    pub capabilities: Vec<Capability>,
    /// Downloads of the last thirty days.
    #[specta(type = Option<Number>)]
    pub downloads: Option<u64>,
    /// Likes of all time.
    #[specta(type = Option<Number>)]
    pub likes: Option<u64>,
    /// When it last changed (ISO 8601).
    pub modified_at: Option<String>,
    /// Number of its weights.
    #[specta(type = Option<Number>)]
    pub parameters: Option<u64>,
    /// llama.cpp's name for how the model is built.
    pub architecture: Option<String>,
    /// Tokens that it was made for.
    #[specta(type = Option<Number>)]
    pub context_tokens: Option<u64>,
    /// The model that this one was made from.
    pub base_model: Option<String>,
    /// From the smallest to the largest.
    pub builds: Vec<Build>,
    /// The build that the address named, or the one to offer here; by its file. Absent when none can be offered.
    pub suggested: Option<String>,
    /// Its page on the web.
    pub web_address: String,
}

/// What a repository says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ModelCard {
    /// Markdown, from a stranger.
    pub markdown: String,
    /// Whether the rest was left out.
    pub is_cut: bool,
}
