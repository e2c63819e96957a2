//! The next page, where a list has more than one (`Link`, RFC 8288).

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::{Endpoint, HubError};

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(crate) Url);

/// Reads `<https://..>; rel="next"`. One that leads to another host is refused: it would be asked what the Hub was.
pub(crate) fn next_page(headers: &HeaderMap, from: &Url, endpoint: &Endpoint) -> Result<Option<Cursor>, HubError> {
    let nonsense = |what: &str| HubError::Nonsense(format!("a next page {what}"));
    for link in headers.get_all(LINK) {
        let link = link.to_str().map_err(|_| nonsense("in no known script"))?;
        let Some(target) = next_of(link) else { continue };
        let next = from.join(target).map_err(|_| nonsense("that has no address"))?;
        if !endpoint.owns(&next) {
            return Err(nonsense("on another host"));
        }
        if next == *from {
            return Err(nonsense("that is the same page"));
        }
        return Ok(Some(Cursor(next)));
    }
    Ok(None)
}

/// The address with `rel="next"` in a list of links. Addresses may hold commas and semicolons.
fn next_of(links: &str) -> Option<&str> {
    let mut rest = links;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = &after[..after.find('<').unwrap_or(after.len())];
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                let mut kinds = value.trim().trim_matches('"').split(' ');
                name.trim().eq_ignore_ascii_case("rel") && kinds.any(|kind| kind.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn next(link: &'static str) -> Result<Option<String>, HubError> {
        let headers = HeaderMap::from_iter([(LINK, HeaderValue::from_static(link))]);
        let from = Url::parse("https://huggingface.co/api/models?limit=2").expect("an address");
        Ok(next_page(&headers, &from, &Endpoint::default())?.map(|cursor| cursor.0.to_string()))
    }

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        let found = next(r#"<https://huggingface.co/api/models?cursor=a,b;c%3D>; rel="next""#);
        assert_eq!(found.expect("a page").as_deref(), Some("https://huggingface.co/api/models?cursor=a,b;c%3D"));
        let second = next(r#"</a>; rel="prev", </api/models?cursor=x>; rel=next"#);
        assert_eq!(second.expect("a page").as_deref(), Some("https://huggingface.co/api/models?cursor=x"));
        assert_eq!(next(r#"</a>; rel="last""#).expect("the last page"), None);
        assert_eq!(next("nonsense").expect("no link at all"), None);
    }

    #[test]
    fn a_next_page_on_another_host_is_refused() {
        for link in [
            r#"<https://evil.example/api/models>; rel="next""#,
            r#"<http://huggingface.co/api/models>; rel="next""#,
            r#"<https://huggingface.co:8443/api/models>; rel="next""#,
            r#"<//evil.example/x>; rel="next""#,
        ] {
            assert!(matches!(next(link), Err(HubError::Nonsense(_))), "{link}");
        }
    }

    #[test]
    fn a_list_does_not_go_in_circles() {
        assert!(next(r#"<https://huggingface.co/api/models?limit=2>; rel="next""#).is_err());
    }
}
