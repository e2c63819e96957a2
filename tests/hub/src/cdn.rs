//! The host that large files lie on. It knows nobody: a link that the Hub has signed is enough, and does not last.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, Method, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::{
    asked::Asked,
    content::{Content, hex},
    reply::Reply,
    world::World,
};

const EXPIRES: &str = "Expires";
const KEY: &str = "Key-Pair-Id";
const SIGNATURE: &str = "Signature";

/// Who signs links, and for how long.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) lifetime: Duration,
    /// A link that was signed with an older key is void.
    key: u64,
}

impl Links {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self { lifetime, key: 1 }
    }

    pub(crate) fn expire_all(&mut self) {
        self.key += 1;
    }

    /// Where a file is, for as long as a link lasts.
    pub(crate) fn sign(&self, cdn: &str, repository: &str, content: &Content) -> String {
        let path = format!("/repos/{repository}/{}", content.sha256());
        let expires = (now() + self.lifetime).as_millis();
        let signature = signature(&path, &expires.to_string(), self.key);
        format!("{cdn}{path}?{EXPIRES}={expires}&{KEY}={}&{SIGNATURE}={signature}", self.key)
    }

    fn is_good(&self, asked: &Asked) -> bool {
        let (Some(expires), Some(told)) = (asked.value(EXPIRES), asked.value(SIGNATURE)) else { return false };
        let is_current = expires.parse::<u128>().is_ok_and(|expires| now().as_millis() < expires);
        is_current && told == signature(&asked.path, &expires, self.key)
    }
}

/// Answers what the CDN is asked.
pub(crate) fn answer(world: &World, asked: &Asked) -> Reply {
    if !matches!(asked.method, Method::GET | Method::HEAD) {
        return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "");
    }
    match &asked.segments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["login"] => Reply::html(LOGIN_PAGE),
        // Whatever the repository is called by now: its files lie where they lay.
        ["repos", _, _, sha256] => {
            if !world.links.is_good(asked) {
                return expired();
            }
            match world.repositories.iter().find_map(|repository| repository.by_sha256(sha256)) {
                Some(content) => file(content, asked),
                None => no_such_key(),
            }
        }
        _ => no_such_key(),
    }
}

/// What such a store says to a link that has expired or was not signed.
pub(crate) fn expired() -> Reply {
    xml(StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
}

/// The page that a hotel's network puts in place of all others.
pub(crate) const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>\
    <h1>Welcome to our free network</h1><form action=\"/login\" method=\"post\"><input name=\"room\">\
    <button>Connect</button></form></body></html>";

fn file(content: &Content, asked: &Asked) -> Reply {
    if matches!(content.place(), crate::content::Place::Elsewhere) {
        return no_such_key();
    }
    // Its own name for the file, which is not the Hub's: a store that takes files in parts names them by the parts.
    let etag = format!("\"{}-{}\"", &content.git_oid()[..32], content.size_bytes().div_ceil(64 << 20).max(1));
    Reply::file(content, &etag, asked)
        .with(header::CACHE_CONTROL, "public, max-age=604800, immutable")
        .with(HeaderName::from_static("x-cache"), "Hit from the store")
}

fn no_such_key() -> Reply {
    xml(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>")
}

fn xml(status: StatusCode, text: &'static str) -> Reply {
    Reply::text(status, text).with(header::CONTENT_TYPE, "application/xml")
}

fn signature(path: &str, expires: &str, key: u64) -> String {
    hex(&Sha256::digest(format!("{path} {expires} {key}"))[..16])
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970")
}
