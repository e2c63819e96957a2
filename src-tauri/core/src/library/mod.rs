//! What is on this computer, as the rest of the app sees it: one shelf, looked through anew when the page asks.
//!
//! The crate `hearth_library` does the looking, and blocks; here its work is put on threads that may wait, its last
//! result is kept for whoever cannot wait, and what only the app knows is added: which folder is the models', which
//! files a person has opened, which model came with the app, when each last answered.

mod bin;
mod disks;
mod moves;
mod names;
mod presence;
mod shown;

use std::{
    io, iter,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hearth_library::{Cache, Library, Model, Roots, Scan};
use tokio::sync::{OnceCell, watch};

use crate::{
    error::{AppError, ErrorCode},
    settings,
    store::{Opening, models},
    view::{self, Fit, LocalModelId},
};

pub(crate) use bin::real_files;
pub use disks::{Disks, SystemDisks};
pub(crate) use moves::{FolderMoves, Relocation, Task, of_move};
pub(crate) use names::{CacheFile, file_in_repo, repo_id};
pub(crate) use shown::name_of;

/// What a shelf is made of.
pub(crate) struct Parts {
    pub(crate) opening: Opening,
    /// Where programs keep models, as far as the person has not chosen otherwise.
    pub(crate) roots: Roots,
    /// The app's own folder.
    pub(crate) home: PathBuf,
    /// The model that comes with the app.
    pub(crate) starter: PathBuf,
    pub(crate) disks: Arc<dyn Disks>,
}

/// The models on this computer. Clones share them.
#[derive(Clone)]
pub(crate) struct Shelf {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    /// Held while it looks, so that two who ask do not look at the same time.
    library: Arc<Mutex<Library>>,
    last: Mutex<Option<Arc<Scan>>>,
    /// Known once the settings have been read.
    folder: Mutex<Option<PathBuf>>,
    bin: OnceCell<Arc<hearth_library::Bin>>,
    changes: watch::Sender<u64>,
}

/// A model of a look at the shelf.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    scan: Arc<Scan>,
    index: usize,
}

