//! The application: chats, settings and the engine's supervision. All behaviour is here.
//!
//! It knows no window (no Tauri type) and no native code: the engine is a process it talks to over
//! [`hearth_ipc`]. The shell calls [`App`] with plain Rust calls and passes in, as [`Config`], what differs between
//! the real world and a test: paths, the way to start an engine, the clock.
//!
//! What it promises:
//! - A message that was seen as sent is on the disk, and so is every part of an answer older than a second.
//! - Whoever drops an [`AnswerStream`] stops the answer.
//! - Native code is handed no file that [`hearth_gguf::check`] has refused.
//! - Every failure is an [`error::AppError`]: a code from a closed list; the causes go to the log, what people
//!   write does not.
//!
//! Where things are: `store` holds the only SQL; `chats` reads and keeps conversations; `turn` changes the tree of
//! messages for an answer that is to be written, and `answer` writes it; `engine` keeps a process with the chosen
//! `model` ready, and `read_ahead` has it read what is not sent yet; `downloads` fetches models, and `library` knows those that are here.

mod account;
mod answer;
mod app;
mod chats;
mod clock;
mod computer;
mod discover;
mod downloads;
mod engine;
pub mod error;
mod fit;
mod hardware;
mod hub_access;
mod library;
mod model;
mod model_name;
mod network;
mod prompt;
mod read_ahead;
mod secrets;
mod settings;
mod states;
mod store;
mod titles;
mod turn;
pub mod view;

pub use answer::AnswerStream;
pub use app::{App, Config};
pub use clock::{Clock, SystemClock};
pub use computer::{Hardware, Identity, Machine, Memory, Power, ThisComputer};
pub use fit::memory_of;
pub use hardware::HardwareTrials;
pub use hearth_ipc::{Cores, EngineLauncher, EngineProcess, EngineProgram, ProcessEnd};
pub use hearth_library::{Roots as ModelFolders, System};
pub use hub_access::HubConfig;
pub use library::{Disks, SystemDisks};
pub use model::{SamplingAdvice, StarterModel};
pub use secrets::{SecretError, SecretStore, SecretsInMemory, SystemKeychain};

/// Longest message the app takes, in characters (Unicode scalar values): some 30 pages, twice what the usual models
/// remember, and as much as WebKitGTK lays out in a text field without a pause one would notice.
pub const MESSAGE_LIMIT_CHARACTERS: u32 = 64_000;
