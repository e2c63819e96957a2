//! A request, taken apart.

use bytes::Bytes;
use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;

use crate::log::Host;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) host: Host,
    pub(crate) method: Method,
    /// The path's parts, each decoded: an encoded slash does not part them.
    pub(crate) segments: Vec<String>,
    /// As it was sent.
    pub(crate) path: String,
    /// As it was sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) connection: u64,
}

impl Asked {
    pub(crate) fn of(host: Host, parts: &Parts, body: Bytes, connection: u64) -> Self {
        let path = parts.uri.path();
        Self {
            host,
            method: parts.method.clone(),
            segments: path.split('/').skip(1).filter(|part| !part.is_empty()).map(decode).collect(),
            path: path.to_owned(),
            query: parts.uri.query().unwrap_or("").to_owned(),
            headers: parts.headers.clone(),
            body,
            connection,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The bearer token, valid or not.
    pub(crate) fn token(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// All values of a name in the query, in order.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        pairs(self.query.as_bytes()).filter(|(found, _)| found == name).map(|(_, value)| value).collect()
    }

    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.values(name).into_iter().next()
    }

    /// `true`, `True` and `1` are yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| is_yes(&value))
    }

    /// All values of a name in a form that was sent.
    pub(crate) fn form_values(&self, name: &str) -> Vec<String> {
        pairs(&self.body).filter(|(found, _)| found == name).map(|(_, value)| value).collect()
    }

    pub(crate) fn form_flag(&self, name: &str) -> bool {
        self.form_values(name).first().is_some_and(|value| is_yes(value))
    }

    pub(crate) fn is_for_content(&self) -> bool {
        self.method == Method::GET
    }

    /// Whether it asks where a file is, or for a small file.
    pub(crate) fn is_resolve(&self) -> bool {
        self.host == Host::Hub && self.segments.get(2).is_some_and(|part| part == "resolve")
    }

    pub(crate) fn is_api(&self) -> bool {
        self.host == Host::Hub && self.segments.first().is_some_and(|part| part == "api")
    }
}

fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

fn pairs(encoded: &[u8]) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(encoded).into_owned()
}

fn is_yes(value: &str) -> bool {
    matches!(value, "true" | "True" | "1")
}
