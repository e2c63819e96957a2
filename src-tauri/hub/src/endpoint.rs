//! Where the Hub is, and who asks.

use std::{fmt, str::FromStr};

use url::{Host, Url};

use crate::{Commit, FileName, RepoId};

/// The address of a Hub: the public one, a company's, a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why an address is not one of a Hub.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EndpointError {
    /// It is not an address.
    #[error("not an address of the web")]
    Invalid(#[from] url::ParseError),
    /// A token would travel readable by everybody. Only this computer itself may be spoken to without encryption.
    #[error("the address must begin with https://")]
    NotEncrypted,
    /// A name and password, a query or a fragment.
    #[error("the address holds more than a host and a path")]
    Decorated,
}

impl Endpoint {
    /// An address below this one, of segments that are encoded as they need be.
    pub(crate) fn at<'segment>(&self, segments: impl IntoIterator<Item = &'segment str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// The address of a file at a state that never changes.
    pub fn file(&self, repo: &RepoId, commit: &Commit, name: &FileName) -> Url {
        let commit = commit.to_string();
        let start = [repo.owner(), repo.name(), "resolve", &commit];
        self.at(start.into_iter().chain(name.parts()))
    }

    /// Whether an address is on the same host, by the same protocol, at the same port.
    pub fn owns(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

impl Default for Endpoint {
    /// The public Hub.
    fn default() -> Self {
        Self(Url::parse("https://huggingface.co").expect("a valid address"))
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let url = if text.contains("://") { Url::parse(text)? } else { Url::parse(&format!("https://{text}"))? };
        if !(url.scheme() == "https" || url.scheme() == "http" && is_this_computer(&url)) {
            return Err(EndpointError::NotEncrypted);
        }
        let is_plain =
            url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if is_plain { Ok(Self(url)) } else { Err(EndpointError::Decorated) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What an account is known by. Never printed, not even by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why a text is not a token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a token is one word of letters, digits and signs, such as hf_...")]
pub struct TokenError;

impl Token {
    /// For the request's header and the keychain, nothing else.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = TokenError;

    /// Forgives the white space that comes along when a token is copied.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_word = !text.is_empty() && text.len() <= 512 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_word { Ok(Self(text.to_owned())) } else { Err(TokenError) }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(..)")
    }
}
