//! The models on this computer, wherever programs keep them.
//!
//! [`Library::scan`] finds every GGUF file in the Hugging Face cache and in the folders of LM Studio, Ollama, Jan, GPT4All
//! and llama.cpp, reads their headers with the safe reader and tells what is ready, what is damaged and what is of
//! another kind. A file that several programs reach is one [`Model`] with several [`Place`]s. [`Cache`] puts finished
//! downloads where every program that knows the Hugging Face cache finds them. [`Removal`] and [`Bin`] take a model
//! away and give it back; [`Move`] moves the whole folder.
//!
//! Everything here blocks and reads only what it is given: the folders come as [`Roots`], the environment as a
//! function. Nothing a folder can hold makes it panic; what cannot be read is listed as a [`Problem`].
//!
//! Not for: the network, remembering anything between two starts (but for the journals that make removing and moving
//! safe), deciding which model to use.

mod cache;
mod damage;
mod durable;
mod exact_path;
mod found;
mod headers;
mod identity;
mod merge;
mod moving;
mod parts;
mod programs;
mod projector;
mod removing;
mod repo;
mod roots;
mod scan;
mod small;
mod walk;

pub use cache::{Cache, Partial};
pub use damage::{Damage, Foreign, State};
pub use found::{Model, ModelFile, Place, Source};
pub use moving::{Move, MoveError, Moved, Progress, Remains, Unfinished};
pub use programs::ollama::ollama_name;
pub use removing::{Bin, Removal, RemovalId, RemoveError, Removed, Sharing};
pub use repo::{BadName, Commit, Etag, FilePath, Repo, Revision};
pub use roots::{Roots, System};
pub use scan::{Library, Problem, Scan, Trouble};
