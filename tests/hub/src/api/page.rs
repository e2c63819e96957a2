//! Answers in pages. The next one's address comes in the `Link` header, as RFC 8288 has it.

use http::header;
use serde_json::Value;
use url::form_urlencoded;

use crate::{asked::Asked, content::hex, refusal::Refusal, reply::Reply};

const CURSOR: &str = "cursor";

/// The page that was asked for, of at most `usual` entries or as many as `limit` asks for, up to `most`.
pub(super) fn of<T>(
    asked: &Asked,
    entries: &[T],
    (usual, most): (usize, usize),
    show: impl Fn(&T) -> Value,
) -> Result<Reply, Refusal> {
    let size = match asked.value("limit") {
        Some(limit) => limit.parse::<usize>().map_err(|_| Refusal::BadRequest("\"limit\" must be a number".into()))?,
        None => usual,
    };
    let size = size.clamp(1, most);
    let start = match asked.value(CURSOR) {
        Some(cursor) => position(&cursor).ok_or_else(|| Refusal::BadRequest("Invalid cursor".into()))?,
        None => 0,
    };
    let rest = entries.get(start..).unwrap_or_default();
    let shown = &rest[..rest.len().min(size)];
    let reply = Reply::json(&Value::Array(shown.iter().map(show).collect()));
    if rest.len() <= size {
        return Ok(reply);
    }
    let next = format!("<{}>; rel=\"next\"", address(asked, start + size));
    Ok(reply.with(header::LINK, &next))
}

/// The same question with another cursor.
fn address(asked: &Asked, position: usize) -> String {
    let pairs = form_urlencoded::parse(asked.query.as_bytes()).filter(|(name, _)| name != CURSOR);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair(CURSOR, &hex(position.to_string().as_bytes()))
        .finish();
    format!("http://{}{}?{query}", asked.header("host").unwrap_or_default(), asked.path)
}

/// Clients are to take a cursor as it is, so it does not look like a number.
fn position(cursor: &str) -> Option<usize> {
    let digits: Option<String> = cursor
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().map(char::from))
        .collect();
    digits?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        assert_eq!(position(&hex(b"1050")), Some(1050));
        assert_eq!(position("nonsense"), None);
    }
}
