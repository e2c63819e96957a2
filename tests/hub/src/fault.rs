//! What can go wrong with one request.

use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, header};

use crate::{
    asked::Asked,
    cdn, gzip,
    log::Host,
    quota::Left,
    reply::{Body, End, Part, Reply, content_range},
    resolve::{LINKED_ETAG, REPO_COMMIT},
};

/// The first part of the paths that only lead to each other.
pub(crate) const CIRCLE: &str = "circle";

/// One way to fail. Positions and lengths count the body's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 200 with the whole file, though a range was asked for.
    IgnoredRange,
    /// 206 that does not say which bytes it brings.
    MissingContentRange,
    /// 206 that says, truly, that it brings other bytes than were asked for: from one later on, or one earlier where
    /// there is none.
    OtherRange,
    /// 206 that says of the right bytes that they are others.
    WrongContentRange,
    /// 206 with the first half of what was asked for, truly told.
    ShorterRange,
    /// 206 with more than was asked for, truly told: up to the file's end.
    LongerRange,
    /// 206 that tells the whole range and brings the first half of it, in good order.
    MissingHalf,
    /// 206 that tells the whole range and brings nothing of it, in good order and without a length.
    EmptyRange,
    /// 200 with the whole file, though a range was asked for, from a proxy that lets no more than so many bytes through.
    CutWhole {
        /// When so many have been sent.
        after_bytes: u64,
    },
    /// 416 to a range that is there.
    RangeNotSatisfiable,
    /// Another entity tag than before; the file is the same.
    ChangedEtag,
    /// The Hub tells another commit than before.
    ChangedCommit,
    /// This status with a few words, and nothing of what the Hub tells of its refusals.
    Status(u16),
    /// 401 or 403 with `X-Error-Code: GatedRepo`.
    Gated(u16),
    /// 429 with all its headers.
    TooManyRequests {
        /// What it says, in whole seconds.
        retry_after: Duration,
    },
    /// The body comes compressed, without having been asked for.
    Gzip,
    /// 200 and the login page of a hotel's network.
    LoginPage,
    /// The way to the login page, on another host.
    LoginRedirect,
    /// The way to an address that leads on to the next, without end.
    RedirectLoop,
    /// The connection is reset in the middle of the body, or before the reply when the body is to be empty.
    Reset {
        /// When so many have been sent.
        after_bytes: u64,
    },
    /// The connection is closed in good order before all has come.
    Closed {
        /// When so many have been sent.
        after_bytes: u64,
    },
    /// Nothing more comes, and the connection stays.
    Stall {
        /// When so many have been sent.
        after_bytes: u64,
    },
    /// From there on it comes byte by byte, so slowly that it never ends, and so fast that it never stalls.
    Crawl {
        /// When so many have been sent.
        after_bytes: u64,
    },
    /// One bit of the body is turned over.
    FlippedBit {
        /// In which byte.
        at_byte: u64,
    },
    /// The reply takes its time.
    SlowStart(Duration),
    /// What the CDN says to a link that is too old.
    LinkExpired,
}

/// Which requests a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Any.
    Any,
    /// Questions to the Hub's interface.
    Api,
    /// Where a file is, by `HEAD` or `GET`.
    Resolve,
    /// Any to the CDN.
    Cdn,
    /// `GET`s that are answered with a file's bytes, wherever they lie.
    Content,
    /// The same, of a part of the file.
    Range,
}

impl Aim {
    pub(crate) fn takes(self, asked: &Asked, reply: &Reply) -> bool {
        let is_content = || asked.is_for_content() && matches!(reply.body, Body::Part(_));
        match self {
            Self::Any => true,
            Self::Api => asked.is_api(),
            Self::Resolve => asked.is_resolve(),
            Self::Cdn => asked.host == Host::Cdn,
            Self::Content => is_content(),
            Self::Range => is_content() && reply.status == StatusCode::PARTIAL_CONTENT,
        }
    }
}

impl Fault {
    /// The requests that it makes sense for.
    pub fn aim(self) -> Aim {
        match self {
            Self::IgnoredRange
            | Self::MissingContentRange
            | Self::OtherRange
            | Self::WrongContentRange
            | Self::ShorterRange
            | Self::LongerRange
            | Self::MissingHalf
            | Self::EmptyRange
            | Self::CutWhole { .. }
            | Self::RangeNotSatisfiable => Aim::Range,
            Self::ChangedEtag
            | Self::Gzip
            | Self::Reset { .. }
            | Self::Closed { .. }
            | Self::Stall { .. }
            | Self::Crawl { .. }
            | Self::FlippedBit { .. }
            | Self::LinkExpired => Aim::Content,
            Self::ChangedCommit | Self::Gated(_) => Aim::Resolve,
            Self::Status(_)
            | Self::TooManyRequests { .. }
            | Self::LoginPage
            | Self::LoginRedirect
            | Self::RedirectLoop
            | Self::SlowStart(_) => Aim::Any,
        }
    }

