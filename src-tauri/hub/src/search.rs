//! Looking for models over the whole Hub.
//!
//! A search is a future: who has typed on drops it, and with it the connection. Waiting until somebody has stopped
//! typing is the page's.

use serde_json::Value;
use url::Url;

use crate::{
    Connection, Facts, HubError,
    facts::ModelInfo,
    paging::{self, Cursor},
};

/// What is looked for. Only repositories with GGUF files are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words of a repository's name; none for all models.
    pub words: String,
    /// What comes first.
    pub sort: Sort,
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those that are for this.
    pub purpose: Option<Purpose>,
    /// Only those of this licence, by its short name (`apache-2.0`).
    pub licence: Option<String>,
}

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// What many look at these days.
    #[default]
    Trending,
    /// What is downloaded most.
    Downloads,
    /// What has been there for the shortest time.
    Newest,
    /// What most like.
    Likes,
}

/// What a model is for, as far as the Hub can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Has a chat template.
    Chat,
    /// Sees pictures.
    Vision,
    /// Is labelled as one for programs.
    Coding,
}

/// Some models, and where the list goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order that was asked for.
    pub models: Vec<Facts>,
    /// Nothing at the end.
    pub next: Option<Cursor>,
}

/// A screen and a half.
const PAGE_LENGTH: &str = "30";

/// What is told of each. Naming fields takes the place of the Hub's own choice, so all are named.
const FIELDS: [&str; 11] = [
    "author",
    "cardData",
    "createdAt",
    "downloads",
    "gated",
    "gguf",
    "lastModified",
    "likes",
    "pipeline_tag",
    "siblings",
    "tags",
];

impl Connection {
    /// The first page of what is found.
    pub async fn search(&self, search: &Search) -> Result<Page, HubError> {
        let mut url = self.endpoint().at(["api", "models"]);
        search.write(&mut url);
        self.page(url).await
    }

    /// The page after one.
    pub async fn next_page(&self, cursor: &Cursor) -> Result<Page, HubError> {
        self.page(cursor.0.clone()).await
    }

    async fn page(&self, url: Url) -> Result<Page, HubError> {
        let (headers, replies): (_, Vec<Value>) = self.json(url.clone()).await?;
        let next = paging::next_page(&headers, &url, self.endpoint())?;
        Ok(Page { models: replies.into_iter().filter_map(model).collect(), next })
    }
}

/// One that makes no sense, such as a repository of the old kind without an owner, costs nobody the others.
fn model(reply: Value) -> Option<Facts> {
    let info: Result<ModelInfo, _> = serde_json::from_value(reply);
    info.map_err(|error| tracing::debug!(%error, "a model in a search is left out")).ok().map(ModelInfo::facts)
}

impl Search {
    fn write(&self, url: &mut Url) {
        let mut query = url.query_pairs_mut();
        let words = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            query.append_pair("search", &words);
        }
        if let Some(owner) = &self.owner {
            query.append_pair("author", owner);
        }
        query.append_pair("filter", "gguf");
        match self.purpose {
            Some(Purpose::Chat) => query.append_pair("filter", "conversational"),
            Some(Purpose::Coding) => query.append_pair("filter", "code"),
            Some(Purpose::Vision) => query.append_pair("pipeline_tag", "image-text-to-text"),
            None => &mut query,
        };
        if let Some(licence) = &self.licence {
            query.append_pair("filter", &format!("license:{licence}"));
        }
        query
            .append_pair("sort", self.sort.parameter())
            .append_pair("direction", "-1")
            .append_pair("limit", PAGE_LENGTH);
        for field in FIELDS {
            query.append_pair("expand", field);
        }
    }
}

impl Sort {
    fn parameter(self) -> &'static str {
        match self {
            Self::Trending => "trendingScore",
            Self::Downloads => "downloads",
            Self::Newest => "createdAt",
            Self::Likes => "likes",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(search: &Search) -> Vec<(String, String)> {
        let mut url = Url::parse("https://huggingface.co/api/models").expect("an address");
        search.write(&mut url);
        url.query_pairs().filter(|(key, _)| key != "expand").map(|(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn a_search_asks_for_gguf_only_and_says_what_comes_first() {
        let all = query(&Search::default());
        let expected = [("filter", "gguf"), ("sort", "trendingScore"), ("direction", "-1"), ("limit", "30")];
        assert_eq!(all, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn filters_add_up_and_nothing_that_was_typed_becomes_a_parameter() {
        let search = Search {
            words: "  qwen&limit=1000  coder ".to_owned(),
            sort: Sort::Newest,
            owner: Some("a/b".to_owned()),
            purpose: Some(Purpose::Coding),
            licence: Some("apache-2.0".to_owned()),
        };
        let expected = [
            ("search", "qwen&limit=1000 coder"),
            ("author", "a/b"),
            ("filter", "gguf"),
            ("filter", "code"),
            ("filter", "license:apache-2.0"),
            ("sort", "createdAt"),
            ("direction", "-1"),
            ("limit", "30"),
        ];
        assert_eq!(query(&search), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_model_that_makes_no_sense_is_left_out() {
        assert!(model(json!({"id": "gpt2"})).is_none());
        assert!(model(json!({"id": 5})).is_none());
        let found = model(json!({"_id": "x", "id": "o/n", "gguf": {"total": 8}})).expect("a model");
        assert_eq!((found.repo.as_str(), found.gguf.parameters), ("o/n", Some(8)));
    }
}
