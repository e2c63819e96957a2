//! What crosses to the page, and nothing else does. The page's TypeScript types are generated from these.
//!
//! Fractions and times are always finite and sizes stay far below 2^53, so that a plain [`Number`] holds them.

mod discover;
mod downloads;
mod hardware;
mod library;
mod network;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

pub use discover::{
    Build, Capability, Choice, Computer, Fit, FitVerdict, FoundModel, FoundModels, Gate, ModelAddress, ModelCard,
    ModelPage, ModelQuery, ModelSort, Praise, Presence, Purpose, Recommendations, RecommendedModel,
};
pub use downloads::{Download, DownloadId, DownloadRequest, DownloadState, DownloadTrouble};
pub use hardware::{
    ComputeDevice, ComputeDeviceKind, ComputePath, Hardware, HardwareSettings, KvCache, LoadFacts, MemoryUse,
    PathOutcome, PathReason, PathReport,
};
pub use library::{
    FolderMove, FolderPlan, ForeignKind, Library, LibraryProblem, LocalModel, LocalModelId, LocalModelState,
    ModelDamage, ModelForConversation, Origin, OriginProgram, RemovalId, RemovalPlan, RemovedModel, SmallerBuild,
    SmallerBuildPlace,
};
pub use network::{Account, AccountState, NetworkSettings, ProxyChoice, SignedOut, Standing};

use crate::error::AppError;

/// A conversation, for as long as the database lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct ConversationId(pub u32);

/// A message, for as long as the database lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct MessageId(pub u32);

/// All the page needs for its first picture, in one call.
#[derive(Debug, Clone, Serialize, Type)]
pub struct Bootstrap {
    /// Newest first.
    pub conversations: Vec<ConversationSummary>,
    /// What was typed into the composer of a chat not yet begun.
    pub new_chat_draft: String,
    /// What the person has chosen.
    pub settings: Settings,
    /// The engine as it is now; later changes come as events.
    pub engine: EngineState,
    /// Who answers where no model was chosen; later changes come as events.
    pub default_model: NamedModel,
    /// The model that came with the app.
    pub starter_model: NamedModel,
    /// What this program is and where its things lie.
    pub about: About,
    /// Longest message the app takes, in characters (Unicode scalar values).
    pub message_limit_characters: u32,
    /// In the order in which they come.
    pub downloads: Vec<Download>,
    /// Moving the models' folder, should an earlier run have begun it.
    pub folder_move: FolderMove,
}

/// A line of the sidebar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConversationSummary {
    /// Which.
    pub id: ConversationId,
    /// Absent until the first exchange has given it one.
    pub title: Option<String>,
    /// Of the last message, in seconds since 1970 (UTC).
    pub updated_at: u32,
}

/// A conversation as it is read: the path from its first message to the active leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Conversation {
    /// What the sidebar shows.
    pub summary: ConversationSummary,
    /// Typed, but not sent.
    pub draft: String,
    /// The model that answers here; absent as long as none was chosen for this conversation.
    pub model: Option<NamedModel>,
    /// Oldest first.
    pub messages: Vec<Message>,
}

/// A model, and what to call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct NamedModel {
    /// Which.
    pub id: LocalModelId,
    /// What it is called.
    pub name: String,
}

/// A node of the tree of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// The message it follows; absent for a conversation's first.
    pub parent: Option<MessageId>,
    /// All messages with the same parent, oldest first, this one among them.
    pub siblings: Vec<MessageId>,
    /// In seconds since 1970 (UTC).
    pub created_at: u32,
    /// What is said.
    pub body: MessageBody,
}

/// What is said, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum MessageBody {
    /// The person's words, as typed.
    User {
        /// Plain text.
        text: String,
    },
    /// The model's words.
    Assistant {
        /// Markdown, as far as it is written.
        text: String,
        /// How far it is.
        state: AnswerState,
        /// Name of the model that wrote it.
        model: String,
        /// The oldest message the model remembered while writing; absent when it remembered all.
        remembered_from: Option<MessageId>,
        /// What it took, once it is known.
        stats: Option<AnswerStats>,
    },
}

