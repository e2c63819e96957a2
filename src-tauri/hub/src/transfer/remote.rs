//! Where a file's bytes really are: the Hub is asked, and answers with the address of a store that is good for a while.

use reqwest::header::{CONTENT_LENGTH, ETAG, HeaderMap, HeaderName};
use url::Url;

use super::{Expected, reply::Miss};
use crate::{
    connection::{Connection, Question, Reached, is_html, judge},
    digest::Sha256,
    error::HubError,
};

const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");

/// Asks the Hub, without going to where it leads.
pub(super) async fn find(connection: &Connection, url: &Url, expected: &Expected) -> Result<Url, Miss> {
    // A repository's new name, on the Hub itself, is followed.
    let endpoint = connection.endpoint();
    let leads_away = |headers: &HeaderMap, next: &Url| !endpoint.owns(next) || headers.contains_key(LINKED_ETAG);
    let Reached { reply, at, next } =
        connection.follow_until(&Question::head(), url.clone(), leads_away).await.map_err(Miss::Hub)?;
    let is_redirect = next.is_some();
    let reply = if is_redirect { reply } else { judge(reply, connection.is_signed_in()).map_err(Miss::Hub)? };
    match is_expected(reply.headers(), is_redirect, expected) {
        Some(true) => Ok(next.unwrap_or(at)),
        Some(false) => Err(Miss::Another),
        // The Hub always says; the login page of a network does not.
        None if is_redirect || is_html(reply.headers()) => Err(Miss::Hub(HubError::Intercepted)),
        None => Err(Miss::Useless("it does not say which file this is")),
    }
}

/// Whether the Hub still has this file here, as far as it says. An ETag that is no SHA-256 says nothing of the contents.
/// What a redirect has of its own speaks of the redirect, not of the file.
fn is_expected(headers: &HeaderMap, is_redirect: bool, expected: &Expected) -> Option<bool> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let own = |name: &HeaderName| text(name).filter(|_| !is_redirect);
    let size: Option<u64> = text(&LINKED_SIZE).or_else(|| own(&CONTENT_LENGTH)).and_then(|size| size.parse().ok());
    let etag = text(&LINKED_ETAG).or_else(|| own(&ETAG))?;
    let etag = etag.trim_start_matches("W/").trim_matches('"');
    let same_contents = etag.parse().map_or(true, |sha256: Sha256| sha256 == expected.sha256);
    Some(same_contents && size.is_none_or(|size| size == expected.size_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(HeaderName, &'static str)], is_redirect: bool) -> Option<bool> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect();
        let sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53".parse().expect("a SHA-256");
        is_expected(&headers, is_redirect, &Expected { size_bytes: 1000, sha256 })
    }

    #[test]
    fn the_length_of_a_redirect_is_not_that_of_the_file() {
        assert_eq!(told(&[(LINKED_ETAG, "\"x\""), (CONTENT_LENGTH, "99")], true), Some(true));
        assert_eq!(told(&[(LINKED_ETAG, "\"x\""), (LINKED_SIZE, "99")], true), Some(false));
        assert_eq!(told(&[(ETAG, "\"x\""), (CONTENT_LENGTH, "1000")], true), None);
        assert_eq!(told(&[(ETAG, "\"x\""), (CONTENT_LENGTH, "1000")], false), Some(true));
        assert_eq!(told(&[(ETAG, "\"x\""), (CONTENT_LENGTH, "99")], false), Some(false));
        assert_eq!(told(&[(CONTENT_LENGTH, "1000")], false), None);
    }
}
