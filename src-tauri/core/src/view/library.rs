//! Models that are on this computer.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{ConversationId, Fit};
use crate::error::AppError;

/// A model on this computer: the path of its first file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct LocalModelId(pub String);

impl LocalModelId {
    pub(crate) fn of(first_file: &Path) -> Self {
        Self(first_file.display().to_string())
    }
}

/// A removal that can be undone until the app closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct RemovalId(pub u32);

/// What is on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Library {
    /// Those that can be used first, last used first; then the damaged, then the foreign.
    pub models: Vec<LocalModel>,
    /// Folders and files that could not be looked at.
    pub problems: Vec<LibraryProblem>,
    /// Where downloads go.
    pub folder: String,
    /// Free on that folder's disk, what is in the bin included, in bytes.
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
    /// What can still be brought back, oldest first.
    pub removed: Vec<RemovedModel>,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LibraryProblem {
    /// What.
    pub path: String,
    /// Why, in English, for Details.
    pub cause: String,
}

/// A model on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct LocalModel {
    /// Which.
    pub id: LocalModelId,
    /// What it is called.
    pub name: String,
    /// Of all its files, in bytes. 0 where nothing is left.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The mix of its tensors' types, e.g. `Q4_K_M`.
    pub quantization: Option<String>,
    /// Number of its weights.
    #[specta(type = Option<Number>)]
    pub parameters: Option<u64>,
    /// llama.cpp's name for how it is built.
    pub architecture: Option<String>,
    /// Tokens that it was made for.
    #[specta(type = Option<Number>)]
    pub context_tokens: Option<u64>,
    /// The licence's short name.
    pub licence: Option<String>,
    /// Whether the file that lets it see pictures is there.
    pub has_projector: bool,
    /// Every place it is kept at or reached from.
    pub origins: Vec<Origin>,
    /// Its repository on the Hub, where known: "Download again" and its page lead there.
    pub repo: Option<String>,
    /// When it last answered, in seconds since 1970 (UTC).
    pub last_used_at: Option<u32>,
    /// Whether it can be used.
    pub state: LocalModelState,
    /// Whether it runs here.
    pub fit: Fit,
    /// The small one that came with the app; it stays.
    pub is_starter: bool,
}

/// Where one program keeps a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Origin {
    /// The program.
    pub program: OriginProgram,
    /// Its own name for it: a repository, or Ollama's `name:tag`.
    pub name: Option<String>,
}

/// The programs whose models are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OriginProgram {
    /// It came with Hearth.
    Hearth,
    /// The cache that programs share.
    HuggingFaceCache,
    /// LM Studio.
    LmStudio,
    /// Ollama.
    Ollama,
    /// Jan.
    Jan,
    /// GPT4All.
    Gpt4All,
    /// llama.cpp's own cache.
    LlamaCpp,
    /// A file that the person has opened.
    Folder,
}

/// Whether a model can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LocalModelState {
    /// It can.
    Ready,
    /// Fetching it again mends it.
    Damaged {
        /// What is wrong.
        damage: ModelDamage,
        /// In English, for Details.
        cause: String,
    },
    /// A sound file, but none that Hearth can chat with.
    Foreign {
        /// What it is.
        kind: ForeignKind,
        /// In English, for Details.
        cause: String,
    },
}

/// What is wrong with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelDamage {
    /// The file is gone.
    Gone,
    /// It cannot be read.
    Unreadable,
    /// It is no model at all.
    NotAModel,
    /// Its end is missing.
    CutShort,
    /// It contradicts itself.
    Contradictory,
    /// Some of its parts are missing.
    MissingParts,
}

/// What a sound file is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKind {
    /// Not for chatting.
    OtherKind,
    /// For machines of another byte order.
    BigEndian,
    /// It needs a newer Hearth.
    BeyondThisVersion,
}

/// What deleting a model would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RemovalPlan {
    /// What goes.
    pub model: LocalModelId,
    /// What the model is called.
    pub name: String,
    /// Space that becomes free.
    #[specta(type = Number)]
    pub freed_bytes: u64,
    /// Others that have the same file: what they need stays.
    pub shared_with: Vec<Origin>,
    /// Programs that it is deleted from.
    pub leaves: Vec<Origin>,
}

/// A model that is gone and can come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RemovedModel {
    /// For undoing.
    pub id: RemovalId,
    /// What the model is called.
    pub name: String,
    /// Space that became free.
    #[specta(type = Number)]
    pub freed_bytes: u64,
}

/// A new place for the models, chosen but not moved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct FolderPlan {
    /// The new place.
    pub folder: String,
    /// What is to be moved.
    #[specta(type = Number)]
    pub total_bytes: u64,
    /// Free over there; absent where it takes no room, and where it is not known.
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
}

/// Moving the models' folder.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FolderMove {
    /// Nothing is being moved.
    Idle,
    /// Files are on their way.
    Moving {
        /// So far.
        #[specta(type = Number)]
        done_bytes: u64,
        /// In all.
        #[specta(type = Number)]
        total_bytes: u64,
        /// Whereto.
        folder: String,
    },
    /// The models are in the new place.
    Moved {
        /// Which.
        folder: String,
        /// The old folder, if it could not be taken away. Nothing in it is needed.
        left_behind: Option<String>,
    },
    /// Everything is where it was.
    Failed {
        /// Why.
        error: AppError,
    },
}

/// Which model a person wants, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct ModelForConversation {
    /// The conversation; absent: for new ones.
    pub conversation: Option<ConversationId>,
    /// The model.
    pub model: LocalModelId,
}

/// A build of the same model that takes less memory.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct SmallerBuild {
    /// What the model is called.
    pub name: String,
    /// What tells the build from the others, e.g. `Q4_K_M`.
    pub label: Option<String>,
    /// Of all its files, in bytes; with the projector, if that would be downloaded too.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// How it runs here.
    pub fit: Fit,
    /// Where it is.
    pub place: SmallerBuildPlace,
}

/// Where a build is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "place", rename_all = "snake_case")]
pub enum SmallerBuildPlace {
    /// On this computer.
    Here {
        /// As this.
        model: LocalModelId,
    },
    /// It can be downloaded.
    OnHub {
        /// `owner/name`.
        repo: String,
        /// Its first file's path in the repository: by this it is asked for.
        file: String,
    },
}
