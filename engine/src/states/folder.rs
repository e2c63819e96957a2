//! The states on the disk: which there are, and which must go.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use hearth_ipc::StateCache;

use super::{
    ConversationName, State, StateKey,
    file::{self, FileError},
    prefix,
    writer::{Job, Writer},
};
use crate::llama::{Interrupt, Token};

/// So much of the disk is left free: a cache must not be what fills it.
const LEAST_FREE_BYTES: u64 = 1 << 30;

/// A folder with a folder for each conversation. This is the one that decides; the disk's work is the writer's.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    limit_bytes: u64,
    key: StateKey,
    entries: Vec<Entry>,
    writer: Writer,
    interrupt: Arc<Interrupt>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    /// None when it is of another key: it only takes room.
    pub(super) tokens: Option<Vec<Token>>,
    pub(super) bytes: u64,
    used: SystemTime,
    /// Not while it is being written.
    pub(super) ready: bool,
}

impl Folder {
    /// Finds out what is there. What cannot be used is removed.
    pub(super) fn open(cache: &StateCache, key: StateKey, interrupt: &Arc<Interrupt>) -> io::Result<Self> {
        fs::create_dir_all(&cache.folder)?;
        let writer = Writer::start(key.clone(), Arc::clone(interrupt))?;
        let mut folder = Self {
            root: cache.folder.clone(),
            limit_bytes: cache.limit_bytes,
            key,
            entries: Vec::new(),
            writer,
            interrupt: Arc::clone(interrupt),
        };
        for conversation in fs::read_dir(&cache.folder)? {
            let conversation = conversation?;
            if conversation.file_name().to_str().and_then(ConversationName::parse).is_some() {
                folder.find(&conversation.path());
            }
        }
        folder.make_room(0, &[]);
        Ok(folder)
    }

