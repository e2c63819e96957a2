//! What a transfer is doing, as those see it who wait for it.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Phase, Trouble};

/// Written by all fetchers.
#[derive(Debug, Default)]
pub(super) struct Status {
    has_begun: AtomicBool,
    is_verifying: AtomicBool,
    is_waiting: AtomicBool,
    waiting: Mutex<Option<(Trouble, Instant)>>,
}

impl Status {
    /// Bytes have come over one of the connections; what the others wait for does not matter.
    pub(super) fn heard(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
        self.is_waiting.store(false, Ordering::Relaxed);
    }

    pub(super) fn waits(&self, trouble: Trouble, wait: Duration) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some((trouble, Instant::now() + wait));
        self.is_waiting.store(true, Ordering::Relaxed);
    }

    pub(super) fn verifies(&self, is_verifying: bool) {
        self.is_verifying.store(is_verifying, Ordering::Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        if self.is_verifying.load(Ordering::Relaxed) {
            return Phase::Verifying;
        }
        let waiting = *self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.filter(|_| self.is_waiting.load(Ordering::Relaxed)) {
            Some((trouble, until)) => {
                Phase::Waiting { trouble, retry_after: until.saturating_duration_since(Instant::now()) }
            }
            None if self.has_begun.load(Ordering::Relaxed) => Phase::Receiving,
            None => Phase::Connecting,
        }
    }
}
