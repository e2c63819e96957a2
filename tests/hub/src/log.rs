//! What was asked.

use std::{collections::BTreeMap, ops::Range};

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

impl RequestRecord {
    /// The part of a file that was asked for; `None` if it was no part with two ends.
    pub fn asked_range(&self) -> Option<Range<u64>> {
        let (first, last) = self.range.as_deref()?.strip_prefix("bytes=")?.split_once('-')?;
        Some(first.parse().ok()?..last.parse::<u64>().ok()?.checked_add(1)?)
    }
}

/// Bytes of large files that were asked for, in parts. What one connection leaves to another is asked for by both, and
/// counts once.
pub(crate) fn asked_bytes(requests: &[RequestRecord]) -> u64 {
    let mut parts: BTreeMap<&str, Vec<Range<u64>>> = BTreeMap::new();
    for request in requests.iter().filter(|request| request.host == Host::Cdn) {
        parts.entry(&request.path).or_default().extend(request.asked_range());
    }
    parts.into_values().map(covered_bytes).sum()
}

fn covered_bytes(mut parts: Vec<Range<u64>>) -> u64 {
    parts.sort_unstable_by_key(|part| part.start);
    let (mut covered, mut end) = (0, 0);
    for part in parts {
        covered += part.end.saturating_sub(part.start.max(end));
        end = end.max(part.end);
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_twice_counts_once() {
        assert_eq!(covered_bytes(vec![5..9, 0..9, 12..20, 3..5, 18..21]), 18);
        assert_eq!(covered_bytes(Vec::new()), 0);
    }
}