    fn find(&mut self, conversation: &Path) {
        let Ok(files) = fs::read_dir(conversation) else { return };
        for file in files.flatten() {
            let path = file.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("kv") => match found(&path, &self.key) {
                    Ok(entry) => self.entries.push(entry),
                    Err(error) => {
                        tracing::info!(error = &error as &dyn std::error::Error, "a state is of no use");
                        self.writer.send(Job::Remove(path));
                    }
                },
                // Its writing was never finished.
                Some("part") => self.writer.send(Job::Remove(path)),
                _ => {}
            }
        }
        // Only an empty one goes.
        let _ = fs::remove_dir(conversation);
    }

    /// The folder of a conversation that is at work. From here on its absence says that the conversation was deleted.
    pub(super) fn enter(&self, conversation: &ConversationName) {
        if let Err(error) = fs::create_dir_all(self.of(conversation)) {
            tracing::warn!(%error, "a conversation finds no place for its states");
        }
    }

    /// Whether states of the conversation may be kept.
    pub(super) fn has(&self, conversation: &ConversationName) -> bool {
        self.of(conversation).is_dir()
    }

    /// All states that can be used, or will be in a moment.
    pub(super) fn entries(&mut self) -> &[Entry] {
        self.hear();
        &self.entries
    }

    /// The tokens of each.
    pub(super) fn known(&self) -> impl Iterator<Item = &[Token]> {
        self.entries.iter().filter_map(|entry| entry.tokens.as_deref())
    }

    /// Reads an [entry](Self::entries). `None` if it is damaged or gone; then it is not offered again.
    pub(super) fn fetch(&mut self, index: usize) -> Option<State> {
        let entry = self.entries.get_mut(index)?;
        match file::read(&entry.path, entry.tokens.as_deref()?, &self.interrupt) {
            Ok(state) => {
                entry.used = SystemTime::now();
                touch(&entry.path, entry.used);
                Some(state)
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a state cannot be used");
                let entry = self.entries.swap_remove(index);
                if matches!(error, FileError::Damaged) {
                    self.writer.send(Job::Remove(entry.path));
                }
                None
            }
        }
    }

    /// Has a state written. `is_surpassed` tells which others of the conversation it makes useless.
    pub(super) fn keep(
        &mut self,
        conversation: &ConversationName,
        state: &Arc<State>,
        is_surpassed: impl Fn(&[Token]) -> bool,
    ) {
        self.hear();
        let bytes = file::length(&self.key, state);
        if bytes > self.limit_bytes || !self.disk_has_room(bytes) {
            return;
        }
        let folder = self.of(conversation);
        let path = folder.join(file_name(&self.key, &state.tokens));
        let mut surpassed = Vec::new();
        self.entries.retain(|entry| {
            let of_conversation = entry.path.parent() == Some(&folder);
            let useless = of_conversation && entry.tokens.as_deref().is_some_and(&is_surpassed);
            if useless && entry.path != path {
                surpassed.push((entry.path.clone(), entry.bytes));
            }
            !useless && entry.path != path
        });
        let replaces = self.make_room(bytes, &surpassed);
        self.entries.push(Entry {
            path: path.clone(),
            tokens: Some(state.tokens.clone()),
            bytes,
            used: SystemTime::now(),
            ready: false,
        });
        self.writer.send(Job::Write { path, state: Arc::clone(state), replaces });
    }

    /// Returns once all is written, or `patience` is over.
    pub(super) fn flush(&self, patience: Duration) {
        self.writer.flush(patience);
    }

    /// Removes what was not used for longest until `bytes` more fit. What is `replaced` stays until its better is
    /// written, if there is room for both; the paths of what has stayed are returned.
    fn make_room(&mut self, bytes: u64, replaced: &[(PathBuf, u64)]) -> Vec<PathBuf> {
        let mut taken: u64 = self.entries.iter().map(|entry| entry.bytes).sum();
        let of_replaced: u64 = replaced.iter().map(|(_, bytes)| bytes).sum();
        let mut stay: Vec<PathBuf> = replaced.iter().map(|(path, _)| path.clone()).collect();
        if taken + of_replaced + bytes > self.limit_bytes {
            for path in stay.drain(..) {
                self.writer.send(Job::Remove(path));
            }
        }
        self.entries.sort_by_key(|entry| entry.used);
        let mut gone = 0;
        while taken + bytes > self.limit_bytes && gone < self.entries.len() {
            taken -= self.entries[gone].bytes;
            gone += 1;
        }
        for entry in self.entries.drain(..gone) {
            self.writer.send(Job::Remove(entry.path));
        }
        stay
    }

    /// Learns what the writer has done.
    fn hear(&mut self) {
        for written in self.writer.written() {
            match written.result {
                Ok(()) => {
                    if let Some(entry) = self.entries.iter_mut().find(|entry| entry.path == written.path) {
                        entry.ready = true;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a state could not be written");
                    self.entries.retain(|entry| entry.path != written.path);
                }
            }
        }
    }

    fn disk_has_room(&self, bytes: u64) -> bool {
        match fs4::available_space(&self.root) {
            Ok(free) => free >= bytes.saturating_add(LEAST_FREE_BYTES),
            Err(error) => {
                tracing::warn!(%error, "cannot learn how much room there is for states");
                false
            }
        }
    }

    fn of(&self, conversation: &ConversationName) -> PathBuf {
        self.root.join(conversation.as_str())
    }
}

fn found(path: &Path, key: &StateKey) -> Result<Entry, FileError> {
    let head = file::read_head(path)?;
    let metadata = fs::metadata(path)?;
    let tokens = (head.key == key.text()).then_some(head.tokens);
    Ok(Entry { path: path.to_owned(), tokens, bytes: metadata.len(), used: metadata.modified()?, ready: true })
}

fn touch(path: &Path, used: SystemTime) {
    let touched = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(used));
    if let Err(error) = touched {
        tracing::warn!(%error, "the use of a state cannot be noted");
    }
}

/// The same tokens with the same key have the same name.
fn file_name(key: &StateKey, tokens: &[Token]) -> String {
    let ids: Vec<u8> = tokens.iter().flat_map(|token| token.id().to_le_bytes()).collect();
    let key = crc32fast::hash(key.text().as_bytes());
    format!("{key:08x}-{:08x}-{}.kv", crc32fast::hash(&ids), tokens.len())
}

impl Entry {
    /// How many tokens at the beginning of `wanted` it holds.
    pub(super) fn common(&self, wanted: &[Token]) -> usize {
        self.tokens.as_deref().map_or(0, |tokens| prefix(tokens, wanted))
    }
}
