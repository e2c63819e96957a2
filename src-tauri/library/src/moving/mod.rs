//! Moving the folder of models to another place, on the same volume or on another one.
//!
//! Within a volume it is one rename. Else everything is copied to a folder beside the new place, each file read back and
//! compared by its SHA-256 before it gets its name; then that folder is renamed to the new place in one step, and only
//! then is the old one taken away, after a last look whether each of its files is over there. A journal says how far it
//! is, so a kill at any moment costs nothing: [`Unfinished::find`] finds it at the next start, and it goes on.
//! Until [`Moved`] is returned the old place is the one to use, from then on the new one; the journal ends when the
//! app has remembered that ([`Moved::remembered`]).
//!
//! A volume that is not plugged in looks like a folder that is gone. So nothing is ever concluded from what is missing:
//! the journal says when the step was about to be taken that makes the new place the valid one, and where neither place
//! can be reached the journal stays for the next start.
//!
//! Whoever moves sees to it that nobody else writes to the folder meanwhile. What another program still adds to the old
//! place is brought along at the end.

mod copy;
mod journal;
mod links;
mod target;

use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use crate::durable;
use journal::{Journal, Stage};
use links::Route;

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Copied so far, with what an earlier try had copied.
    pub done_bytes: u64,
    /// To be copied in all.
    pub total_bytes: u64,
}

/// A move that has been checked and not begun.
#[derive(Debug)]
pub struct Move {
    route: Route,
    journal: PathBuf,
    total_bytes: u64,
}

/// A move that was begun and interrupted.
#[derive(Debug)]
pub struct Unfinished {
    journal: Journal,
}

/// The new place, to be remembered before anything else is done. The journal stays until then.
#[derive(Debug)]
#[must_use = "the models are somewhere else now"]
pub struct Moved {
    /// What the old place was called: as it was given to [`Move::plan`], and by its real path.
    pub names: Vec<PathBuf>,
    /// Where the models are.
    pub to: PathBuf,
    /// What is still at the old place.
    pub remains: Remains,
    journal: Journal,
}

/// What is still at the old place.
#[derive(Debug)]
pub enum Remains {
    /// Nothing.
    Nothing,
    /// The folder, or a part of it, could not be taken away. Nothing in it is needed.
    Needless {
        /// The folder itself, never a link that leads to the new place by now.
        folder: PathBuf,
        /// Why it is still there.
        why: MoveError,
    },
    /// It could not be made sure that everything in it is at the new place too. The next start tries again.
    Unsure(MoveError),
}

impl Moved {
    /// Ends the move: the app's settings name the new place. Where something remains to be made sure of, the journal
    /// stays for the next start.
    pub fn remembered(self) -> Result<(), MoveError> {
        match self.remains {
            Remains::Unsure(_) => Ok(()),
            Remains::Nothing | Remains::Needless { .. } => self.journal.end(),
        }
    }
}

