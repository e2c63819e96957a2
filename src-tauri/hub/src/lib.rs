//! The Hugging Face Hub: what is there, and transfers that never break.
//!
//! Outside data becomes a validated type once ([`RepoId`], [`Commit`], [`Sha256`], [`FileName`]); inside there is no
//! other kind. The token goes to the configured Hub and to no other host, also after a redirect ([`Connection`]). What a
//! server replies is taken for what it means, not for what it should have been ([`transfer`]). What a file's name says
//! of its content is a convention of people: understood where it is known, shown as it is where it is not ([`Builds`]).
//!
//! Not for: remembering anything (that is the application's database), deciding what to download, knowing this computer.
//!
//! The interface is that of `huggingface_hub` 1.x and <https://huggingface.co/docs/hub/api>.

mod account;
mod address;
mod as_text;
mod builds;
mod capability;
mod card;
pub mod catalog;
mod choice;
mod connection;
mod digest;
mod endpoint;
mod error;
mod facts;
mod file_name;
mod json;
mod label;
mod model;
mod paging;
mod quant;
mod remote_file;
mod repo;
mod search;
mod split;
pub mod transfer;

pub use account::Account;
pub use address::Address;
pub use builds::{Build, Builds, Parts};
pub use capability::{Capability, Hint, Reason};
pub use card::Card;
pub use catalog::{Catalog, CatalogError};
pub use choice::Choice;
pub use connection::{Connection, ConnectionSettings, Patience, Proxy};
pub use digest::{Commit, DigestError, Sha256};
pub use endpoint::{Endpoint, EndpointError, Token, TokenError};
pub use error::{HubError, RateLimit, Refusal};
pub use facts::{Facts, Gate, GgufFacts};
pub use file_name::{FileName, FileNameError};
pub use model::ModelPage;
pub use paging::Cursor;
pub use quant::{Family, Publisher, Quant, QuantError};
pub use remote_file::RemoteFile;
pub use repo::{RepoId, RepoIdError, Revision, RevisionError};
pub use search::{Page, Purpose, Search, Sort};
