//! Which segments are missing, on their way and done, and who brings them: what all parts of a transfer share.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{
    pace::Pace,
    segments::{Segments, length},
};

/// Most that is asked for at once. The hasher goes through the file from its beginning: what is fetched far ahead of it
/// is read back from the disk.
const LONGEST_RUN_BYTES: u64 = 128 << 20;

/// A number for each connection of a transfer; none is given twice.
pub(super) type ConnectionId = u32;

/// Bytes to be asked for at once: what is missing of one segment, and whole ones that follow it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) bytes: Range<u64>,
    /// The first segment of it.
    pub(super) segment: u32,
    /// Told when somebody else is to bring them.
    pub(super) revoked: Arc<Notify>,
}

pub(super) struct Board {
    state: Mutex<State>,
    /// Something is missing again, or nothing is any more, or somebody is to leave.
    changed: Notify,
}

struct State {
    segments: Segments,
    /// Of segments that are not done: how many of their first bytes have come.
    received: BTreeMap<u32, u64>,
    /// Bytes that have come since the beginning.
    arrived_bytes: u64,
    /// Who brings what.
    works: BTreeMap<ConnectionId, Work>,
    paces: BTreeMap<ConnectionId, Pace>,
    /// These are to leave.
    dismissed: BTreeSet<ConnectionId>,
    /// What is missing is shared out in so many parts.
    parts: u64,
}

struct Work {
    /// The segment that comes, and those that are to follow it.
    open: Range<u32>,
    revoked: Arc<Notify>,
}

impl Work {
    /// Whether there is enough for two: beside the segment that comes, one for each.
    fn can_be_split(&self) -> bool {
        self.open.len() > 2
    }
}

