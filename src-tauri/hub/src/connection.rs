//! One way to speak HTTP: through the proxy that is set, with the token for the Hub alone, every reply judged.

use std::{ops::Range, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RANGE, RETRY_AFTER},
    redirect,
};
use url::Url;

use crate::{
    endpoint::{Endpoint, Token},
    error::{HubError, RateLimit, Refusal},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// More redirects lead in a circle. The Hub needs two: to a repository's new name, and to the store of files.
const REDIRECT_LIMIT: usize = 8;
/// Where the Hub does not say how long to wait.
const USUAL_WAIT: Duration = Duration::from_mins(1);
/// Whatever it says, nobody is kept waiting for longer without another try.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How the network is used.
#[derive(Debug, Clone, Default)]
pub struct ConnectionSettings {
    /// Where the Hub is.
    pub endpoint: Endpoint,
    /// Who asks.
    pub token: Option<Token>,
    /// What stands between.
    pub proxy: Proxy,
    /// Names this app and its version to the Hub.
    pub user_agent: String,
    /// How long to wait.
    pub patience: Patience,
}

/// How long to wait for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a reply, or its next bytes.
    pub stall_timeout: Duration,
    /// Before the second try in a row; it doubles with each further one. The first is made at once.
    pub first_retry: Duration,
    /// It doubles up to this.
    pub longest_retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            stall_timeout: Duration::from_secs(30),
            first_retry: Duration::from_millis(500),
            longest_retry: Duration::from_secs(30),
        }
    }
}

/// What stands between here and the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// What the system and the usual environment variables (`HTTPS_PROXY`, `NO_PROXY`, ...) say.
    #[default]
    System,
    /// Nothing.
    None,
    /// This one: `http://`, `https://` or `socks5://`.
    Url(Url),
}

/// The one way to the Hub. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Connection {
    client: reqwest::Client,
    endpoint: Endpoint,
    token: Option<Token>,
    patience: Patience,
}

impl Connection {
    /// Opens nothing yet.
    ///
    /// # Errors
    ///
    /// The proxy cannot be used, or the system's certificates cannot be read.
    pub fn new(settings: ConnectionSettings) -> Result<Self, reqwest::Error> {
        // A provider that is there already is as good.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut client = reqwest::Client::builder()
            .user_agent(settings.user_agent)
            .connect_timeout(CONNECT_TIMEOUT)
            // Followed by hand: each step is looked at before the next, and only the Hub is given the token.
            .redirect(redirect::Policy::none())
            // Several connections are meant to be several.
            .http1_only();
        client = match settings.proxy {
            Proxy::System => client,
            Proxy::None => client.no_proxy(),
            Proxy::Url(url) => client.no_proxy().proxy(reqwest::Proxy::all(url)?),
        };
        Ok(Self {
            client: client.build()?,
            endpoint: settings.endpoint,
            token: settings.token,
            patience: settings.patience,
        })
    }

    /// The Hub this leads to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) fn patience(&self) -> Patience {
        self.patience
    }

    /// Asks for an address below the Hub's and follows where it leads. The reply is a success, and has come whole as
    /// far as its headers go. A reply that is neither a redirect nor a success becomes the error that it means.
    pub(crate) async fn get(&self, url: Url) -> Result<Response, HubError> {
        let reached = self.follow_until(&Question::get(), url, |_, _| false).await?;
        judge(reached.reply, self.is_signed_in())
    }

    /// Asks, and goes where redirects lead until `is_far_enough` says so of one, by its headers and where it leads. Takes
    /// any reply that is no redirect.
    pub(crate) async fn follow_until(
        &self,
        question: &Question,
        url: Url,
        is_far_enough: impl Fn(&HeaderMap, &Url) -> bool,
    ) -> Result<Reached, HubError> {
        let mut at = url;
        for _ in 0..REDIRECT_LIMIT {
            let reply = self.ask(question, &at).await?;
            match redirect_of(&reply, &at)? {
                Some(next) if !is_far_enough(reply.headers(), &next) => at = next,
                next => return Ok(Reached { reply, at, next }),
            }
        }
        // A network's login page sends those in circles who have not logged in.
        Err(HubError::Intercepted)
    }

    async fn ask(&self, question: &Question, url: &Url) -> Result<Response, HubError> {
        let request = self.request(question, url);
        match tokio::time::timeout(self.patience.stall_timeout, request.send()).await {
            Ok(reply) => Ok(reply?),
            Err(_) => Err(HubError::Silent),
        }
    }

    fn request(&self, question: &Question, url: &Url) -> RequestBuilder {
        // A file compressed on the way would have other byte positions than the one that was asked for, and a list
        // would have to be unpacked.
        let mut request = self.client.request(question.method.clone(), url.clone()).header(ACCEPT_ENCODING, "identity");
        if let Some(Range { start, end }) = question.bytes {
            request = request.header(RANGE, format!("bytes={start}-{}", end.saturating_sub(1)));
        }
        match &self.token {
            Some(token) if self.endpoint.owns(url) => request.bearer_auth(token.secret()),
            _ => request,
        }
    }
}

