//! What a reply to a request for a range of bytes really holds.

use std::ops::Range;

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_RANGE},
};

use crate::{
    connection::{is_html, judge},
    error::HubError,
};

/// Bytes of the file.
#[derive(Debug)]
pub(super) enum Bytes {
    /// These, as asked for; perhaps fewer.
    Of(Range<u64>, Response),
    /// All of them, from the first: the server takes no notice of ranges.
    Whole(Response),
}

/// A reply without them.
#[derive(Debug)]
pub(super) enum Miss {
    /// It says what is the matter.
    Hub(HubError),
    /// The Hub has another file there now.
    Another,
    /// The address is good no longer; the Hub knows a new one.
    Expired,
    /// It cannot be used.
    Useless(&'static str),
}

/// Takes a reply for what it means. `is_hub` says whether the Hub itself sent it, or the store that it led to.
pub(super) fn read(
    reply: Response,
    asked: &Range<u64>,
    size_bytes: u64,
    is_hub: bool,
    is_signed_in: bool,
) -> Result<Bytes, Miss> {
    let status = reply.status();
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
        StatusCode::RANGE_NOT_SATISFIABLE => return Err(Miss::Useless("the server knows a shorter file")),
        status if !is_hub && is_about_the_address(status) => return Err(Miss::Expired),
        _ => {
            return match judge(reply, is_signed_in) {
                Ok(_) => Err(Miss::Useless("a success without bytes")),
                Err(error) => Err(Miss::Hub(error)),
            };
        }
    }
    let header = |name| reply.headers().get(name).and_then(|value| value.to_str().ok());
    if is_html(reply.headers()) {
        return Err(Miss::Hub(HubError::Intercepted));
    }
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Miss::Useless("the bytes are compressed"));
    }
    if status == StatusCode::OK {
        return match reply.content_length() {
            Some(length) if length == size_bytes => Ok(Bytes::Whole(reply)),
            _ => Err(Miss::Useless("another length than the file's")),
        };
    }
    let (range, total) =
        header(CONTENT_RANGE).and_then(content_range).ok_or(Miss::Useless("it does not say which bytes these are"))?;
    if range.start != asked.start {
        return Err(Miss::Useless("other bytes than were asked for"));
    }
    if total.is_some_and(|total| total != size_bytes) {
        return Err(Miss::Useless("bytes of another file"));
    }
    if reply.content_length().is_some_and(|length| length != range.end - range.start) {
        return Err(Miss::Useless("another length than it says"));
    }
    Ok(Bytes::Of(range.start..range.end.min(asked.end), reply))
}

/// Whether a store that says this may say something else at an address that the Hub has signed anew. Stores differ in what
/// they call an address that is too old, and 400 is among it.
fn is_about_the_address(status: StatusCode) -> bool {
    status.is_client_error()
        && !matches!(
            status,
            StatusCode::PROXY_AUTHENTICATION_REQUIRED
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::RANGE_NOT_SATISFIABLE
                | StatusCode::TOO_MANY_REQUESTS
                | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS
        )
}

/// `bytes 0-499/1234` or `bytes 0-499/*` (RFC 9110, 14.4).
fn content_range(value: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (range, total) = value.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    (first <= last && last < total.unwrap_or(u64::MAX)).then(|| (first..last + 1, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&str, &str)], length: usize) -> Response {
        let mut reply = http::Response::builder().status(status);
        for (name, value) in headers {
            reply = reply.header(*name, *value);
        }
        reply.body(vec![0_u8; length]).expect("valid").into()
    }

    fn useless(reply: Response) -> &'static str {
        match read(reply, &(100..200), 1000, false, false) {
            Err(Miss::Useless(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_bytes_that_were_asked_for_are_taken_and_fewer_as_well() {
        let whole = reply(206, &[("content-range", "bytes 100-199/1000")], 100);
        assert!(matches!(read(whole, &(100..200), 1000, false, false), Ok(Bytes::Of(range, _)) if range == (100..200)));
        let fewer = reply(206, &[("content-range", "bytes 100-149/*")], 50);
        assert!(matches!(read(fewer, &(100..200), 1000, false, false), Ok(Bytes::Of(range, _)) if range == (100..150)));
        let more = reply(206, &[("content-range", "bytes 100-999/1000")], 900);
        assert!(matches!(read(more, &(100..200), 1000, false, false), Ok(Bytes::Of(range, _)) if range == (100..200)));
    }

    #[test]
    fn a_range_that_is_not_the_one_asked_for_is_never_taken() {
        for range in
            ["bytes 0-99/1000", "bytes 101-199/1000", "bytes 100-199/999", "bytes 100-99/1000", "items 1-2/3", ""]
        {
            useless(reply(206, &[("content-range", range)], 100));
        }
        useless(reply(206, &[], 100));
        useless(reply(206, &[("content-range", "bytes 100-199/1000")], 99));
        useless(reply(416, &[("content-range", "bytes */50")], 0));
        let gzip = [("content-range", "bytes 100-199/1000"), ("content-encoding", "gzip")];
        assert_eq!(useless(reply(206, &gzip, 100)), "the bytes are compressed");
    }

    #[test]
    fn a_whole_file_is_known_by_its_length_and_a_page_by_its_kind() {
        let whole = reply(200, &[], 1000);
        assert!(matches!(read(whole, &(100..200), 1000, false, false), Ok(Bytes::Whole(_))));
        useless(reply(200, &[], 999));
        let page = reply(200, &[("content-type", "Text/HTML; charset=utf-8")], 1000);
        assert!(matches!(read(page, &(100..200), 1000, false, false), Err(Miss::Hub(HubError::Intercepted))));
    }

    #[test]
    fn a_refusal_of_the_store_means_that_its_address_has_expired() {
        for status in [400, 401, 403, 404, 410, 412] {
            assert!(matches!(read(reply(status, &[], 0), &(0..1), 1, false, false), Err(Miss::Expired)));
        }
        let refused = read(reply(404, &[("x-error-code", "EntryNotFound")], 0), &(0..1), 1, true, false);
        assert!(matches!(refused, Err(Miss::Hub(HubError::Refused(_)))), "the Hub means what it says");
        for status in [407, 408, 429, 451, 503] {
            let meant = read(reply(status, &[], 0), &(0..1), 1, false, false);
            assert!(matches!(meant, Err(Miss::Hub(_))), "{status} means itself: {meant:?}");
        }
    }
}
