//! `/api/models`: which repositories there are.

use std::cmp::Ordering;

use crate::{
    api::{field, page},
    asked::Asked,
    refusal::Refusal,
    reply::Reply,
    repository::{Gate, Repository},
    world::World,
};

const USUAL: [&str; 9] =
    ["likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt", "modelId"];
/// What `full` adds.
const FULL: [&str; 5] = ["author", "sha", "lastModified", "gated", "siblings"];

const PAGE: (usize, usize) = (1000, 1000);
/// What is looked up for each entry costs the Hub more, so there are fewer.
const EXPANDED_PAGE: (usize, usize) = (100, 100);

pub(crate) fn search(world: &World, asked: &Asked) -> Result<Reply, Refusal> {
    let visitor = world.visitor(asked);
    let question = Question::of(asked)?;
    let may_see = |repository: &&Repository| world.access.may_see(repository, visitor);
    let mut found: Vec<&Repository> = world.repositories.iter().filter(may_see).collect();
    found.retain(|repository| question.fits(repository));
    found.sort_by(|one, other| question.order(one, other));
    let expanded = field::expanded(asked)?;
    let (names, sizes): (Vec<&str>, _) = match &expanded {
        Some(names) => (names.iter().map(String::as_str).collect(), EXPANDED_PAGE),
        None if asked.flag("full") => (USUAL.into_iter().chain(FULL).collect(), PAGE),
        None => (USUAL.to_vec(), PAGE),
    };
    page::of(asked, &found, sizes, |repository| field::object(repository, repository.newest(), &names, false))
}

struct Question {
    words: Vec<String>,
    author: Option<String>,
    tags: Vec<String>,
    pipeline_tag: Option<String>,
    is_gated: Option<bool>,
    sort: Sort,
    is_ascending: bool,
}

#[derive(Clone, Copy)]
enum Sort {
    Trending,
    Downloads,
    Likes,
    Created,
    Modified,
}

impl Question {
    fn of(asked: &Asked) -> Result<Self, Refusal> {
        let sort = match asked.value("sort").as_deref() {
            None | Some("trendingScore") => Sort::Trending,
            Some("downloads") => Sort::Downloads,
            Some("likes") => Sort::Likes,
            Some("createdAt") => Sort::Created,
            Some("lastModified") => Sort::Modified,
            Some(other) => return Err(Refusal::BadRequest(format!("\"sort\" must not be \"{other}\""))),
        };
        let words = asked.value("search").unwrap_or_default().to_lowercase();
        Ok(Self {
            words: words.split_whitespace().map(str::to_owned).collect(),
            author: asked.value("author"),
            tags: asked.values("filter").iter().flat_map(|tags| tags.split(',')).map(str::to_owned).collect(),
            pipeline_tag: asked.value("pipeline_tag"),
            is_gated: asked.value("gated").map(|_| asked.flag("gated")),
            sort,
            is_ascending: asked.value("direction").is_some_and(|direction| direction == "1"),
        })
    }

    fn fits(&self, repository: &Repository) -> bool {
        let id = repository.id.to_lowercase();
        let has = |tag: &String| {
            let named = [&repository.pipeline_tag, &repository.library_name];
            repository.tags.contains(tag) || named.into_iter().flatten().any(|name| name == tag)
        };
        self.words.iter().all(|word| id.contains(word.as_str()))
            && self.author.as_ref().is_none_or(|author| author.eq_ignore_ascii_case(repository.owner()))
            && self.tags.iter().all(has)
            && (self.pipeline_tag.is_none() || self.pipeline_tag == repository.pipeline_tag)
            && self.is_gated.is_none_or(|is_gated| is_gated == (repository.gate != Gate::Open))
    }

    /// The largest first, unless asked otherwise; equals by id, so that pages do not overlap.
    fn order(&self, one: &Repository, other: &Repository) -> Ordering {
        let order = match self.sort {
            Sort::Trending => one.trending_score.cmp(&other.trending_score),
            Sort::Downloads => one.downloads.cmp(&other.downloads),
            Sort::Likes => one.likes.cmp(&other.likes),
            Sort::Created => one.created_at.cmp(&other.created_at),
            Sort::Modified => one.last_modified.cmp(&other.last_modified),
        };
        let order = if self.is_ascending { order } else { order.reverse() };
        order.then_with(|| one.id.cmp(&other.id))
    }
}
