//! What is answered, before it becomes bytes on a connection: so that a fault can still change it.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::{
    asked::Asked,
    content::Content,
    range::{self, Wanted},
};

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) delivery: Delivery,
}

#[derive(Debug)]
pub(crate) enum Body {
    Text(Bytes),
    Part(Part),
}

/// A part of a file.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) content: Content,
    pub(crate) bytes: Range<u64>,
}

/// How it is sent.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// Before the first byte.
    pub(crate) slow_start: Option<Duration>,
    pub(crate) end: End,
    /// The position of a byte, counted from the body's first, that arrives with one bit turned over.
    pub(crate) flipped_at: Option<u64>,
    /// From so many bytes on it comes byte by byte.
    pub(crate) crawls_after: Option<u64>,
    /// Without a length, in chunks.
    pub(crate) is_chunked: bool,
}

/// How it ends.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Whole,
    /// The connection is reset when so many bytes of the body are sent.
    Reset { after_bytes: u64 },
    /// The connection is closed in good order, too early.
    Closed { after_bytes: u64 },
    /// Nothing more comes, and nothing ends.
    Stall { after_bytes: u64 },
}

impl Reply {
    pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        let reply =
            Self { status, headers: HeaderMap::new(), body: Body::Text(text.into()), delivery: Delivery::default() };
        reply.with(header::CONTENT_TYPE, "text/plain; charset=utf-8")
    }

    pub(crate) fn html(text: &'static str) -> Self {
        Self::text(StatusCode::OK, text).with(header::CONTENT_TYPE, "text/html; charset=utf-8")
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::text(StatusCode::OK, value.to_string()).with(header::CONTENT_TYPE, "application/json; charset=utf-8")
    }

    pub(crate) fn redirect(status: StatusCode, location: &str) -> Self {
        Self::text(status, format!("{}. Redirecting to {location}", status.canonical_reason().unwrap_or_default()))
            .with(header::LOCATION, location)
    }

    /// What was asked for is now elsewhere on the same host.
    pub(crate) fn moved(address: &str) -> Self {
        Self::redirect(StatusCode::TEMPORARY_REDIRECT, address)
    }

    /// What a file's server answers to a request for it: the range that was asked for, if it is asked for rightly.
    pub(crate) fn file(content: &Content, etag: &str, asked: &Asked) -> Self {
        let size_bytes = content.size_bytes();
        // A range of something else than what the client has a part of would be of no use to it.
        let is_same = asked.header("if-range").is_none_or(|known| known == etag);
        let wanted = if is_same { range::parse(asked.header("range"), size_bytes) } else { Wanted::Whole };
        let (status, bytes) = match wanted {
            Wanted::Whole => (StatusCode::OK, 0..size_bytes),
            Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
            Wanted::Beyond => return Self::beyond(size_bytes).with(header::ETAG, etag),
        };
        let mut reply = Self::text(status, Bytes::new())
            .with(header::CONTENT_TYPE, "application/octet-stream")
            .with(header::ACCEPT_RANGES, "bytes")
            .with(header::ETAG, etag);
        reply.body = Body::Part(Part { content: content.clone(), bytes });
        reply.tell_range();
        reply
    }

    /// There are no such bytes.
    pub(crate) fn beyond(size_bytes: u64) -> Self {
        Self::text(StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new())
            .with(header::CONTENT_RANGE, &format!("bytes */{size_bytes}"))
    }

    #[must_use]
    pub(crate) fn with(mut self, name: impl Into<HeaderName>, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn set(&mut self, name: impl Into<HeaderName>, value: &str) {
        // What cannot be said in a header is a mistake of the test that brought it.
        let value = HeaderValue::from_str(value).unwrap_or_else(|_| panic!("not a header's value: {value:?}"));
        self.headers.insert(name.into(), value);
    }

    /// Says in the headers which bytes these are, if they are a part.
    pub(crate) fn tell_range(&mut self) {
        let Body::Part(Part { content, bytes }) = &self.body else { return };
        if self.status == StatusCode::PARTIAL_CONTENT {
            let told = content_range(bytes, content.size_bytes());
            self.set(header::CONTENT_RANGE, &told);
        }
    }

    /// How long the body is.
    pub(crate) fn length(&self) -> u64 {
        match &self.body {
            Body::Text(text) => text.len() as u64,
            Body::Part(part) => part.bytes.end - part.bytes.start,
        }
    }
}

/// The header's text for bytes of a file of this size.
pub(crate) fn content_range(bytes: &Range<u64>, size_bytes: u64) -> String {
    format!("bytes {}-{}/{size_bytes}", bytes.start, bytes.end.saturating_sub(1))
}
