//! What was in the KV cache and had to make room, to be put back instead of being read again.
//!
//! A state is a list of tokens and what llama.cpp's cache held of them. The conversation that is at work has its in the
//! cache itself; of others there are states in memory, few and for as long as the process lives, and in a folder, if the
//! app names one. For each prompt the one with the longest beginning in common wins, wherever it is and whichever
//! conversation it is from.
//!
//! A system prompt that conversations share stays in the cache when one follows the other: it is the beginning that
//! they have in common. Several sequences in one cache, each with a copy of it, would save the same reading, but every
//! step of attention would then pass over the entries of all of them, and all would share the context's room.

mod conversation;
mod file;
mod folder;
mod key;
mod writer;

use std::{sync::Arc, time::Duration};

use hearth_ipc::StateCache;

use self::folder::Folder;
pub(crate) use self::{conversation::ConversationName, key::StateKey};
use crate::llama::{Interrupt, Token};

/// Most that states in memory take together, in bytes…
const MOST_MEMORY_BYTES: usize = 512 << 20;

/// …and this part of what is available.
const MEMORY_SHARE: u64 = 4;

/// A KV state and the tokens that it is of.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tokens: Vec<Token>,
    pub(crate) data: Vec<u8>,
}

/// What a model can do with a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Any beginning of it serves as well.
    Prefix,
    /// It serves whole or not at all: the model keeps no entry for each token.
    Whole,
}

impl Use {
    /// How many tokens at the beginning of `wanted` can be had from a state of `tokens`.
    fn of(self, tokens: &[Token], wanted: &[Token]) -> usize {
        match self {
            Self::Prefix => prefix(tokens, wanted),
            Self::Whole if wanted.starts_with(tokens) => tokens.len(),
            Self::Whole => 0,
        }
    }
}

/// A state that could be put back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    place: Place,
    /// Tokens of the prompt that need not be read then.
    pub(crate) usable: usize,
    /// Its size.
    pub(crate) bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Memory(usize),
    Disk(usize),
}

impl Candidate {
    pub(crate) fn is_on_disk(&self) -> bool {
        matches!(self.place, Place::Disk(_))
    }
}

/// All states but the one that is at work.
#[derive(Debug)]
pub(crate) struct States {
    /// The last used is the last.
    memory: Vec<Kept>,
    folder: Option<Folder>,
    uses: Use,
}

#[derive(Debug)]
struct Kept {
    conversation: Option<ConversationName>,
    state: Arc<State>,
}

impl States {
    /// In memory only.
    pub(crate) fn new(uses: Use) -> Self {
        Self { memory: Vec::new(), folder: None, uses }
    }

    /// Keeps states in a folder too. Where that does not work it goes on without.
    pub(crate) fn use_folder(&mut self, cache: &StateCache, key: StateKey, interrupt: &Arc<Interrupt>) {
        match Folder::open(cache, key, interrupt) {
            Ok(folder) => self.folder = Some(folder),
            Err(error) => tracing::warn!(%error, "no states are kept on disk"),
        }
    }

    /// What the model can do with a state.
    pub(crate) fn uses(&self) -> Use {
        self.uses
    }

    /// Checks the name of a conversation that begins to work, and makes its folder. Whoever deletes the folder wants
    /// nothing more of it to be kept.
    pub(crate) fn enter(&self, conversation: Option<&str>) -> Option<ConversationName> {
        let parsed = ConversationName::parse(conversation?);
        match (&parsed, &self.folder) {
            (Some(conversation), Some(folder)) => folder.enter(conversation),
            (None, _) => tracing::warn!("the name of a conversation cannot be that of a folder"),
            _ => {}
        }
        parsed
    }

    /// The tokens of all states.
    pub(crate) fn known(&self) -> impl Iterator<Item = &[Token]> {
        let in_memory = self.memory.iter().map(|kept| kept.state.tokens.as_slice());
        let on_disk = self.folder.iter().flat_map(Folder::known);
        in_memory.chain(on_disk)
    }

    /// The state that saves most of reading `wanted`, of those with at most `room` tokens.
    pub(crate) fn best(&mut self, wanted: &[Token], room: usize) -> Option<Candidate> {
        let uses = self.uses;
        let in_memory = self.memory.iter().enumerate().map(|(index, kept)| {
            let bytes = kept.state.data.len() as u64;
            (Place::Memory(index), &kept.state.tokens, bytes)
        });
        let entries = self.folder.as_mut().map_or(&[][..], Folder::entries).iter().enumerate();
        let on_disk = entries
            .filter(|(_, entry)| entry.ready)
            .filter_map(|(index, entry)| Some((Place::Disk(index), entry.tokens.as_ref()?, entry.bytes)));
        // Of several the first: it is in memory.
        in_memory
            .chain(on_disk)
            .filter(|(_, tokens, _)| tokens.len() <= room)
            .map(|(place, tokens, bytes)| Candidate { place, usable: uses.of(tokens, wanted), bytes })
            .filter(|candidate| candidate.usable > 0)
            .reduce(|best, next| if next.usable > best.usable { next } else { best })
    }

