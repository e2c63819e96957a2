//! What was removed since the app was opened.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    durable, identity,
    removing::{
        Removal, RemoveError,
        plan::Large,
        record::{Folder, Item, Record, RemovalId, State},
    },
    small,
};

/// Keeps a note of each removal in a folder of the app's own; the files themselves stay on their volumes.
#[derive(Debug)]
pub struct Bin {
    folder: PathBuf,
    /// What an earlier run has left, and could not be ended, has smaller numbers.
    first: RemovalId,
    /// Held by whoever changes something: two removals at once would take the same number and the same names.
    change: Mutex<()>,
}

/// A model that is gone and can come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// For undoing.
    pub id: RemovalId,
    /// The model's name, as the removal was called.
    pub name: String,
    /// Bytes that are free once the bin is emptied.
    pub freed_bytes: u64,
}

impl Bin {
    /// At the app's start: what an earlier run has removed is freed, and a removal that was interrupted is undone. What
    /// cannot be reached now (a volume that is not plugged in) is tried again at the next start.
    pub fn open(folder: PathBuf) -> Result<Self, RemoveError> {
        fs::create_dir_all(&folder).map_err(RemoveError::at(&folder))?;
        let mut bin = Self { folder, first: RemovalId(1), change: Mutex::default() };
        for id in bin.ids()? {
            if let Err(error) = bin.end(id) {
                tracing::warn!(%id, %error, "an earlier removal could not be ended");
            }
        }
        bin.first = bin.next_id()?;
        Ok(bin)
    }

    /// Removes a model as planned. After an error everything is as it was.
    pub fn remove(&self, removal: &Removal) -> Result<Removed, RemoveError> {
        let _alone = self.alone();
        self.take_away(removal)
    }

    /// Removes a model for good.
    pub fn discard(&self, removal: &Removal) -> Result<(), RemoveError> {
        let _alone = self.alone();
        let removed = self.take_away(removal)?;
        self.end(removed.id).map(drop)
    }

    /// Gives a model back.
    pub fn undo(&self, id: RemovalId) -> Result<(), RemoveError> {
        let _alone = self.alone();
        let mut record = Record::read(&self.file(id))?;
        if record.state == State::Done {
            for item in &record.items {
                // Then the rest is of no use either, and stays for those who want its room.
                if item.is_lost()? {
                    return Err(RemoveError::NotKept);
                }
            }
            // Before anything comes back: whoever finds half of it must not free the other half.
            record.state = State::Begun;
            record.write(&self.file(id))?;
        }
        self.give_back(id, &record)
    }

    /// Frees what is kept of one removal. It cannot be undone any more.
    pub fn empty(&self, id: RemovalId) -> Result<(), RemoveError> {
        let _alone = self.alone();
        self.end(id).map(drop)
    }

    /// Frees everything: when the app is closed, or when the space is needed. Returns the bytes that are free now; what
    /// could not be freed stays for the next start.
    pub fn empty_all(&self) -> Result<u64, RemoveError> {
        let _alone = self.alone();
        let mut freed_bytes = 0;
        for id in self.ids()? {
            match self.end(id) {
                Ok(freed) => freed_bytes += freed,
                Err(error) => tracing::warn!(%id, %error, "a removed model could not be freed"),
            }
        }
        Ok(freed_bytes)
    }

    /// What was removed since the app was opened and can be undone, the oldest first.
    pub fn held(&self) -> Result<Vec<Removed>, RemoveError> {
        let own = self.done()?.into_iter().filter(|(id, _)| *id >= self.first);
        Ok(own.map(|(id, record)| Removed { id, name: record.name, freed_bytes: record.freed_bytes }).collect())
    }

    /// Bytes that emptying would free on the volume that `folder` is on: they count as free there.
    pub fn held_bytes(&self, folder: &Path) -> Result<u64, RemoveError> {
        let Ok(here) = identity::facts(folder) else { return Ok(0) };
        let held = self.done()?.into_iter().map(|(_, record)| {
            let asides = record.items.iter().filter_map(|item| match item {
                Item::Large { aside, .. } => identity::facts(aside).ok(),
                Item::Small { .. } | Item::Link { .. } => None,
            });
            let there: u64 = asides
                .filter(|facts| facts.identity.is_on_volume_of(here.identity))
                .map(|facts| facts.size_bytes)
                .sum();
            there.min(record.freed_bytes)
        });
        Ok(held.sum())
    }

