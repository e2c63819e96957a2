//! What was asked.

use crate::fault::Fault;

/// The two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    /// The Hub itself: the interface, and small files.
    Hub,
    /// Where the large files lie.
    Cdn,
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    /// Who was asked.
    pub host: Host,
    /// `GET`, for one.
    pub method: String,
    /// Decoded, without the query.
    pub path: String,
    /// As it was sent.
    pub query: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `If-Range` header.
    pub if_range: Option<String>,
    /// Whether a token was shown, valid or not.
    pub has_authorization: bool,
    /// Connections are numbered from 1 as they come, over both hosts.
    pub connection: u64,
    /// The reply's status; `None` when the connection broke before it.
    pub status: Option<u16>,
    /// What went wrong with it on purpose.
    pub fault: Option<Fault>,
}