    /// The state itself; `None` if it turns out that it cannot be had.
    pub(crate) fn fetch(&mut self, candidate: &Candidate) -> Option<Arc<State>> {
        match candidate.place {
            Place::Memory(index) => {
                let kept = self.memory.remove(index);
                let state = Arc::clone(&kept.state);
                self.memory.push(kept);
                Some(state)
            }
            Place::Disk(index) => self.folder.as_mut()?.fetch(index).map(Arc::new),
        }
    }

    /// How many tokens at the beginning of `tokens` need not be kept, because a state has them.
    pub(crate) fn held(&mut self, tokens: &[Token]) -> usize {
        let uses = self.uses;
        let in_memory = self.memory.iter().map(|kept| uses.of(&kept.state.tokens, tokens)).max().unwrap_or(0);
        in_memory.max(self.held_on_disk(tokens))
    }

    /// The same of those on disk.
    pub(crate) fn held_on_disk(&mut self, tokens: &[Token]) -> usize {
        let uses = self.uses;
        let Some(folder) = &mut self.folder else { return 0 };
        let held = |entry: &folder::Entry| match uses {
            Use::Prefix => entry.common(tokens),
            Use::Whole => entry.tokens.as_deref().map_or(0, |of_entry| uses.of(of_entry, tokens)),
        };
        folder.entries().iter().map(held).max().unwrap_or(0)
    }

    /// Whether states of this conversation go to the disk.
    pub(crate) fn goes_to_disk(&self, conversation: Option<&ConversationName>) -> bool {
        matches!((conversation, &self.folder), (Some(conversation), Some(folder)) if folder.has(conversation))
    }

    /// Whether a state of so many bytes of this conversation can be kept at all.
    pub(crate) fn has_room(&self, conversation: Option<&ConversationName>, bytes: usize) -> bool {
        if self.is_deleted(conversation) {
            return false;
        }
        let memory = memory_limit();
        bytes <= memory || (self.goes_to_disk(conversation) && bytes / 2 <= memory)
    }

    /// Keeps a state, in memory and, where there is a folder for it, on disk.
    pub(crate) fn keep(&mut self, conversation: Option<&ConversationName>, state: State) {
        if self.is_deleted(conversation) {
            self.memory.retain(|kept| kept.conversation.as_ref() != conversation);
            return;
        }
        let state = Arc::new(state);
        let uses = self.uses;
        // A longer one of the same tokens serves wherever this one did.
        let replaces =
            |tokens: &[Token]| tokens == state.tokens || (uses == Use::Prefix && state.tokens.starts_with(tokens));
        if let (Some(folder), Some(conversation)) = (&mut self.folder, conversation) {
            folder.keep(conversation, &state, replaces);
        }
        self.memory.retain(|kept| !replaces(&kept.state.tokens));
        self.memory.push(Kept { conversation: conversation.cloned(), state: Arc::clone(&state) });
        let limit = memory_limit();
        let mut taken: usize = self.memory.iter().map(|kept| kept.state.data.len()).sum();
        while taken > limit && !self.memory.is_empty() {
            taken -= self.memory.remove(0).state.data.len();
        }
    }

    /// Keeps a state in memory only: one that will be of use soon or never.
    pub(crate) fn keep_for_now(&mut self, conversation: Option<&ConversationName>, state: State) {
        let folder = self.folder.take();
        self.keep(conversation, state);
        self.folder = folder;
    }

    /// Returns once all is on disk that is to be, or `patience` is over.
    pub(crate) fn flush(&self, patience: Duration) {
        if let Some(folder) = &self.folder {
            folder.flush(patience);
        }
    }

    /// A conversation has had a folder since it entered; the app removes it with the conversation.
    fn is_deleted(&self, conversation: Option<&ConversationName>) -> bool {
        matches!((conversation, &self.folder), (Some(conversation), Some(folder)) if !folder.has(conversation))
    }
}

/// How many tokens two lists have in common at their beginning.
pub(crate) fn prefix(one: &[Token], other: &[Token]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// What states in memory may take now, in bytes.
fn memory_limit() -> usize {
    let mut system = sysinfo::System::new();
    system.refresh_memory_specifics(sysinfo::MemoryRefreshKind::nothing().with_ram());
    let mut available = system.available_memory();
    // A container may have less than the machine.
    if let Some(limits) = system.cgroup_limits().filter(|limits| limits.total_memory > 0) {
        available = available.min(limits.free_memory);
    }
    usize::try_from(available / MEMORY_SHARE).unwrap_or(usize::MAX).min(MOST_MEMORY_BYTES)
}
