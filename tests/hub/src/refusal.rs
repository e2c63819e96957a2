//! How the Hub says no.

use http::{HeaderName, StatusCode, header};
use serde_json::json;

use crate::{asked::Asked, reply::Reply};

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such repository, as far as somebody who is signed in may know.
    RepositoryNotFound,
    /// The same for somebody who is not: it may be there.
    NotSignedIn,
    /// The token is nobody's.
    InvalidToken,
    /// Only for those who have been let in, and nobody is signed in.
    GatedToAnonymous(String),
    /// Only for those who have been let in, and this one has not.
    GatedToVisitor(String),
    RevisionNotFound(String),
    EntryNotFound,
    BadRequest(String),
    MethodNotAllowed,
}

impl Refusal {
    pub(crate) fn reply(&self, asked: &Asked) -> Reply {
        let (status, code) = match self {
            Self::RepositoryNotFound => (StatusCode::NOT_FOUND, Some("RepoNotFound")),
            // The public Hub sends no code with these two.
            Self::NotSignedIn | Self::InvalidToken => (StatusCode::UNAUTHORIZED, None),
            Self::GatedToAnonymous(_) => (StatusCode::UNAUTHORIZED, Some("GatedRepo")),
            Self::GatedToVisitor(_) => (StatusCode::FORBIDDEN, Some("GatedRepo")),
            Self::RevisionNotFound(_) => (StatusCode::NOT_FOUND, Some("RevisionNotFound")),
            Self::EntryNotFound => (StatusCode::NOT_FOUND, Some("EntryNotFound")),
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, None),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, None),
        };
        let message = self.message();
        let reply = if asked.is_api() {
            let mut reply = Reply::json(&json!({ "error": message }));
            reply.status = status;
            reply
        } else {
            Reply::text(status, message.clone())
        };
        let reply = reply.with(ERROR_MESSAGE, &message);
        let reply = match code {
            Some(code) => reply.with(ERROR_CODE, code),
            None => reply,
        };
        if status == StatusCode::UNAUTHORIZED {
            reply.with(header::WWW_AUTHENTICATE, "Bearer realm=\"Authentication required\", charset=\"UTF-8\"")
        } else {
            reply
        }
    }

    fn message(&self) -> String {
        match self {
            Self::RepositoryNotFound => "Repository not found".to_owned(),
            Self::NotSignedIn => "Invalid username or password.".to_owned(),
            Self::InvalidToken => "Invalid credentials in Authorization header".to_owned(),
            Self::GatedToAnonymous(id) => format!(
                "Access to model {id} is restricted. You must have access to it and be authenticated to access it. \
                 Please log in."
            ),
            Self::GatedToVisitor(id) => format!(
                "Access to model {id} is restricted and you are not in the authorized list. Visit its page to ask for \
                 access."
            ),
            Self::RevisionNotFound(revision) => format!("Invalid rev id: {}", revision.escape_default()),
            Self::EntryNotFound => "Entry not found".to_owned(),
            Self::BadRequest(why) => why.escape_default().to_string(),
            Self::MethodNotAllowed => "Method not allowed".to_owned(),
        }
    }
}
