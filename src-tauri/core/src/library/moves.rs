//! Moving the models' folder: what is checked, what is told, and what is remembered afterwards.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hearth_library::{Move, MoveError, Moved, Progress, Unfinished, Way};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{Shelf, blocking, commit, lock};
use crate::{
    error::{AppError, ErrorCode, ErrorDetails, chain},
    settings,
    store::models,
    view::{FolderMove, FolderPlan},
};

/// The file, in the app's own folder, that says how far a move is.
const JOURNAL: &str = "move.json";
/// In a folder that holds something else already.
const SUBFOLDER: &str = "hub";
/// Progress is told no more often than anybody reads it.
const TELL_INTERVAL: Duration = Duration::from_millis(250);

/// The one move there may be at a time.
#[derive(Debug, Clone)]
pub(crate) struct FolderMoves {
    states: watch::Sender<FolderMove>,
    /// Where the person wants to move to.
    planned: Arc<Mutex<Option<PathBuf>>>,
    stop: Arc<AtomicBool>,
    place: Arc<Semaphore>,
}

/// A move that may begin.
#[derive(Debug)]
pub(crate) enum Task {
    New(Move, PathBuf),
    /// Of an earlier run.
    GoOn(Unfinished),
}

/// Where the models were and are.
#[derive(Debug, Clone)]
pub(crate) struct Relocation {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
}

impl FolderMoves {
    pub(crate) fn new() -> Self {
        Self {
            states: watch::Sender::new(FolderMove::Idle),
            planned: Arc::default(),
            stop: Arc::default(),
            place: Arc::new(Semaphore::new(1)),
        }
    }

    /// How it is getting on, now and later.
    pub(crate) fn states(&self) -> watch::Receiver<FolderMove> {
        self.states.subscribe()
    }

    pub(crate) fn tell(&self, state: FolderMove) {
        self.states.send_replace(state);
    }

    /// The right to move, which nobody else has meanwhile.
    pub(crate) fn begin(&self) -> Result<OwnedSemaphorePermit, AppError> {
        let permit = Arc::clone(&self.place).try_acquire_owned();
        let permit = permit.map_err(|_| AppError::new(ErrorCode::InUse, "the models are being moved"))?;
        self.stop.store(false, Ordering::Relaxed);
        Ok(permit)
    }

    /// Asks a move to end. Everything stays where it was.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn set_planned(&self, to: PathBuf) {
        *lock(&self.planned) = Some(to);
    }

    pub(crate) fn planned(&self) -> Option<PathBuf> {
        lock(&self.planned).clone()
    }

    /// Moves. Afterwards everything is at the one place or at the other, and the journal says which.
    pub(crate) async fn carry_out(&self, task: Task) -> Result<Result<Moved, MoveError>, AppError> {
        let (states, stop, folder) = (self.states.clone(), Arc::clone(&self.stop), task.to().display().to_string());
        blocking(move || {
            let mut told_at: Option<Instant> = None;
            let progress = |Progress { done_bytes, total_bytes }| {
                if told_at.is_none_or(|at| at.elapsed() >= TELL_INTERVAL) {
                    told_at = Some(Instant::now());
                    states.send_replace(FolderMove::Moving { done_bytes, total_bytes, folder: folder.clone() });
                }
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match task {
                Task::New(plan, _) => plan.run(progress),
                Task::GoOn(unfinished) => unfinished.go_on(progress),
            }
        })
        .await
    }
}

impl Task {
    /// The new place.
    pub(crate) fn to(&self) -> &Path {
        match self {
            Self::New(_, to) => to,
            Self::GoOn(unfinished) => unfinished.to(),
        }
    }

    fn total_bytes(&self) -> u64 {
        match self {
            Self::New(plan, _) => plan.total_bytes(),
            Self::GoOn(_) => 0,
        }
    }

    /// As the page is told before the first byte.
    pub(crate) fn beginning(&self) -> FolderMove {
        let folder = self.to().display().to_string();
        FolderMove::Moving { done_bytes: 0, total_bytes: self.total_bytes(), folder }
    }
}