impl Board {
    pub(super) fn new(segments: Segments) -> Self {
        let state = State {
            segments,
            received: BTreeMap::new(),
            arrived_bytes: 0,
            works: BTreeMap::new(),
            paces: BTreeMap::new(),
            dismissed: BTreeSet::new(),
            parts: 1,
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// What is missing is shared out in so many parts: a connection that comes later is to find something.
    pub(super) fn share_among(&self, parts: usize) {
        self.state().parts = u64::try_from(parts).unwrap_or(u64::MAX).max(1);
    }

    /// A new connection.
    pub(super) fn join(&self, connection: ConnectionId) {
        self.state().paces.insert(connection, Pace::default());
    }

    /// The first bytes that are missing and that nobody brings, or else a part of what another one has before it; waits
    /// while there are none but may be again. `None` once all are there, or when this connection is to leave.
    pub(super) async fn take(&self, connection: ConnectionId) -> Option<Run> {
        self.once(|state| {
            if state.segments.are_complete() || state.dismissed.contains(&connection) {
                return Some(None);
            }
            state.take(connection).map(Some)
        })
        .await
    }

    /// This segment, if it is missing and nobody brings it: how many of its bytes are there.
    pub(super) fn claim(&self, connection: ConnectionId, segment: u32) -> Option<u64> {
        let mut state = self.state();
        if !state.is_free(segment) {
            return None;
        }
        state.begin(connection, segment..segment + 1);
        Some(state.received_of(segment))
    }

    /// So many more bytes of a segment have come.
    pub(super) fn count(&self, connection: ConnectionId, segment: u32, bytes: u64) {
        let mut state = self.state();
        *state.received.entry(segment).or_default() += bytes;
        state.arrived_bytes += bytes;
        if let Some(pace) = state.paces.get_mut(&connection) {
            pace.count(bytes);
        }
    }

    /// A segment has come whole. The next one of the run, if there is one.
    pub(super) fn go_on(&self, connection: ConnectionId) -> Option<u32> {
        let mut state = self.state();
        let work = state.works.get_mut(&connection)?;
        work.open.start += 1;
        (!work.open.is_empty()).then_some(work.open.start)
    }

    /// Whoever likes may bring what is still missing of its run. What has come of it is not asked for again.
    pub(super) fn release(&self, connection: ConnectionId) {
        let mut state = self.state();
        if state.works.remove(&connection).is_some()
            && let Some(pace) = state.paces.get_mut(&connection)
        {
            pace.rest(Instant::now());
        }
        self.changed.notify_waiters();
    }

    /// The connection is no more.
    pub(super) fn leave(&self, connection: ConnectionId) {
        self.release(connection);
        let mut state = self.state();
        state.paces.remove(&connection);
        state.dismissed.remove(&connection);
    }

    /// The newest connections leave, so that no more than so many stay.
    pub(super) fn keep(&self, connections: usize) {
        let mut state = self.state();
        let newest: Vec<ConnectionId> = state.paces.keys().copied().skip(connections).collect();
        for connection in newest {
            state.dismissed.insert(connection);
            if let Some(work) = state.works.get(&connection) {
                work.revoked.notify_one();
            }
        }
        self.changed.notify_waiters();
    }

    /// Takes their runs from those that are far slower than the others.
    pub(super) fn revoke_slow(&self, window: Duration) {
        let now = Instant::now();
        let mut state = self.state();
        let working: Vec<ConnectionId> = state.works.keys().copied().collect();
        for connection in working {
            let others: Vec<f64> = state
                .paces
                .iter()
                .filter(|(other, _)| **other != connection)
                .filter_map(|(_, pace)| pace.bytes_per_second())
                .collect();
            let Some(pace) = state.paces.get_mut(&connection) else { continue };
            if pace.measure(now, window) && pace.is_far_below(&others) {
                tracing::debug!(connection, "a connection is far slower than the others");
                if let Some(work) = state.works.get(&connection) {
                    work.revoked.notify_one();
                }
            }
        }
    }

    /// Whether somebody could take something now.
    pub(super) fn has_work(&self) -> bool {
        let state = self.state();
        state.free().next().is_some() || state.works.values().any(Work::can_be_split)
    }

    /// The segment is in the file.
    pub(super) fn finish(&self, segment: u32, crc32: u32) {
        let mut state = self.state();
        state.received.remove(&segment);
        state.segments.set(segment, Some(crc32));
        if state.segments.are_complete() {
            self.changed.notify_waiters();
        }
    }

    /// It was done, and is not what it was.
    pub(super) fn lose(&self, segment: u32) {
        self.state().segments.set(segment, None);
        self.changed.notify_waiters();
    }

    /// Resolves once every segment is in the file.
    pub(super) async fn completed(&self) {
        self.once(|state| state.segments.are_complete().then_some(())).await;
    }

    /// Bytes of the file that are there.
    pub(super) fn there_bytes(&self) -> u64 {
        let state = self.state();
        state.segments.done_bytes() + state.received.values().sum::<u64>()
    }

    pub(super) fn arrived_bytes(&self) -> u64 {
        self.state().arrived_bytes
    }

    pub(super) fn segments(&self) -> Segments {
        self.state().segments.clone()
    }

    /// Looks again after each change, until there is something to be found.
    async fn once<T>(&self, mut find: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = find(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }

    /// Held for no `await`.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, connection: ConnectionId) -> Option<Run> {
        let free = self.free().next();
        let (first, most) = match free {
            Some(first) => {
                let free_bytes: u64 = self.free().map(|segment| self.missing_of(segment)).sum();
                (first, (free_bytes / self.parts).min(LONGEST_RUN_BYTES))
            }
            None => (self.split()?, LONGEST_RUN_BYTES),
        };
        let mut run_bytes = self.missing_of(first);
        let mut end = first + 1;
        // What has come of a segment is not asked for again, so a run goes through whole ones only.
        while self.is_free(end) && self.received_of(end) == 0 && run_bytes + self.missing_of(end) <= most {
            run_bytes += self.missing_of(end);
            end += 1;
        }
        let start = self.segments.range(first).start + self.received_of(first);
        let revoked = self.begin(connection, first..end);
        Some(Run { bytes: start..start + run_bytes, segment: first, revoked })
    }

    /// Nobody is to be idle while another one has much before it: takes the later half of what the one with the longest
    /// run has not begun. Returns the first segment of it.
    fn split(&mut self) -> Option<u32> {
        let longest = self.works.values_mut().max_by_key(|work| work.open.len()).filter(|work| work.can_be_split())?;
        let half = (longest.open.start + 1 + longest.open.end).div_ceil(2);
        longest.open.end = half;
        Some(half)
    }

    fn free(&self) -> impl Iterator<Item = u32> {
        self.segments.numbers().filter(|segment| self.is_free(*segment))
    }

    fn begin(&mut self, connection: ConnectionId, open: Range<u32>) -> Arc<Notify> {
        let revoked = Arc::new(Notify::new());
        self.works.insert(connection, Work { open, revoked: Arc::clone(&revoked) });
        self.paces.entry(connection).or_default().begin(Instant::now());
        revoked
    }

    /// Missing, and nobody brings it. What has come whole is on its way to the disk.
    fn is_free(&self, segment: u32) -> bool {
        self.segments.numbers().contains(&segment)
            && self.segments.crc32(segment).is_none()
            && self.missing_of(segment) > 0
            && !self.works.values().any(|work| work.open.contains(&segment))
    }

    fn received_of(&self, segment: u32) -> u64 {
        self.received.get(&segment).copied().unwrap_or_default()
    }

    fn missing_of(&self, segment: u32) -> u64 {
        length(&self.segments.range(segment)) - self.received_of(segment)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn board(mebibytes: u64) -> Board {
        Board::new(Segments::none(mebibytes * MIB))
    }

    fn take(board: &Board, connection: ConnectionId) -> Option<Run> {
        board.take(connection).now_or_never().flatten()
    }

    #[test]
    fn what_is_missing_is_shared_out_and_nothing_is_asked_for_twice() {
        let board = board(16);
        board.share_among(2);
        assert_eq!(take(&board, 0).expect("half").bytes, 0..8 * MIB);
        assert_eq!(take(&board, 1).expect("half of the rest").bytes, 8 * MIB..12 * MIB);
        board.share_among(100);
        assert_eq!(take(&board, 2).expect("at least a segment").bytes, 12 * MIB..13 * MIB);
    }

    #[test]
    fn whoever_goes_on_with_a_segment_asks_for_the_rest_of_it() {
        let board = board(4);
        assert_eq!(take(&board, 0).expect("all").bytes, 0..4 * MIB);
        board.count(0, 0, MIB);
        assert_eq!(board.go_on(0), Some(1));
        board.count(0, 1, 1000);
        board.release(0);
        let rest = take(&board, 1).expect("the rest");
        assert_eq!((rest.segment, rest.bytes), (1, MIB + 1000..4 * MIB));
        assert_eq!(board.there_bytes(), MIB + 1000);
    }

    #[test]
    fn a_run_ends_where_another_one_has_begun() {
        let board = board(6);
        assert_eq!(board.claim(7, 3), Some(0));
        assert_eq!(take(&board, 0).expect("up to there").bytes, 0..3 * MIB);
        board.count(7, 3, 5);
        board.release(7);
        assert_eq!(board.claim(7, 5), Some(0));
        assert_eq!(take(&board, 1).expect("the rest of it").bytes, 3 * MIB + 5..5 * MIB);
    }

    #[test]
    fn what_has_come_and_is_not_written_yet_is_nobodys_to_take() {
        let board = board(1);
        take(&board, 0).expect("all");
        board.count(0, 0, MIB);
        assert_eq!(board.go_on(0), None);
        board.release(0);
        assert!(!board.has_work() && take(&board, 1).is_none());
        assert!(board.completed().now_or_never().is_none());
        board.finish(0, 7);
        assert!(board.completed().now_or_never().is_some());
    }

    #[test]
    fn whoever_is_idle_takes_the_later_half_of_the_longest_run() {
        let board = board(9);
        assert_eq!(take(&board, 0).expect("all").bytes, 0..9 * MIB);
        assert!(board.has_work());
        let taken = take(&board, 1).expect("half of what has not begun");
        assert_eq!((taken.segment, taken.bytes), (5, 5 * MIB..9 * MIB));
        assert_eq!(take(&board, 2).expect("the longest is the first one's again").bytes, 3 * MIB..5 * MIB);
        for segment in 0..3 {
            board.count(0, segment, MIB);
            assert_eq!(board.go_on(0), (segment < 2).then_some(segment + 1), "it ends where the other has begun");
        }
    }

    #[test]
    fn one_segment_for_each_is_split_no_further() {
        let board = board(2);
        assert_eq!(take(&board, 0).expect("all").bytes, 0..2 * MIB);
        assert!(!board.has_work() && take(&board, 1).is_none());
    }

    #[test]
    fn the_newest_connections_leave_first() {
        let board = board(8);
        board.share_among(4);
        let runs: Vec<Run> = (0..3).map(|connection| take(&board, connection).expect("some")).collect();
        board.keep(2);
        assert!(runs[2].revoked.notified().now_or_never().is_some());
        assert!(runs[1].revoked.notified().now_or_never().is_none());
        assert!(matches!(board.take(2).now_or_never(), Some(None)), "there is nothing for it any more");
    }
}
