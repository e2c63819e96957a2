//! Replies in JSON: read up to a limit, and with patience for what is missing or of another type.

use futures::StreamExt;
use reqwest::{Response, header::HeaderMap};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use url::Url;

use crate::{Connection, HubError, connection::is_html};

/// Longest reply that is read. The longest real ones, lists of thousands of files, take two or three.
const MAX_BYTES: usize = 16 * 1024 * 1024;

impl Connection {
    /// Asks for something in JSON. The reply's headers come along, for what is said there of further pages.
    pub(crate) async fn json<T: DeserializeOwned>(&self, url: Url) -> Result<(HeaderMap, T), HubError> {
        let reply = self.get(url).await?;
        let headers = reply.headers().clone();
        if is_html(&headers) {
            return Err(HubError::Intercepted);
        }
        match self.body(reply, MAX_BYTES).await? {
            Body::Whole(bytes) => Ok((headers, parse(&bytes)?)),
            Body::Cut(_) => Err(HubError::Nonsense("the reply does not end".to_owned())),
        }
    }

    /// Reads a reply's body, at most so much of it, and not one that has stopped coming.
    pub(crate) async fn body(&self, reply: Response, limit_bytes: usize) -> Result<Body, HubError> {
        let mut stream = reply.bytes_stream();
        let mut bytes = Vec::new();
        loop {
            let piece = tokio::time::timeout(self.patience().stall_timeout, stream.next()).await;
            match piece.map_err(|_elapsed| HubError::Silent)? {
                None => return Ok(Body::Whole(bytes)),
                Some(piece) => bytes.extend_from_slice(&piece?),
            }
            if bytes.len() > limit_bytes {
                bytes.truncate(limit_bytes);
                return Ok(Body::Cut(bytes));
            }
        }
    }
}

/// What was read of a reply.
pub(crate) enum Body {
    Whole(Vec<u8>),
    /// There was more than was asked for.
    Cut(Vec<u8>),
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HubError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // A login page that calls itself JSON.
        let begins_like_a_page = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
        if begins_like_a_page { HubError::Intercepted } else { HubError::Nonsense(error.to_string()) }
    })
}

/// A field that nothing depends on: missing where it is missing, null or of another type.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// A list that nothing depends on: the elements that can be read, and one alone as a list of one.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let values = match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Array(values) => values,
        value => vec![value],
    };
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}
