//! Where a file's bytes really are: the Hub is asked, and answers with the address of a store that is good for a while.

use reqwest::{
    Method,
    header::{CONTENT_LENGTH, ETAG, HeaderMap, HeaderName},
};
use url::Url;

use super::Expected;
use crate::{
    connection::{Connection, judge, redirect_of},
    digest::Sha256,
    error::HubError,
};

const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
/// A repository that was renamed more often than that leads in a circle.
const RENAMES_LIMIT: usize = 5;

/// What the Hub says of a file.
#[derive(Debug)]
pub(super) enum Found {
    /// Its bytes can be had here.
    At(Url),
    /// It is not the one that was expected.
    Another,
}

/// Asks the Hub, without going to where it leads.
pub(super) async fn find(connection: &Connection, url: &Url, expected: &Expected) -> Result<Found, HubError> {
    let mut url = url.clone();
    for _ in 0..RENAMES_LIMIT {
        let reply = connection.ask(Method::HEAD, &url, &HeaderMap::new()).await?;
        let next = redirect_of(&reply, &url)?;
        // A repository's new name, on the Hub itself.
        if let Some(next) = next.as_ref().filter(|next| connection.endpoint().owns(next))
            && !reply.headers().contains_key(LINKED_ETAG)
        {
            url = next.clone();
            continue;
        }
        let reply = if next.is_some() { reply } else { judge(reply, connection.is_signed_in())? };
        return match is_expected(reply.headers(), expected) {
            Some(true) => Ok(Found::At(next.unwrap_or(url))),
            Some(false) => Ok(Found::Another),
            // The Hub always says; the login page of a network does not.
            None => Err(HubError::Intercepted),
        };
    }
    Err(HubError::Intercepted)
}

/// Whether the Hub still has this file here, as far as it says. An ETag that is no SHA-256 says nothing of the contents.
fn is_expected(headers: &HeaderMap, expected: &Expected) -> Option<bool> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let size: Option<u64> = text(&LINKED_SIZE).or_else(|| text(&CONTENT_LENGTH)).and_then(|size| size.parse().ok());
    let etag = text(&LINKED_ETAG).or_else(|| text(&ETAG))?;
    let etag = etag.trim_start_matches("W/").trim_matches('"');
    let same_contents = etag.parse().map_or(true, |sha256: Sha256| sha256 == expected.sha256);
    Some(same_contents && size.is_none_or(|size| size == expected.size_bytes))
}
