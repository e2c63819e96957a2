//! Looking for models on the Hub: one search at a time, and where each of its pages goes on.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hearth_hub::{Builds, Connection, Cursor, Facts, Page, Search};
use tokio::sync::watch;

use super::{Holdings, capabilities, gate, name};
use crate::{
    error::AppError,
    fit::{Fits, Sketch},
    view::{FitVerdict, FoundModel, FoundModels, ModelQuery, ModelSort, Presence, Purpose},
};

/// The searches of this run, of which the latest counts.
#[derive(Debug)]
pub(crate) struct Searches {
    /// Number of the latest search.
    latest: watch::Sender<u64>,
    /// Where the pages of the latest search go on, by the names that the page was given for it: an address never
    /// leaves the app, so none can come back.
    ends: Mutex<HashMap<String, End>>,
}

/// Where a page ended.
#[derive(Debug, Clone)]
struct End {
    cursor: Cursor,
    /// The Hub it is a page of.
    endpoint: String,
    fits_here: bool,
}

/// What a page asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    turn: u64,
    query: Search,
    fits_here: bool,
    after: Option<End>,
}

impl Searches {
    pub(crate) fn new() -> Self {
        Self { latest: watch::Sender::new(0), ends: Mutex::new(HashMap::new()) }
    }

    /// Begins a search, or goes on with the latest one. Nothing, if `next` is of an earlier one.
    pub(crate) fn begin(&self, query: ModelQuery, next: Option<&str>) -> Option<Asked> {
        let fits_here = query.fits_here;
        let query = search(query);
        match next {
            None => {
                self.latest.send_modify(|latest| *latest += 1);
                self.ends().clear();
                Some(Asked { turn: *self.latest.borrow(), query, fits_here, after: None })
            }
            Some(next) => {
                let after = self.ends().get(next).cloned()?;
                Some(Asked { turn: *self.latest.borrow(), query, fits_here: after.fits_here, after: Some(after) })
            }
        }
    }

    /// Waits for what the Hub says, unless a later search takes its place: then nothing.
    pub(crate) async fn unless_replaced<T>(&self, asked: &Asked, answer: impl Future<Output = T>) -> Option<T> {
        let mut latest = self.latest.subscribe();
        tokio::select! {
            biased;
            // The sender lives as long as `self`: what ends the waiting is a later search.
            _ = latest.wait_for(|latest| *latest != asked.turn) => None,
            answer = answer => Some(answer),
        }
    }

    /// A page as it is shown, with a name for where it ended.
    pub(crate) fn found(
        &self,
        asked: &Asked,
        page: Page,
        connection: &Connection,
        fits: &Fits,
        holdings: &dyn Holdings,
    ) -> FoundModels {
        let found = page.models.iter().map(|facts| model(facts, fits, holdings));
        let models = found.filter(|model| !asked.fits_here || could_run(model)).collect();
        let next = page.next.map(|cursor| {
            let mut ends = self.ends();
            let name = format!("{}.{}", asked.turn, ends.len());
            let endpoint = connection.endpoint().to_string();
            // A later search has begun its own list of ends.
            if *self.latest.borrow() == asked.turn {
                ends.insert(name.clone(), End { cursor, endpoint, fits_here: asked.fits_here });
            }
            name
        });
        FoundModels { models, next }
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<String, End>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    /// Asks the Hub.
    pub(crate) async fn ask(&self, connection: &Connection) -> Result<Page, AppError> {
        let page = match &self.after {
            None => connection.search(&self.query).await,
            Some(after) if after.endpoint == connection.endpoint().to_string() => {
                connection.next_page(&after.cursor).await
            }
            // Another Hub is in use since: the list of the first ends here.
            Some(_) => Ok(Page::default()),
        };
        page.map_err(|error| AppError::of_hub(&error, None, connection.endpoint()))
    }
}

fn search(query: ModelQuery) -> Search {
    Search {
        words: query.words,
        sort: match query.sort {
            ModelSort::Trending => hearth_hub::Sort::Trending,
            ModelSort::Downloads => hearth_hub::Sort::Downloads,
            ModelSort::Newest => hearth_hub::Sort::Newest,
            ModelSort::Likes => hearth_hub::Sort::Likes,
        },
        owner: None,
        purpose: query.purpose.map(|purpose| match purpose {
            Purpose::Chat => hearth_hub::Purpose::Chat,
            Purpose::Vision => hearth_hub::Purpose::Vision,
            Purpose::Coding => hearth_hub::Purpose::Coding,
        }),
        licence: query.licence.map(|licence| licence.trim().to_owned()).filter(|licence| !licence.is_empty()),
    }
}

fn model(facts: &Facts, fits: &Fits, holdings: &dyn Holdings) -> FoundModel {
    let builds = Builds::of(&facts.files);
    let mut firsts = builds.all.iter().filter_map(|build| build.files.first());
    FoundModel {
        repo: facts.repo.to_string(),
        name: name::of_repo(&facts.repo, facts.base_model.as_ref()),
        owner: facts.repo.owner().to_owned(),
        gate: gate(facts.gate),
        downloads: facts.downloads,
        likes: facts.likes,
        modified_at: facts.modified_at.clone(),
        licence: facts.licence.clone(),
        capabilities: capabilities(facts),
        parameters: facts.gguf.parameters,
        fit: fits.of_hub(&Sketch::of(facts)),
        is_here: firsts.any(|file| matches!(holdings.presence(&facts.repo, &file.name), Presence::Here { .. })),
    }
}

/// What does not fit because of other programs does fit this computer.
fn could_run(model: &FoundModel) -> bool {
    model.fit.verdict != FitVerdict::TooLarge
}
