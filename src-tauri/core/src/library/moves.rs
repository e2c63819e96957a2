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

use hearth_library::{Move, MoveError, Moved, Progress, Unfinished};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{Disks, Shelf, blocking, lock};
use crate::{
    error::{AppError, ErrorCode, ErrorDetails, chain},
    settings,
    store::{StoreError, models},
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
    New(Move),
    /// Of an earlier run.
    GoOn(Unfinished),
}

/// Where the models were and are.
#[derive(Debug, Clone)]
pub(crate) struct Relocation {
    /// What the old place was called: as the app knew it, and by its real path.
    pub(crate) names: Vec<PathBuf>,
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
                Task::New(plan) => plan.run(progress),
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
            Self::New(plan) => plan.to(),
            Self::GoOn(unfinished) => unfinished.to(),
        }
    }

    fn total_bytes(&self) -> u64 {
        match self {
            Self::New(plan) => plan.total_bytes(),
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
    /// Checks whether the models can be moved to a folder, or into one that holds other things. Whether there is room
    /// for them is told, and for the person to judge.
    pub(crate) async fn plan_move(&self, folder: PathBuf) -> Result<(PathBuf, FolderPlan), AppError> {
        if folder.to_str().is_none() {
            return Err(AppError::new(ErrorCode::FolderUnsuitable, "the path is not Unicode").about(&folder));
        }
        let disks = Arc::clone(self.disks());
        let place = blocking(move || {
            let is_taken = is_filled(&folder) || is_mounted(&folder, &*disks);
            if is_taken { folder.join(SUBFOLDER) } else { folder }
        });
        let (plan, shown) = self.think_through(place.await?).await?;
        Ok((plan.to().to_owned(), shown))
    }

    /// [`Shelf::plan_move`] for a place that was found suitable before. Refuses one without room.
    pub(crate) async fn check_move(&self, to: PathBuf) -> Result<Task, AppError> {
        let (plan, FolderPlan { total_bytes, free_bytes, .. }) = self.think_through(to).await?;
        if free_bytes.is_some_and(|free_bytes| free_bytes < total_bytes) {
            let details = ErrorDetails { needed_bytes: Some(total_bytes), free_bytes, ..ErrorDetails::default() };
            let message = "the models do not fit there".to_owned();
            let error = AppError { code: ErrorCode::NotEnoughSpace, message, details: Box::new(details) };
            return Err(error.about(plan.to()));
        }
        Ok(Task::New(plan))
    }

    async fn think_through(&self, to: PathBuf) -> Result<(Move, FolderPlan), AppError> {
        let (from, journal, disks) = (self.folder().await?, self.journal(), Arc::clone(self.disks()));
        blocking(move || {
            // Who has no model yet may choose the place for those to come.
            fs::create_dir_all(&from).map_err(|error| AppError::of_disk(&error, &from))?;
            let plan = Move::plan(&from, &to, &journal).map_err(|error| of_move(&error, &to))?;
            // On the same disk it takes no room.
            let free_bytes = if disks.are_one(&from, plan.to()) { None } else { disks.free_bytes(plan.to()).ok() };
            let folder = plan.to().display().to_string();
            let shown = FolderPlan { folder, total_bytes: plan.total_bytes(), free_bytes };
            Ok((plan, shown))
        })
        .await?
    }

    /// A move that an earlier run has begun. If the new place is the valid one already, it is remembered now.
    pub(crate) async fn unfinished_move(&self) -> Result<Option<Unfinished>, AppError> {
        let journal = self.journal();
        let found = blocking(move || {
            let found = Unfinished::find(&journal).map_err(|error| of_move(&error, &journal));
            found.map(|found| found.map(|unfinished| (unfinished.has_switched(), unfinished)))
        });
        let Some((has_switched, unfinished)) = found.await?? else { return Ok(None) };
        if has_switched {
            let relocation = Relocation { names: unfinished.names(), to: unfinished.to().to_owned() };
            self.remember_move(&relocation).await?;
        }
        Ok(Some(unfinished))
    }

    /// The models are there now: whatever named a model at the old place names it at the new one. Doing it twice changes
    /// nothing. After an error this run uses the new place all the same.
    pub(crate) async fn remember_move(&self, moved: &Relocation) -> Result<(), AppError> {
        self.set_folder(moved.to.clone());
        let mut change = self.opening().store().await?.change().await?;
        for from in &moved.names {
            models::moved(&mut change, from, &moved.to).await?;
        }
        settings::set_models_folder(&mut change, &moved.to).await?;
        Ok(change.commit().await.map_err(StoreError::from)?)
    }

    fn journal(&self) -> PathBuf {
        self.inner.parts.home.join(JOURNAL)
    }
}

impl Relocation {
    /// Where a file is now. `None` if it was not in the folder.
    pub(crate) fn of(&self, path: &Path) -> Option<PathBuf> {
        let below = self.names.iter().find_map(|from| path.strip_prefix(from).ok())?;
        Some(self.to.join(below))
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
        | MoveError::NoLinks { .. }
        | MoveError::Unfaithful { .. } => ErrorCode::FolderUnsuitable,
    };
    AppError::new(code, chain(error)).about(to)
}

fn is_filled(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Whether a volume is mounted there: no folder can take its place. So it is with a volume's own root.
fn is_mounted(folder: &Path, disks: &dyn Disks) -> bool {
    folder.is_dir() && folder.parent().is_none_or(|above| !disks.are_one(above, folder))
}
