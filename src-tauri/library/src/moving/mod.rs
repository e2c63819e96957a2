//! Moving the folder of models to another place, on the same volume or on another one.
//!
//! Within a volume it is one rename. Else everything is copied to a folder beside the new place, each file read back and
//! compared by its SHA-256 before it gets its name; then that folder is renamed to the new place in one step, and only
//! then is the old one taken away, after a last look whether each of its files is over there. A journal says how far it
//! is, so a kill at any moment costs nothing: [`Unfinished::find`] finds it at the next start, and it goes on or back.
//! Until [`Moved`] is returned the old place is the one to use, from then on the new one; the journal ends when the
//! app has remembered that ([`Moved::remembered`]).
//!
//! Whoever moves sees to it that nobody else writes to the folder meanwhile. What another program still adds to the old
//! place is brought along at the end.

mod copy;
mod journal;
mod links;

use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use crate::{durable, identity};
use journal::{Journal, Stage};

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Copied so far, with what an earlier try had copied.
    pub done_bytes: u64,
    /// To be copied in all.
    pub total_bytes: u64,
}

/// How to get from one place to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a rename where that is possible, else by copying.
    Quickest,
    /// By copying, also within a volume: for one that says it is a single one but is not, as some network shares.
    Copy,
}

/// A move that has been checked and not begun.
#[derive(Debug)]
pub struct Move {
    from: PathBuf,
    to: PathBuf,
    journal: PathBuf,
    total_bytes: u64,
    way: Way,
}

/// A move that was begun and interrupted.
#[derive(Debug)]
pub struct Unfinished {
    journal: Journal,
    way: Way,
}

/// The new place, to be remembered before anything else is done. The journal stays until then.
#[derive(Debug)]
#[must_use = "the models are somewhere else now"]
pub struct Moved {
    /// Where the models are.
    pub to: PathBuf,
    /// Why the old folder, or a part of it, is still there. Nothing in it is needed.
    pub left_behind: Option<MoveError>,
    journal: Journal,
}

impl Moved {
    /// Ends the move: the app's settings name the new place.
    pub fn remembered(self) -> Result<(), MoveError> {
        self.journal.end()
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
    /// A file came out otherwise than it was: a disk or a cable that cannot be trusted.
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
    pub fn plan(from: &Path, to: &Path, journal: &Path, way: Way) -> Result<Self, MoveError> {
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
        // Links above the new place must not hide that it lies in the old one.
        let above = to.ancestors().find_map(|folder| folder.canonicalize().ok()).unwrap_or_default();
        if above.starts_with(&real) || real.starts_with(to) || to.exists() && real.starts_with(&above) {
            return Err(MoveError::Nested);
        }
        match fs::read_dir(to).map(|mut entries| entries.next().is_some()) {
            Ok(true) => return Err(MoveError::NotEmpty),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(MoveError::at(to)(error)),
            _ => {}
        }
        let total_bytes = copy::total_bytes(&real)?;
        Ok(Self { from: real, to: to.to_owned(), journal: journal.to_owned(), total_bytes, way })
    }

    /// Size of everything to be moved.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Moves. `progress` is told often, and stops the move by [`ControlFlow::Break`]; then, as after an error,
    /// everything is where it was. Once the new place is the valid one it is not asked any more.
    pub fn run(self, progress: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Moved, MoveError> {
        let journal = Journal::begin(&self.journal, &self.from, &self.to)?;
        Unfinished { journal, way: self.way }.run(progress)
    }
}

impl Unfinished {
    /// The move that was interrupted, if there is one.
    pub fn find(journal: &Path) -> Result<Option<Self>, MoveError> {
        let found = Journal::read(journal)?;
        Ok(found.map(|journal| Self { journal, way: Way::Quickest }))
    }

    /// The old place.
    pub fn from(&self) -> &Path {
        &self.journal.from
    }

    /// The new place.
    pub fn to(&self) -> &Path {
        &self.journal.to
    }

    /// Whether the new place is already the valid one: then it can only go on, not back.
    pub fn has_switched(&self) -> bool {
        self.journal.stage == Stage::Leaving || self.is_renamed()
    }

    /// Goes on. What was copied is not copied again.
    pub fn go_on(self, progress: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Moved, MoveError> {
        self.run(progress)
    }

    /// Goes back: what was copied is taken away. If the new place is already the valid one, it goes on instead.
    pub fn roll_back(self) -> Result<Option<Moved>, MoveError> {
        if self.has_switched() {
            return self.run(|_| ControlFlow::Continue(())).map(Some);
        }
        self.give_up().map(|()| None)
    }

    fn run(mut self, mut progress: impl FnMut(Progress) -> ControlFlow<()>) -> Result<Moved, MoveError> {
        if self.journal.stage == Stage::Arriving
            && !self.is_renamed()
            && let Err(error) = self.arrive(&mut progress)
            && !self.is_renamed()
        {
            if let Err(trouble) = self.give_up() {
                tracing::warn!(%trouble, "what was copied could not be taken away");
            }
            return Err(error);
        }
        // From here on the new place is the valid one, whatever else goes wrong.
        let left_behind = self.settle().err();
        Ok(Moved { to: self.journal.to.clone(), left_behind, journal: self.journal })
    }

    fn settle(&mut self) -> Result<(), MoveError> {
        self.journal.set(Stage::Leaving)?;
        // Within a volume the folder itself has moved, and with it links that name the old place.
        links::mend(&self.journal.to, &self.journal.from)?;
        copy::leave(&self.journal.from, &self.journal.to, &self.journal.leaving())?;
        copy::remove_all(&self.journal.arriving())
    }

    /// Whether the step that makes the new place the valid one is behind us. Both before and after it the new place is
    /// whole or not there at all, so that this can be asked of the disk.
    fn is_renamed(&self) -> bool {
        let is_filled = fs::read_dir(&self.journal.to).is_ok_and(|mut entries| entries.next().is_some());
        is_filled
            || fs::symlink_metadata(&self.journal.from).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    fn arrive(&mut self, progress: &mut impl FnMut(Progress) -> ControlFlow<()>) -> Result<(), MoveError> {
        let (from, to) = (self.journal.from.clone(), self.journal.to.clone());
        if let Some(above) = to.parent() {
            fs::create_dir_all(above).map_err(MoveError::at(above))?;
        }
        remove_empty(&to).map_err(MoveError::at(&to))?;
        if self.way == Way::Quickest && !self.journal.arriving().exists() {
            match durable::rename(&from, &to) {
                Ok(()) => return Ok(()),
                // Another volume, or a folder that cannot be renamed because a volume is mounted on it.
                Err(error) => tracing::debug!(%error, "not by a rename: by copying"),
            }
        }
        let staging = self.journal.arriving();
        copy::arrive(&from, &staging, &to, progress)?;
        durable::rename(&staging, &to).map_err(MoveError::at(&to))
    }

    fn give_up(self) -> Result<(), MoveError> {
        copy::remove_all(&self.journal.arriving())?;
        self.journal.end()
    }
}

/// Windows and macOS do not rename a folder to where there is one, be it empty.
fn remove_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // It may be a mount point: then its own emptiness cannot be renamed over, and the copy will say so.
        Err(_) if identity::facts(folder).is_ok() => Ok(()),
        result => result,
    }
}
