//! A server with the interface of the Hugging Face Hub, which can fail in every way that a real one can.
//!
//! It serves repositories that tests make up or read from disk, over real HTTP, on two hosts: the Hub's own and the one
//! that its files lie on (the CDN). What it answers is what the public Hub answers as far as Hearth, or Hugging Face's
//! own Python client, looks at it; the client runs against it in this crate's tests. [`Faults`] make it misbehave by
//! script or by chance, and [`FakeHub::offline`] is a network that is gone.
//!
//! Not for: uploads, other kinds of repositories than models, Xet, judging what a client does. A test reads
//! [`FakeHub::requests`] for that.

mod access;
mod address;
mod api;
mod asked;
mod cdn;
mod chance;
mod content;
mod fault;
mod faults;
mod gzip;
mod hub;
mod listing;
mod log;
mod model_folder;
mod outflow;
mod pace;
mod quota;
mod range;
mod refusal;
mod reply;
mod repository;
mod resolve;
mod routes;
mod server;
mod wire;
mod world;

pub use access::Account;
pub use content::Content;
pub use fault::{Aim, Fault};
pub use faults::Faults;
pub use hub::{Config, FakeHub};
pub use listing::{ListingError, listing};
pub use log::{Host, RequestRecord};
pub use model_folder::{checkpoint_folder, gguf_file};
pub use quota::Quota;
pub use repository::{Commit, File, Gate, Repository, Storage};
