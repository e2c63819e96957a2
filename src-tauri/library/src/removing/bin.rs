//! What was removed since the app was opened.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    durable, identity,
    removing::{
        Removal, RemoveError,
        plan::Large,
        record::{Folder, Item, Record, RemovalId, State},
    },
};

/// Keeps a note of each removal in a folder of the app's own; the files themselves stay on their volumes.
#[derive(Debug)]
pub struct Bin {
    folder: PathBuf,
}

/// A model that is gone and can come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// For undoing.
    pub id: RemovalId,
    /// The model's name.
    pub name: String,
    /// Bytes that are free once the bin is emptied.
    pub freed_bytes: u64,
}

impl Bin {
    /// At the app's start: what an earlier run has removed is freed, and a removal that was interrupted is undone. What
    /// cannot be reached now (a volume that is not plugged in) is tried again at the next start.
    pub fn open(folder: PathBuf) -> Result<Self, RemoveError> {
        fs::create_dir_all(&folder).map_err(RemoveError::at(&folder))?;
        let bin = Self { folder };
        for id in bin.ids()? {
            let ended = match Record::read(&bin.file(id)) {
                Ok(record) if record.state == State::Begun => bin.undo(id),
                Ok(_) => bin.empty(id),
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                tracing::warn!(%id, %error, "an earlier removal could not be ended");
            }
        }
        Ok(bin)
    }

    /// Removes a model as planned. After an error everything is as it was.
    pub fn remove(&self, removal: &Removal) -> Result<Removed, RemoveError> {
        let id = RemovalId(self.ids()?.last().map_or(1, |last| last.0 + 1));
        let mut record = Record {
            state: State::Begun,
            name: removal.name.clone(),
            freed_bytes: removal.freed_bytes,
            items: items(removal, id)?,
            repo_folders: removal.repo_folders.iter().cloned().map(Folder).collect(),
        };
        record.write(&self.file(id))?;
        if let Err(error) = record.items.iter().try_for_each(Item::take_away) {
            self.undo(id)?;
            return Err(error);
        }
        record.state = State::Done;
        record.write(&self.file(id))?;
        for link in &removal.links {
            remove_empty_snapshot(link);
        }
        for large in &removal.large {
            remove_empty_snapshot(&large.path);
        }
        Ok(Removed { id, name: record.name, freed_bytes: record.freed_bytes })
    }

    /// Gives a model back.
    pub fn undo(&self, id: RemovalId) -> Result<(), RemoveError> {
        let file = self.file(id);
        let record = Record::read(&file)?;
        // What is referred to comes back before what refers to it.
        record.items.iter().rev().try_for_each(|item| item.give_back(record.state))?;
        durable::remove_file(&file).map_err(RemoveError::at(&file))
    }

    /// Frees what is kept of one removal. It cannot be undone any more.
    pub fn empty(&self, id: RemovalId) -> Result<(), RemoveError> {
        let file = self.file(id);
        let record = Record::read(&file)?;
        for item in &record.items {
            if let Item::Large { aside, .. } = item {
                item.free().map_err(RemoveError::at(aside))?;
            }
        }
        for Folder(repo_folder) in &record.repo_folders {
            remove_empty_repo(repo_folder);
        }
        durable::remove_file(&file).map_err(RemoveError::at(&file))
    }

    /// Frees everything: when the app is closed, or when the space is needed. Returns the bytes that are free now; what
    /// could not be freed stays for the next start.
    pub fn empty_all(&self) -> Result<u64, RemoveError> {
        let mut freed_bytes = 0;
        for removed in self.held()? {
            match self.empty(removed.id) {
                Ok(()) => freed_bytes += removed.freed_bytes,
                Err(error) => tracing::warn!(id = %removed.id, %error, "a removed model could not be freed"),
            }
        }
        Ok(freed_bytes)
    }

    /// What can be undone, the oldest first.
    pub fn held(&self) -> Result<Vec<Removed>, RemoveError> {
        let mut held = Vec::new();
        for id in self.ids()? {
            let record = Record::read(&self.file(id))?;
            held.push(Removed { id, name: record.name, freed_bytes: record.freed_bytes });
        }
        Ok(held)
    }

    /// Bytes that emptying would free on the volume that `folder` is on: they count as free there.
    pub fn held_bytes(&self, folder: &Path) -> Result<u64, RemoveError> {
        let Ok(here) = identity::facts(folder) else { return Ok(0) };
        let mut held_bytes = 0;
        for id in self.ids()? {
            let record = Record::read(&self.file(id))?;
            let asides = record.items.iter().filter_map(|item| match item {
                Item::Large { aside, .. } => identity::facts(aside).ok(),
                Item::Small { .. } | Item::Link { .. } => None,
            });
            let there: u64 = asides
                .filter(|facts| facts.identity.is_on_volume_of(here.identity))
                .map(|facts| facts.size_bytes)
                .sum();
            held_bytes += there.min(record.freed_bytes);
        }
        Ok(held_bytes)
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
        let contents = fs::read(path).map_err(RemoveError::at(path))?;
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

/// Takes away the folders of a snapshot that hold nothing any more. `snapshots` itself stays: without it the
/// repository would be taken for a damaged one.
fn remove_empty_snapshot(file: &Path) {
    let is_snapshot = |folder: &Path| folder.iter().any(|part| part == "snapshots");
    for folder in file.ancestors().skip(1).filter(|folder| is_snapshot(folder)) {
        if folder.file_name().is_some_and(|name| name == "snapshots") || fs::remove_dir(folder).is_err() {
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