/// What is asked of an address.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    method: Method,
    bytes: Option<Range<u64>>,
}

impl Question {
    /// What is there.
    pub(crate) fn get() -> Self {
        Self { method: Method::GET, bytes: None }
    }

    /// These bytes of it, at least one.
    pub(crate) fn bytes(bytes: Range<u64>) -> Self {
        Self { method: Method::GET, bytes: Some(bytes) }
    }

    /// What it says of itself.
    pub(crate) fn head() -> Self {
        Self { method: Method::HEAD, bytes: None }
    }
}

/// Where a question has led.
pub(crate) struct Reached {
    pub(crate) reply: Response,
    /// Who has replied.
    pub(crate) at: Url,
    /// Where the reply leads, if that is not to be followed.
    pub(crate) next: Option<Url>,
}

/// Where a reply leads, if it is a redirect.
fn redirect_of(reply: &Response, from: &Url) -> Result<Option<Url>, HubError> {
    if !matches!(reply.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = reply.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let next = location.and_then(|location| from.join(location).ok());
    let next = next.ok_or_else(|| HubError::Nonsense("a redirect that leads nowhere".to_owned()))?;
    if from.scheme() == "https" && next.scheme() != "https" {
        return Err(HubError::Intercepted);
    }
    Ok(Some(next))
}

/// Takes a reply for what it means.
pub(crate) fn judge(reply: Response, is_signed_in: bool) -> Result<Response, HubError> {
    let status = reply.status();
    if status.is_success() {
        return Ok(reply);
    }
    let code = reply.headers().get(ERROR_CODE).and_then(|code| code.to_str().ok());
    // The Hub speaks of its refusals in JSON or in one line of text; a page of HTML is somebody else's.
    let is_page = is_html(reply.headers());
    Err(match (status, code) {
        (StatusCode::TOO_MANY_REQUESTS, _) => HubError::RateLimited(rate_limit(reply.headers())),
        (StatusCode::NETWORK_AUTHENTICATION_REQUIRED, _) => HubError::Intercepted,
        (status, _) if status.is_server_error() => HubError::Trouble(status.as_u16()),
        (StatusCode::REQUEST_TIMEOUT, _) => HubError::Trouble(status.as_u16()),
        (StatusCode::UNAUTHORIZED, Some("GatedRepo")) => HubError::Refused(Refusal::SignInRequired),
        (_, Some("GatedRepo")) => HubError::Refused(Refusal::AccessNotGranted),
        (_, Some("RevisionNotFound")) => HubError::Refused(Refusal::RevisionNotFound),
        (_, Some("EntryNotFound")) => HubError::Refused(Refusal::EntryNotFound),
        (_, Some("DisabledRepo")) => HubError::Refused(Refusal::Unavailable),
        // Also what it says of a private one to those who may not know that it is there.
        (_, Some("RepoNotFound")) => HubError::Refused(Refusal::RepositoryNotFound),
        (StatusCode::UNAUTHORIZED, _) if is_signed_in => HubError::Refused(Refusal::TokenInvalid),
        (StatusCode::UNAUTHORIZED, _) => HubError::Refused(Refusal::RepositoryNotFound),
        (StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, _) => HubError::Refused(Refusal::Unavailable),
        (_, None) if is_page => HubError::Intercepted,
        (status, _) => HubError::Refused(Refusal::Other(status.as_u16())),
    })
}

/// A page for people is an answer to nothing that is asked here.
pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/html"))
}

/// `RateLimit: "api";r=0;t=55` (the IETF's draft, as the Hub sends it), or `Retry-After: 55`.
fn rate_limit(headers: &HeaderMap) -> RateLimit {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let reset = text(&RATE_LIMIT).and_then(|value| {
        value.split(';').find_map(|part| part.trim().strip_prefix("t=")).and_then(|seconds| seconds.trim().parse().ok())
    });
    let seconds: Option<u64> = reset.or_else(|| text(&RETRY_AFTER)?.trim().parse().ok());
    RateLimit { retry_after: seconds.map_or(USUAL_WAIT, Duration::from_secs).min(LONGEST_WAIT) }
}