/// How far an answer is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AnswerState {
    /// Being written now.
    Writing,
    /// The model said it is done.
    Complete,
    /// The model's memory (or the answer's limit) is full; "Continue" may help.
    Cut,
    /// The person stopped it.
    Stopped,
    /// It ended by an accident; what was written is kept.
    Interrupted {
        /// What happened.
        by: Interruption,
    },
    /// It could not be written.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// What cut an answer short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// The engine ended unexpectedly.
    Engine,
    /// The app was closed or ended unexpectedly.
    App,
}

/// For the curious. Times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AnswerStats {
    /// Tokens of the prompt in all.
    pub prompt_tokens: u32,
    /// Of these, not read again.
    pub reused_tokens: u32,
    /// Of the reused ones, from the disk.
    #[serde(default)]
    pub restored_tokens: u32,
    /// Tokens written.
    pub answer_tokens: u32,
    /// Tokens guessed from what the conversation holds, and checked.
    #[serde(default)]
    pub drafted_tokens: u32,
    /// Of these, right ones.
    #[serde(default)]
    pub accepted_tokens: u32,
    /// From Send to the first token.
    #[specta(type = Number)]
    pub first_token_ms: f32,
    /// Writing speed, the first token aside.
    #[specta(type = Number)]
    pub tokens_per_second: f32,
    /// What computed, in words; absent for answers of older versions.
    #[serde(default)]
    pub device: Option<String>,
}

/// The stream of one answer: `Started`, any number of `Reading`, `Remembered` and `Delta`, then one `Finished` or
/// `Refused`.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AnswerEvent {
    /// Question and empty answer are safely stored.
    Started {
        /// The conversation after the change, from its first message to the new answer.
        conversation: Conversation,
        /// The answer that the following events are about: the conversation's last message.
        answer: MessageId,
    },
    /// The model reads the prompt.
    Reading {
        /// So far.
        tokens_read: u32,
        /// In all.
        tokens_total: u32,
    },
    /// What the model remembers of a conversation that is longer than its memory. Not sent when it remembers all.
    Remembered {
        /// The oldest message it remembers.
        from: MessageId,
    },
    /// More of the answer; about 60 a second at the most.
    Delta {
        /// What to append.
        text: String,
    },
    /// The answer has ended, well or not: `message` says how.
    Finished {
        /// As stored.
        message: Message,
        /// With the title the exchange may have given it.
        summary: ConversationSummary,
    },
    /// The model cannot take the message (it is too long) or could not be loaded after all. What `Started` had stored
    /// has been taken out again, as if it had never been sent.
    Refused {
        /// Why.
        error: AppError,
        /// The question, to be typed again where it was typed; if that was the composer, it is already in the draft.
        /// Absent if the question was there before ("Try again", "Continue") and stays.
        text: Option<String>,
        /// The conversation as it is again; absent if the question was its first message and it is gone with it.
        conversation: Option<Conversation>,
    },
}

/// The engine and its model.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineState {
    /// The process is being started.
    Starting,
    /// The model is being loaded.
    Loading {
        /// Which.
        model: NamedModel,
        /// From 0 to 1.
        #[specta(type = Number)]
        fraction: f32,
    },
    /// Messages can be answered.
    Ready {
        /// By whom.
        model: ModelInfo,
    },
    /// The model's memory is free, because nobody has asked for a while or others need it. The next question loads it.
    Resting {
        /// Which.
        model: NamedModel,
    },
    /// They cannot, until something is done.
    Trouble {
        /// Why.
        error: AppError,
        /// The model that was to be used, if one was chosen.
        model: Option<NamedModel>,
    },
}

/// The loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct ModelInfo {
    /// What the model is called.
    pub name: String,
    /// The file.
    pub path: String,
    /// Whether it is the small one that came with the app.
    pub is_starter: bool,
    /// E.g. `llama 135M Q4_1`.
    pub description: String,
    /// Weights in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// What it can remember, in tokens.
    pub context_tokens: u32,
    /// What computes, in words.
    pub device: String,
    /// Threads used.
    pub threads: u32,
    /// The model carries no usable chat template, so the default one is used.
    pub uses_default_template: bool,
}

/// What the person has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// Of the app's own words.
    pub language: Language,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The app's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// As the system has it.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
}

/// What this program is and where its things lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct About {
    /// Version of the app.
    pub version: String,
    /// The folder with history, settings and log.
    pub data_folder: String,
}