/// Why a move is not possible, or was given up. Then everything is where it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is nothing to be moved.
    #[error("there is no folder to be moved")]
    NothingThere,
    /// One lies inside the other, or they are the same.
    #[error("the new place lies in the old one, or the other way round")]
    Nested,
    /// The new place holds something already.
    #[error("the new place is not empty")]
    NotEmpty,
    /// The new place must be given from the root on.
    #[error("the new place is no absolute path")]
    Relative,
    /// An earlier move has to be finished first.
    #[error("an earlier move is not finished")]
    Unfinished,
    /// The new place is on a volume without links, which the folder needs.
    #[error("no links can be made at {path:?}")]
    NoLinks {
        /// Where it was tried.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// What the system gives back of a copy is not what was read. (It may answer from its memory, so this does not find
    /// every disk that cannot be trusted.)
    #[error("{path:?} was not copied faithfully")]
    Unfaithful {
        /// The file that was copied.
        path: PathBuf,
    },
    /// The person has stopped it.
    #[error("stopped")]
    Stopped,
    /// The system refuses. [`io::ErrorKind::StorageFull`] is the usual reason.
    #[error("{path:?} cannot be moved")]
    Io {
        /// What was being worked on.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl MoveError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}

impl Move {
    /// Checks whether a folder can be moved. `journal` is a file in the app's own folder.
    pub fn plan(from: &Path, to: &Path, journal: &Path) -> Result<Self, MoveError> {
        if journal.exists() {
            return Err(MoveError::Unfinished);
        }
        if !to.is_absolute() {
            return Err(MoveError::Relative);
        }
        if !from.is_dir() {
            return Err(MoveError::NothingThere);
        }
        let real = from.canonicalize().map_err(MoveError::at(from))?;
        let to = target::find(&real, to)?;
        let entries = copy::entries(&real)?;
        if copy::has_links(&entries) {
            target::require_links(&real, &to)?;
        }
        let route = Route { called: from.components().collect(), from: real, to };
        Ok(Self { route, journal: journal.to_owned(), total_bytes: copy::total_bytes(&entries) })
    }

    /// The new place. Where a link was given, the folder it leads to.
    pub fn to(&self) -> &Path {
        &self.route.to
    }

    /// Size of everything to be moved.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Moves. `progress` is told often, and stops the move by [`ControlFlow::Break`]; then, as after an error,
    /// everything is where it was. Once the new place is the valid one it is not asked any more.
    pub fn run(self, progress: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Moved, MoveError> {
        let journal = Journal::begin(&self.journal, self.route)?;
        Unfinished { journal }.go_on(progress)
    }
}

impl Unfinished {
    /// The move that was interrupted, if there is one.
    pub fn find(journal: &Path) -> Result<Option<Self>, MoveError> {
        Ok(Journal::read(journal)?.map(|journal| Self { journal }))
    }

    /// What the old place is called: as it was given to [`Move::plan`], and by its real path.
    pub fn names(&self) -> Vec<PathBuf> {
        self.journal.route.names()
    }

    /// The new place.
    pub fn to(&self) -> &Path {
        &self.journal.route.to
    }

    /// Whether the new place is already the valid one: then it can only go on, not be stopped.
    pub fn has_switched(&self) -> bool {
        self.journal.stage == Stage::Leaving || self.is_renamed()
    }

    /// Goes on. What was copied is not copied again. If the old place, which is the valid one, cannot be reached, that
    /// is an error, and the move is still unfinished afterwards.
    pub fn go_on(mut self, mut progress: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Moved, MoveError> {
        if !self.has_switched() {
            fs::read_dir(&self.journal.route.from).map_err(MoveError::at(&self.journal.route.from))?;
            if let Err(error) = self.arrive(&mut progress)
                && !self.is_renamed()
            {
                if let Err(trouble) = self.give_up() {
                    tracing::warn!(%trouble, "what was copied could not be taken away");
                }
                return Err(error);
            }
        }
        // From here on the new place is the valid one, whatever else goes wrong.
        let remains = match self.settle() {
            Err(error) => Remains::Unsure(error),
            Ok(()) => self.take_old_away(),
        };
        Ok(Moved { names: self.names(), to: self.to().to_owned(), remains, journal: self.journal })
    }

    /// Makes the new place complete. Doing it twice changes nothing.
    fn settle(&mut self) -> Result<(), MoveError> {
        self.journal.set(Stage::Leaving)?;
        let route = &self.journal.route;
        // Within a volume the folder itself has moved, and with it links that name the old place.
        links::mend(route)?;
        copy::bring_along(route)?;
        links::repoint(route, &self.journal.relinked())
    }

    fn take_old_away(&self) -> Remains {
        let route = &self.journal.route;
        match copy::take_away(&route.from, &self.journal.leaving()) {
            Ok(()) => Remains::Nothing,
            Err(why) => Remains::Needless { folder: route.old_folder().to_owned(), why },
        }
    }

    /// Whether the step that makes the new place the valid one is behind us: it was about to be taken, and what was to
    /// be renamed is at the new place and not where it was.
    fn is_renamed(&self) -> bool {
        let Route { from, to, .. } = &self.journal.route;
        let is_gone =
            |folder: &Path| fs::symlink_metadata(folder).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        self.journal.stage == Stage::Switching
            && is_gone(&self.journal.arriving())
            && to.is_dir()
            && (target::is_filled(to) || is_gone(from))
    }

    fn arrive(&mut self, progress: &mut impl FnMut(Progress) -> ControlFlow<()>) -> Result<(), MoveError> {
        let (route, staging) = (self.journal.route.clone(), self.journal.arriving());
        self.journal.set(Stage::Arriving)?;
        if let Some(above) = route.to.parent() {
            fs::create_dir_all(above).map_err(MoveError::at(above))?;
        }
        target::clear(&route.to)?;
        if !staging.exists() {
            self.journal.set(Stage::Switching)?;
            match durable::rename(&route.from, &route.to) {
                Ok(()) => return Ok(()),
                // Another volume, or a folder that cannot be renamed because a volume is mounted on it.
                Err(error) => tracing::debug!(%error, "not by a rename: by copying"),
            }
            self.journal.set(Stage::Arriving)?;
        }
        copy::arrive(&route, &staging, progress)?;
        // Copying takes long: somebody may have made a folder there meanwhile, or put something into one.
        target::clear(&route.to)?;
        self.journal.set(Stage::Switching)?;
        durable::rename(&staging, &route.to).map_err(MoveError::at(&route.to))
    }

    fn give_up(mut self) -> Result<(), MoveError> {
        // First of all: without its copy, a move that was about to switch would look like one that has.
        self.journal.set(Stage::Arriving)?;
        copy::remove_all(&self.journal.arriving())?;
        self.journal.end()
    }
}
