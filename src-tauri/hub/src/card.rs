//! What a repository says of itself: the README.md that the Hub shows.

use crate::{Connection, HubError, Refusal, RepoId, Revision, connection::is_html, json::Body};

/// Longest card that is shown. Longer ones hold tables of test results that nobody scrolls through.
const MAX_BYTES: usize = 512 * 1024;

/// A description in Markdown, from a stranger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Without its metadata.
    pub markdown: String,
    /// The metadata at its beginning, as it stands there (YAML). The Hub gives the same as JSON with the model.
    pub metadata: Option<String>,
    /// Whether the rest was left out.
    pub is_cut: bool,
}

impl Connection {
    /// The card, if there is one.
    pub async fn card(&self, repo: &RepoId, revision: &Revision) -> Result<Option<Card>, HubError> {
        let url = self.endpoint().at([repo.owner(), repo.name(), "resolve", revision.as_str(), "README.md"]);
        let reply = match self.get(url).await {
            Err(HubError::Refused(Refusal::EntryNotFound)) => return Ok(None),
            reply => reply?,
        };
        // Markdown is plain text to the Hub.
        if is_html(reply.headers()) {
            return Err(HubError::Intercepted);
        }
        Ok(Some(match self.body(reply, MAX_BYTES).await? {
            Body::Whole(bytes) => Card::read(&String::from_utf8_lossy(&bytes), false),
            Body::Cut(bytes) => Card::read(&String::from_utf8_lossy(&bytes), true),
        }))
    }
}

impl Card {
    /// Takes a card apart. One that is cut ends with its last whole line.
    pub fn read(text: &str, is_cut: bool) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (metadata, markdown) = match front_matter(text) {
            Some((metadata, markdown)) => (Some(metadata.to_owned()), markdown),
            None => (None, text),
        };
        let whole = if is_cut { markdown.rfind('\n').map_or("", |end| &markdown[..end]) } else { markdown };
        Self { markdown: whole.trim().to_owned(), metadata, is_cut }
    }
}

/// What stands between a first line `---` and the next such line, and what follows.
fn front_matter(text: &str) -> Option<(&str, &str)> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let begin = lines.next().filter(|line| is_fence(line))?.len();
    let mut end = begin;
    for line in lines {
        if is_fence(line) {
            return Some((&text[begin..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    None
}