impl Shelf {
    pub(crate) fn new(parts: Parts) -> Self {
        let library = Arc::new(Mutex::new(Library::new(parts.roots.clone())));
        let inner = Inner {
            parts,
            library,
            last: Mutex::default(),
            folder: Mutex::default(),
            bin: OnceCell::new(),
            changes: watch::Sender::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Changes whenever models came or went.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Says that models came or went.
    pub(crate) fn tell_change(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// Everything that is here, looked up now. `judge` says how well a model runs here.
    pub(crate) async fn library(&self, judge: impl Fn(&Model) -> Fit) -> Result<view::Library, AppError> {
        let scan = self.scan().await?;
        let used = models::last_used(&mut *self.opening().store().await?.reader().await?).await?;
        let folder = self.folder().await?;
        let removed = self.removed().await;
        let free_bytes = self.free_bytes().await.ok();
        let (models, problems) = shown::library(&scan, &used, self.starter(), &judge);
        Ok(view::Library { models, problems, folder: folder.display().to_string(), free_bytes, removed })
    }

    /// The model with this id, as far as the last look goes; who has never looked does so first.
    pub(crate) async fn find(&self, id: &LocalModelId) -> Result<Found, AppError> {
        let scan = match self.last() {
            Some(scan) => scan,
            None => self.scan().await?,
        };
        find(scan, id)
    }

    /// The model with this id, after a fresh look.
    pub(crate) async fn find_anew(&self, id: &LocalModelId) -> Result<Found, AppError> {
        find(self.scan().await?, id)
    }

    /// Looks through all folders.
    pub(crate) async fn scan(&self) -> Result<Arc<Scan>, AppError> {
        let added = models::added(&mut *self.opening().store().await?.reader().await?).await?;
        let folder = self.folder().await?;
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let roots = inner.parts.roots(&folder, added);
            let mut library = lock(&inner.library);
            library.set_roots(roots);
            let scan = Arc::new(library.scan());
            // Before another may look: what was found last is what is kept.
            *lock(&inner.last) = Some(Arc::clone(&scan));
            scan
        })
        .await
    }

    /// What the last look has found.
    pub(crate) fn last(&self) -> Option<Arc<Scan>> {
        lock(&self.inner.last).clone()
    }

    /// Where downloads go.
    pub(crate) async fn folder(&self) -> Result<PathBuf, AppError> {
        if let Some(folder) = &*lock(&self.inner.folder) {
            return Ok(folder.clone());
        }
        let chosen = settings::models_folder(&mut *self.opening().store().await?.reader().await?).await?;
        // Without a stroke at its end: the paths of models are kept as texts that begin with it.
        let folder = chosen.unwrap_or_else(|| self.usual_folder()).components().collect();
        Ok(lock(&self.inner.folder).get_or_insert(folder).clone())
    }

    /// The cache that downloads go to.
    pub(crate) async fn cache(&self) -> Result<Cache, AppError> {
        Ok(Cache::new(self.folder().await?))
    }

    /// Bytes that a download could take, with what is in the bin.
    pub(crate) async fn free_bytes(&self) -> Result<u64, AppError> {
        let folder = self.folder().await?;
        let held_bytes = self.held_bytes(&folder).await;
        let disks = Arc::clone(&self.inner.parts.disks);
        let free = move || disks.free_bytes(&folder).map_err(|error| AppError::of_disk(&error, &folder));
        Ok(blocking(free).await??.saturating_add(held_bytes))
    }

    /// Remembers a file that a person has opened.
    pub(crate) async fn add(&self, path: &Path) -> Result<(), AppError> {
        models::add(&mut *self.opening().store().await?.writer().await?, path).await?;
        self.tell_change();
        Ok(())
    }

    pub(crate) fn starter(&self) -> &Path {
        &self.inner.parts.starter
    }

    pub(crate) fn disks(&self) -> &Arc<dyn Disks> {
        &self.inner.parts.disks
    }

    pub(crate) fn opening(&self) -> &Opening {
        &self.inner.parts.opening
    }

    fn set_folder(&self, folder: PathBuf) {
        *lock(&self.inner.folder) = Some(folder);
    }

    fn usual_folder(&self) -> PathBuf {
        let shared = self.inner.parts.roots.hugging_face.first();
        shared.cloned().unwrap_or_else(|| self.inner.parts.home.join("models"))
    }
}

impl Parts {
    /// All folders to look through. The usual one stays among them when another was chosen: other programs go on
    /// using it.
    fn roots(&self, folder: &Path, added: Vec<PathBuf>) -> Roots {
        let mut roots = self.roots.clone();
        roots.hugging_face.retain(|other| other != folder);
        roots.hugging_face.insert(0, folder.to_owned());
        // One that is not there (on a stick that is not plugged in) is no model that is here.
        roots.others.extend(added.into_iter().filter(|path| path.is_file()));
        roots.others.push(self.starter.clone());
        roots
    }
}

impl Found {
    pub(crate) fn model(&self) -> &Model {
        &self.scan.models[self.index]
    }

    pub(crate) fn scan(&self) -> &Scan {
        &self.scan
    }

    /// The file to be loaded.
    pub(crate) fn path(&self) -> &Path {
        self.model().path()
    }

    /// Whether one of its places begins with this file.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        is_at(self.model(), path)
    }

    /// Whether it can be used.
    pub(crate) fn state(&self) -> view::LocalModelState {
        shown::state(&self.model().state)
    }

    /// Whether it came with the app.
    pub(crate) fn is_starter(&self, starter: &Path) -> bool {
        is_at(self.model(), starter)
    }
}

fn is_at(model: &Model, path: &Path) -> bool {
    first_files(model).any(|first| first == path)
}

/// By any of its places: the one that came first when the page was told may be gone since. Names that are not Unicode
/// can have the same id; then nobody knows which is meant.
fn find(scan: Arc<Scan>, id: &LocalModelId) -> Result<Found, AppError> {
    let mut found: Option<(usize, &Path)> = None;
    for (index, model) in scan.models.iter().enumerate() {
        let mut paths = iter::once(model.path()).chain(first_files(model));
        let Some(path) = paths.find(|path| LocalModelId::of(path) == *id) else { continue };
        match found {
            None => found = Some((index, path)),
            Some((_, known)) if known == path => {}
            Some(_) => return Err(AppError::new(ErrorCode::NotFound, "several models have this name")),
        }
    }
    let index = found.map(|(index, _)| index).ok_or_else(|| AppError::not_found("the model"))?;
    Ok(Found { scan, index })
}

fn first_files(model: &Model) -> impl Iterator<Item = &Path> {
    model.places.iter().filter_map(|place| place.files.first()).map(PathBuf::as_path)
}

/// Work that waits for a disk, on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AppError::new(ErrorCode::Internal, io::Error::other(error).to_string()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
