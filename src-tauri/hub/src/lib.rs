//! The Hugging Face Hub: what is there, and transfers that never break.
//!
//! Outside data becomes a validated type once (`RepoId`, `Commit`, `Sha256`, `FileName`); inside there is no other kind. The token goes
//! to the configured Hub and to no other host, also after a redirect ([`Connection`]). What a server replies is taken for
//! what it means, not for what it should have been ([`transfer`]).
//!
//! Not for: remembering anything (that is the application's database), deciding what to download.
//!
//! The interface is that of `huggingface_hub` 1.x and <https://huggingface.co/docs/hub/api>.

mod as_text;
mod connection;
mod digest;
mod endpoint;
mod error;
mod file_name;
mod repo;
pub mod transfer;

pub use connection::{Connection, ConnectionSettings, Patience, Proxy};
pub use digest::{Commit, DigestError, Sha256};
pub use endpoint::{Endpoint, EndpointError, Token, TokenError};
pub use error::{HubError, RateLimit, Refusal};
pub use file_name::{FileName, FileNameError};
pub use repo::{RepoId, RepoIdError, Revision, RevisionError};