    /// What becomes of a good reply.
    pub(crate) fn spoil(self, reply: Reply, cdn: &str) -> Reply {
        match self {
            Self::IgnoredRange
            | Self::MissingContentRange
            | Self::OtherRange
            | Self::WrongContentRange
            | Self::ShorterRange
            | Self::LongerRange
            | Self::MissingHalf
            | Self::EmptyRange
            | Self::CutWhole { .. }
            | Self::RangeNotSatisfiable => self.spoil_range(reply),
            Self::ChangedEtag => {
                let tag = if reply.headers.contains_key(&LINKED_ETAG) { LINKED_ETAG } else { header::ETAG };
                reply.with(tag, "\"0123456789abcdef0123456789abcdef-1\"")
            }
            Self::ChangedCommit => reply.with(REPO_COMMIT, "0123456789abcdef0123456789abcdef01234567"),
            Self::Status(status) => plain(status),
            Self::Gated(status) => plain(status).with(http::HeaderName::from_static("x-error-code"), "GatedRepo"),
            Self::TooManyRequests { retry_after } => {
                let mut reply = plain(429);
                Left::nothing_for(retry_after).write(&mut reply.headers);
                reply
            }
            Self::Gzip => compress(reply),
            Self::LoginPage => Reply::html(cdn::LOGIN_PAGE),
            Self::LoginRedirect => Reply::redirect(StatusCode::FOUND, &format!("{cdn}/login")),
            Self::RedirectLoop => Reply::redirect(StatusCode::FOUND, &format!("/{CIRCLE}/1")),
            Self::LinkExpired => cdn::expired(),
            Self::Reset { .. }
            | Self::Closed { .. }
            | Self::Stall { .. }
            | Self::Crawl { .. }
            | Self::FlippedBit { .. }
            | Self::SlowStart(_) => self.spoil_delivery(reply),
        }
    }

    fn spoil_range(self, mut reply: Reply) -> Reply {
        let Body::Part(Part { content, bytes }) = &mut reply.body else { return reply };
        let size_bytes = content.size_bytes();
        let half = bytes.start + (bytes.end - bytes.start).div_ceil(2);
        match self {
            Self::RangeNotSatisfiable => return Reply::beyond(size_bytes),
            Self::IgnoredRange | Self::CutWhole { .. } => {
                *bytes = 0..size_bytes;
                reply.status = StatusCode::OK;
                reply.headers.remove(header::CONTENT_RANGE);
                if let Self::CutWhole { after_bytes } = self {
                    reply.delivery.end = End::Closed { after_bytes };
                }
            }
            Self::EmptyRange => {
                bytes.end = bytes.start;
                reply.delivery.is_chunked = true;
            }
            Self::MissingContentRange => {
                reply.headers.remove(header::CONTENT_RANGE);
            }
            Self::WrongContentRange => {
                let told = content_range(&beside(bytes, size_bytes), size_bytes);
                reply.set(header::CONTENT_RANGE, &told);
            }
            Self::OtherRange => *bytes = beside(bytes, size_bytes),
            Self::MissingHalf | Self::ShorterRange => bytes.end = half,
            Self::LongerRange => bytes.end = size_bytes,
            _ => {}
        }
        if matches!(self, Self::OtherRange | Self::ShorterRange | Self::LongerRange) {
            reply.tell_range();
        }
        reply
    }

    fn spoil_delivery(self, mut reply: Reply) -> Reply {
        match self {
            Self::Reset { after_bytes } => reply.delivery.end = End::Reset { after_bytes },
            Self::Closed { after_bytes } => reply.delivery.end = End::Closed { after_bytes },
            Self::Stall { after_bytes } => reply.delivery.end = End::Stall { after_bytes },
            Self::Crawl { after_bytes } => reply.delivery.crawls_after = Some(after_bytes),
            Self::FlippedBit { at_byte } => reply.delivery.flipped_at = Some(at_byte),
            Self::SlowStart(wait) => reply.delivery.slow_start = Some(wait),
            _ => {}
        }
        reply
    }
}

/// As many bytes, one to the right, or to the left where the file ends.
fn beside(bytes: &std::ops::Range<u64>, size_bytes: u64) -> std::ops::Range<u64> {
    if bytes.end < size_bytes {
        bytes.start + 1..bytes.end + 1
    } else {
        bytes.start.saturating_sub(1)..bytes.end.saturating_sub(1).max(1)
    }
}

fn plain(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).expect("a status that HTTP knows");
    Reply::text(status, status.canonical_reason().unwrap_or("Error"))
}

fn compress(mut reply: Reply) -> Reply {
    let content = match &reply.body {
        Body::Text(text) => text.clone(),
        // What cannot be read fails as it would without being compressed.
        Body::Part(part) => match part.content.read(part.bytes.clone()) {
            Ok(content) => content,
            Err(_) => return reply,
        },
    };
    let compressed: Bytes = gzip::stored(&content);
    reply.body = Body::Text(compressed);
    reply.delivery.is_chunked = true;
    reply.with(header::CONTENT_ENCODING, "gzip")
}
