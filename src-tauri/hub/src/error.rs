//! What a Hub may say instead of what was asked for.

use std::time::Duration;

/// Why a question to the Hub has no answer.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No connection: no network, no such host, refused, broken, or nothing came for too long.
    #[error("the Hub cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// Too slow to wait for.
    #[error("the server does not answer")]
    Silent,
    /// Somebody else answers in the Hub's place, such as the login page of a hotel's network.
    #[error("something between here and the Hub answers in its place")]
    Intercepted,
    /// Too many questions. It can be asked again after a while.
    #[error("the Hub asks to wait")]
    RateLimited(RateLimit),
    /// The Hub has trouble of its own; it may be over soon.
    #[error("the Hub has trouble (status {0})")]
    Trouble(u16),
    /// The Hub understands and says no.
    #[error("the Hub refuses: {0}")]
    Refused(Refusal),
    /// A reply that makes no sense.
    #[error("the Hub's reply makes no sense: {0}")]
    Nonsense(String),
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// From the reply's `RateLimit` or `Retry-After`, else a guess.
    pub retry_after: Duration,
}

/// Why the Hub says no (`X-Error-Code`, or the status where it sends none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The repository is open to those only who have accepted its conditions, and nobody is signed in.
    #[error("one must sign in to reach this repository")]
    SignInRequired,
    /// Somebody is signed in who has not been let in yet.
    #[error("access to this repository has not been granted")]
    AccessNotGranted,
    /// The token is not, or no longer, valid.
    #[error("the token is not valid")]
    TokenInvalid,
    /// There is no such repository, or it is private.
    #[error("there is no such repository")]
    RepositoryNotFound,
    /// There is no such branch or commit.
    #[error("there is no such revision")]
    RevisionNotFound,
    /// There is no such file.
    #[error("there is no such file")]
    EntryNotFound,
    /// The repository was taken down, or is not available where the person is.
    #[error("this repository is not available")]
    Unavailable,
    /// Anything else.
    #[error("status {0}")]
    Other(u16),
}

impl From<reqwest::Error> for HubError {
    /// Without the address: it may be a signed one, or hold what somebody has typed, and errors go to the log.
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}