    fn take_away(&self, removal: &Removal) -> Result<Removed, RemoveError> {
        let id = self.next_id()?;
        let mut record = Record {
            state: State::Begun,
            name: removal.name.clone(),
            freed_bytes: removal.freed_bytes,
            items: items(removal, id)?,
            repo_folders: removal.repo_folders.iter().cloned().map(Folder).collect(),
        };
        record.write(&self.file(id))?;
        let taken = record.items.iter().try_for_each(Item::take_away).and_then(|()| {
            record.state = State::Done;
            record.write(&self.file(id))
        });
        if let Err(error) = taken {
            self.give_back(id, &record)?;
            return Err(error);
        }
        for path in removal.links.iter().chain(removal.large.iter().map(|large| &large.path)) {
            for repo_folder in &removal.repo_folders {
                remove_empty_snapshot(path, &repo_folder.join("snapshots"));
            }
        }
        Ok(Removed { id, name: record.name, freed_bytes: record.freed_bytes })
    }

    fn give_back(&self, id: RemovalId, record: &Record) -> Result<(), RemoveError> {
        // What is referred to comes back before what refers to it.
        record.items.iter().rev().try_for_each(Item::give_back)?;
        self.forget(id)
    }

    /// Ends a removal in the way that it was meant to end: frees what was removed, or gives back what was to come back.
    /// Returns the bytes that are free now.
    fn end(&self, id: RemovalId) -> Result<u64, RemoveError> {
        let record = Record::read(&self.file(id))?;
        if record.state == State::Begun {
            return self.give_back(id, &record).map(|()| 0);
        }
        record.items.iter().try_for_each(Item::free)?;
        for Folder(repo_folder) in &record.repo_folders {
            remove_empty_repo(repo_folder);
        }
        self.forget(id)?;
        Ok(record.freed_bytes)
    }

    fn forget(&self, id: RemovalId) -> Result<(), RemoveError> {
        let file = self.file(id);
        durable::remove_file(&file).map_err(RemoveError::at(&file))
    }

    /// The removals that have succeeded. A note that cannot be read says nothing of the others.
    fn done(&self) -> Result<Vec<(RemovalId, Record)>, RemoveError> {
        let records = self.ids()?.into_iter().filter_map(|id| match Record::read(&self.file(id)) {
            Ok(record) => (record.state == State::Done).then_some((id, record)),
            Err(error) => {
                tracing::warn!(%id, %error, "the note of a removal cannot be read");
                None
            }
        });
        Ok(records.collect())
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_id(&self) -> Result<RemovalId, RemoveError> {
        Ok(self.ids()?.last().map_or(RemovalId(1), |last| RemovalId(last.0 + 1)))
    }

    fn file(&self, id: RemovalId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn ids(&self) -> Result<Vec<RemovalId>, RemoveError> {
        let entries = fs::read_dir(&self.folder).map_err(RemoveError::at(&self.folder))?;
        let mut ids: Vec<RemovalId> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".json")?.parse().ok())
            .map(RemovalId)
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }
}

/// First what refers, then what is referred to: nobody who looks meanwhile finds a name for nothing.
fn items(removal: &Removal, id: RemovalId) -> Result<Vec<Item>, RemoveError> {
    let mut items = Vec::new();
    for path in &removal.small {
        let contents = small::bytes(path).map_err(RemoveError::at(path))?;
        items.push(Item::Small { path: path.clone(), contents });
    }
    for path in &removal.links {
        let target = fs::read_link(path).map_err(RemoveError::at(path))?;
        items.push(Item::Link { path: path.clone(), target });
    }
    let mut names = 0;
    for Large { path, aside_in, .. } in &removal.large {
        let aside = loop {
            names += 1;
            let aside = aside_in.join(OsString::from(format!(".hearth-removed-{id}-{names}")));
            // Another Hearth, with another home, may have set something aside here too.
            if fs::symlink_metadata(&aside).is_err() {
                break aside;
            }
        };
        items.push(Item::Large { path: path.clone(), aside });
    }
    Ok(items)
}

/// Takes away the folders below `snapshots` that `file` lay in, if they hold nothing any more. `snapshots` itself stays:
/// without it the repository would be taken for a damaged one.
fn remove_empty_snapshot(file: &Path, snapshots: &Path) {
    let is_below = |folder: &&Path| folder.starts_with(snapshots) && *folder != snapshots;
    for folder in file.ancestors().skip(1).take_while(is_below) {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

/// Takes away the folder of a repository of which nothing is left but empty folders and notes of what never existed.
fn remove_empty_repo(repo_folder: &Path) {
    let is_empty = |name: &str| {
        let folder = repo_folder.join(name);
        !folder.exists() || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
    };
    if !(is_empty("snapshots") && is_empty("blobs") && is_empty("refs")) {
        return;
    }
    // `remove_dir` takes empty folders only: a download that has just begun here keeps its own.
    if fs::remove_dir_all(repo_folder.join(".no_exist")).is_ok() || !repo_folder.join(".no_exist").exists() {
        for name in ["blobs", "refs", "snapshots", ""] {
            if let Err(error) = fs::remove_dir(repo_folder.join(name)) {
                tracing::debug!(%error, folder = %repo_folder.display(), name, "stays");
            }
        }
    }
}
