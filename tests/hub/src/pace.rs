//! How fast a connection is.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// What one connection may send, in bytes per second; 0 is no limit. All connections share it, each has its own clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct SpeedLimit(Arc<AtomicU64>);

impl SpeedLimit {
    pub(crate) fn set(&self, bytes_per_second: Option<u64>) {
        self.0.store(bytes_per_second.unwrap_or(0), Ordering::Relaxed);
    }

    fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&limit| limit > 0)
    }
}

/// The clock of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    limit: SpeedLimit,
    free_at: Arc<Mutex<Instant>>,
}

impl Pace {
    pub(crate) fn of(limit: SpeedLimit) -> Self {
        Self { limit, free_at: Arc::new(Mutex::new(Instant::now())) }
    }

    /// As much as is sent at once: a twentieth of a second's worth, so that a limited connection flows.
    pub(crate) fn piece_bytes(&self, at_most: u64) -> u64 {
        self.limit.get().map_or(at_most, |limit| at_most.min((limit / 20).max(512)))
    }

    /// Notes that `bytes` are sent, and returns when the next may be.
    pub(crate) fn spend(&self, bytes: u64) -> Option<Instant> {
        let limit = self.limit.get()?;
        let mut free_at = self.free_at.lock().expect("nobody panics with it");
        let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(limit);
        let cost = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        *free_at = (*free_at).max(Instant::now()) + cost;
        Some(*free_at)
    }
}
