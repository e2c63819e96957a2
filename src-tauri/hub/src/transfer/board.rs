//! Which segments are missing, taken and done: what all parts of a transfer share.

use std::{
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::segments::{Segments, length};

/// What remains to be fetched of a segment that somebody has begun.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) segment: u32,
    pub(super) range: Range<u64>,
}

pub(super) struct Board {
    state: Mutex<State>,
    /// Bytes of segments that are not done.
    begun_bytes: AtomicU64,
    /// Bytes received since the beginning, whether they were of use or not.
    received_bytes: AtomicU64,
    /// Something is missing again, or nothing is any more.
    changed: Notify,
}

struct State {
    segments: Segments,
    taken: Vec<u32>,
}

impl Board {
    pub(super) fn new(segments: Segments) -> Self {
        Self {
            state: Mutex::new(State { segments, taken: Vec::new() }),
            begun_bytes: AtomicU64::new(0),
            received_bytes: AtomicU64::new(0),
            changed: Notify::new(),
        }
    }

    /// The first segment that is missing and not taken; waits while there is none but may be one again. `None` once
    /// all are done.
    pub(super) async fn take(&self) -> Option<Piece> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state();
                if state.segments.are_complete() {
                    return None;
                }
                let mut numbers = state.segments.numbers();
                let free = numbers.find(|s| state.segments.crc32(*s).is_none() && !state.taken.contains(s));
                if let Some(segment) = free {
                    state.taken.push(segment);
                    return Some(Piece { segment, range: state.segments.range(segment) });
                }
            }
            changed.await;
        }
    }

    /// This segment, if it is missing and not taken.
    pub(super) fn take_this(&self, segment: u32) -> Option<Piece> {
        let mut state = self.state();
        if state.segments.crc32(segment).is_some() || state.taken.contains(&segment) {
            return None;
        }
        state.taken.push(segment);
        Some(Piece { segment, range: state.segments.range(segment) })
    }

    /// Whether somebody could take a segment now.
    pub(super) fn has_free(&self) -> bool {
        let state = self.state();
        let mut numbers = state.segments.numbers();
        numbers.any(|segment| state.segments.crc32(segment).is_none() && !state.taken.contains(&segment))
    }

    /// The segment is in the file.
    pub(super) fn finish(&self, segment: u32, crc32: u32) {
        let mut state = self.state();
        state.taken.retain(|taken| *taken != segment);
        state.segments.set(segment, Some(crc32));
        self.begun_bytes.fetch_sub(length(&state.segments.range(segment)), Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// Somebody else may take it; `begun_bytes` of it count no longer.
    pub(super) fn give_back(&self, segment: u32, begun_bytes: u64) {
        self.state().taken.retain(|taken| *taken != segment);
        self.begun_bytes.fetch_sub(begun_bytes, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// It was done, and is not what it was.
    pub(super) fn lose(&self, segment: u32) {
        self.state().segments.set(segment, None);
        self.changed.notify_waiters();
    }

    pub(super) fn count(&self, bytes: u64) {
        self.begun_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.received_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes of the file that are there.
    pub(super) fn there_bytes(&self) -> u64 {
        self.state().segments.done_bytes() + self.begun_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn received_bytes(&self) -> u64 {
        self.received_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn segments(&self) -> Segments {
        self.state().segments.clone()
    }

    /// Held for no `await`.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
