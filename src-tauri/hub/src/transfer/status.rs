//! What a transfer is doing, as those see it who wait for it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Phase, Progress, Trouble,
    board::{Board, ConnectionId},
};

/// Whoever has heard something within this time is receiving, whatever the others wait for.
const LATELY: Duration = Duration::from_secs(2);

/// Written by all parts of a transfer.
pub(super) struct Status {
    /// Whose bytes count: those of the file, or of a second look at it.
    board: Mutex<Arc<Board>>,
    is_verifying: AtomicBool,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    have_begun: bool,
    doing: BTreeMap<ConnectionId, Doing>,
}

#[derive(Clone, Copy)]
enum Doing {
    /// It has heard something at this moment.
    Receiving(Instant),
    /// It tries again at this moment.
    Waiting(Trouble, Instant),
}

impl Status {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self { board: Mutex::new(board), is_verifying: AtomicBool::new(false), connections: Mutex::default() }
    }

    /// From now on the bytes of this one count.
    pub(super) fn counts(&self, board: Arc<Board>) {
        *self.board.lock().unwrap_or_else(PoisonError::into_inner) = board;
    }

    pub(super) fn heard(&self, connection: ConnectionId) {
        let mut connections = self.connections();
        connections.have_begun = true;
        connections.doing.insert(connection, Doing::Receiving(Instant::now()));
    }

    pub(super) fn waits(&self, connection: ConnectionId, trouble: Trouble, wait: Duration) {
        self.connections().doing.insert(connection, Doing::Waiting(trouble, Instant::now() + wait));
    }

    /// It has nothing to do, or is no more.
    pub(super) fn rests(&self, connection: ConnectionId) {
        self.connections().doing.remove(&connection);
    }

    pub(super) fn verifies(&self, is_verifying: bool) {
        self.is_verifying.store(is_verifying, Ordering::Relaxed);
    }

    pub(super) fn progress(&self) -> Progress {
        let received_bytes = self.board.lock().unwrap_or_else(PoisonError::into_inner).there_bytes();
        Progress { received_bytes, phase: self.phase() }
    }

    fn phase(&self) -> Phase {
        if self.is_verifying.load(Ordering::Relaxed) {
            return Phase::Verifying;
        }
        let now = Instant::now();
        let connections = self.connections();
        let doing = || connections.doing.values();
        if doing().any(|doing| matches!(doing, Doing::Receiving(at) if now.duration_since(*at) < LATELY)) {
            return Phase::Receiving;
        }
        let waits = doing().filter_map(|doing| match doing {
            Doing::Waiting(trouble, until) => Some((*trouble, *until)),
            Doing::Receiving(_) => None,
        });
        match waits.min_by_key(|(_, until)| *until) {
            Some((trouble, until)) => Phase::Waiting { trouble, retry_after: until.saturating_duration_since(now) },
            None if connections.have_begun => Phase::Receiving,
            None => Phase::Connecting,
        }
    }

    /// Held for no `await`.
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::Segments;

    fn status() -> Status {
        Status::new(Arc::new(Board::new(Segments::none(1))))
    }

    #[test]
    fn what_one_connection_waits_for_does_not_matter_while_another_receives() {
        let status = status();
        assert_eq!(status.phase(), Phase::Connecting);
        status.waits(1, Trouble::RateLimit, Duration::from_mins(10));
        assert!(matches!(status.phase(), Phase::Waiting { trouble: Trouble::RateLimit, .. }));
        status.heard(2);
        assert_eq!(status.phase(), Phase::Receiving);
        status.rests(2);
        assert!(matches!(status.phase(), Phase::Waiting { .. }));
    }

    #[test]
    fn of_several_waits_the_one_that_is_over_first_is_told() {
        let status = status();
        status.waits(1, Trouble::RateLimit, Duration::from_mins(10));
        status.waits(2, Trouble::Network, Duration::from_secs(5));
        assert!(matches!(status.phase(), Phase::Waiting { trouble: Trouble::Network, .. }));
    }

    #[test]
    fn between_two_questions_it_still_receives() {
        let status = status();
        status.heard(1);
        status.rests(1);
        assert_eq!(status.phase(), Phase::Receiving);
    }
}