impl Shelf {
    /// Checks whether the models can be moved to a folder, or into one that holds other things.
    pub(crate) async fn plan_move(&self, folder: PathBuf) -> Result<(PathBuf, FolderPlan), AppError> {
        if folder.to_str().is_none() {
            return Err(AppError::new(ErrorCode::FolderUnsuitable, "the path is not Unicode").about(&folder));
        }
        let to = if is_filled(&folder) { folder.join(SUBFOLDER) } else { folder };
        let task = self.check_move(to.clone()).await?;
        let (from, disks, total_bytes) = (self.folder().await?, Arc::clone(self.disks()), task.total_bytes());
        let asked = to.clone();
        let (is_one, free_bytes) =
            blocking(move || (disks.are_one(&from, &asked), disks.free_bytes(&asked).ok())).await?;
        if !is_one && free_bytes.is_some_and(|free_bytes| free_bytes < total_bytes) {
            let details = ErrorDetails { needed_bytes: Some(total_bytes), free_bytes, ..ErrorDetails::default() };
            let message = "the models do not fit there".to_owned();
            return Err(AppError { code: ErrorCode::NotEnoughSpace, message, details: Box::new(details) }.about(&to));
        }
        // On the same disk it takes no room.
        let plan =
            FolderPlan { folder: to.display().to_string(), total_bytes, free_bytes: free_bytes.filter(|_| !is_one) };
        Ok((to, plan))
    }

    /// [`Shelf::plan_move`] for a place that was found suitable before.
    pub(crate) async fn check_move(&self, to: PathBuf) -> Result<Task, AppError> {
        let (from, journal) = (self.folder().await?, self.journal());
        blocking(move || {
            // Who has no model yet may choose the place for those to come.
            fs::create_dir_all(&from).map_err(|error| AppError::of_disk(&error, &from))?;
            let plan = Move::plan(&from, &to, &journal, Way::Quickest).map_err(|error| of_move(&error, &to))?;
            Ok(Task::New(plan, to))
        })
        .await?
    }

    /// A move that an earlier run has begun. If the new place is the valid one already, it is remembered now.
    pub(crate) async fn unfinished_move(&self) -> Result<Option<Unfinished>, AppError> {
        let journal = self.journal();
        let found = blocking({
            let journal = journal.clone();
            move || Unfinished::find(&journal)
        });
        let found = found.await?.map_err(|error| of_move(&error, &journal))?;
        if let Some(unfinished) = &found
            && unfinished.has_switched()
        {
            self.remember_move(unfinished.to().to_owned()).await?;
        }
        Ok(found)
    }

    /// The models are there now: whatever named a model at the old place names it at the new one.
    pub(crate) async fn remember_move(&self, to: PathBuf) -> Result<Relocation, AppError> {
        let from = self.folder().await?;
        if from != to {
            let mut change = self.opening().store().await?.change().await?;
            models::moved(&mut change, &from, &to).await?;
            settings::set_models_folder(&mut change, &to).await?;
            commit(change).await?;
            self.set_folder(to.clone());
        }
        Ok(Relocation { from, to })
    }

    fn journal(&self) -> PathBuf {
        self.inner.parts.home.join(JOURNAL)
    }
}

impl Relocation {
    /// Where a file is now. `None` if it was not in the folder.
    pub(crate) fn of(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.from).ok().map(|below| self.to.join(below))
    }
}

/// Why a move is not possible, or was given up.
pub(crate) fn of_move(error: &MoveError, to: &Path) -> AppError {
    let code = match error {
        MoveError::Io { path, source } => return AppError::of_disk(source, path),
        MoveError::Unfinished | MoveError::Stopped => ErrorCode::InUse,
        MoveError::NothingThere
        | MoveError::Nested
        | MoveError::NotEmpty
        | MoveError::Relative
        | MoveError::Unfaithful { .. } => ErrorCode::FolderUnsuitable,
    };
    AppError::new(code, chain(error)).about(to)
}

fn is_filled(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
