//! What the Hub refuses or cannot do, as the page is told: the one place where it is decided.

use hearth_hub::{Endpoint, HubError, Refusal};

use super::{AppError, ErrorCode, ErrorDetails, chain};

impl AppError {
    /// Why the Hub has no answer. `repo` is the repository (`owner/name`) that was asked for, if it was one.
    pub(crate) fn of_hub(error: &HubError, repo: Option<&str>, endpoint: &Endpoint) -> Self {
        let code = match error {
            HubError::Unreachable(_) | HubError::Silent => ErrorCode::Offline,
            HubError::Intercepted => ErrorCode::LoginPage,
            HubError::RateLimited(limit) => {
                // Whoever waits for a part of a second too little is refused again.
                let seconds = limit.retry_after.as_secs() + u64::from(limit.retry_after.subsec_nanos() > 0);
                let details = ErrorDetails {
                    seconds: Some(u32::try_from(seconds).unwrap_or(u32::MAX)),
                    ..details(None, endpoint)
                };
                return Self { code: ErrorCode::RateLimited, message: chain(error), details: Box::new(details) };
            }
            HubError::Trouble(_) | HubError::Nonsense(_) => ErrorCode::HubTrouble,
            HubError::Refused(refusal) => code_of(*refusal),
        };
        Self { code, message: chain(error), details: Box::new(details(repo, endpoint)) }
    }

    /// Why the Hub refuses something of a repository (`owner/name`).
    pub(crate) fn of_refusal(refusal: Refusal, repo: &str, endpoint: &Endpoint) -> Self {
        Self { code: code_of(refusal), message: refusal.to_string(), details: Box::new(details(Some(repo), endpoint)) }
    }
}

fn code_of(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::SignInRequired => ErrorCode::SignInRequired,
        Refusal::AccessNotGranted => ErrorCode::AccessNotGranted,
        Refusal::TokenInvalid => ErrorCode::TokenInvalid,
        Refusal::RepositoryNotFound | Refusal::RevisionNotFound | Refusal::EntryNotFound => ErrorCode::NotOnHub,
        Refusal::Unavailable => ErrorCode::NotAvailable,
        Refusal::Other(_) => ErrorCode::HubTrouble,
    }
}

/// The repository's name and its page on the web, where its conditions can be read and accepted.
fn details(repo: Option<&str>, endpoint: &Endpoint) -> ErrorDetails {
    ErrorDetails {
        name: repo.map(str::to_owned),
        address: repo.map(|repo| format!("{endpoint}/{repo}")),
        ..ErrorDetails::default()
    }
}
