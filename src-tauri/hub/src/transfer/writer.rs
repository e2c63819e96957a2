//! Puts what the connections bring into the file, in a thread of its own, and notices when a segment is whole.
//!
//! The connections hand their bytes over as they come and go on receiving while the disk works. What is on its way
//! between them is bounded: a slow disk slows the connections.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{
    board::Board,
    disk::Disk,
    hasher::Feed,
    keeper::Entry,
    segments::{SegmentDone, Segments},
};

/// Most that waits for the disk: enough for a disk that hesitates, little beside the memory of any computer.
const WAITING_BYTES: usize = 4 << 20;
/// The unit in which it is counted.
const UNIT_BYTES: usize = 4 << 10;
/// After so much, or so long, what was written is brought to the disk.
const SYNC_BYTES: u64 = 32 << 20;
const SYNC_INTERVAL: Duration = Duration::from_secs(2);

/// Where bytes go and who is told.
pub(super) struct Outlets {
    pub(super) disk: Disk,
    pub(super) hasher: Feed,
    pub(super) entries: mpsc::UnboundedSender<Entry>,
}

/// A writer at work. When this is dropped it ends once it has written what it was given.
pub(super) struct Writer {
    pieces: mpsc::UnboundedSender<Piece>,
    room: Arc<Semaphore>,
    failure: oneshot::Receiver<io::Error>,
}

/// For connections to hand their bytes over.
#[derive(Clone)]
pub(super) struct Inlet {
    pieces: mpsc::UnboundedSender<Piece>,
    room: Arc<Semaphore>,
}

struct Piece {
    segment: u32,
    /// Of its first byte, in the file.
    at: u64,
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Writer {
    /// Without outlets it writes nothing and only finds out what each segment gives.
    pub(super) fn start(board: Arc<Board>, outlets: Option<Outlets>) -> Self {
        let (pieces, handed_over) = mpsc::unbounded_channel();
        let (failed, failure) = oneshot::channel();
        let room = Arc::new(Semaphore::new(WAITING_BYTES / UNIT_BYTES));
        let is_syncing = Arc::new(AtomicBool::new(false));
        let segments = board.segments();
        let work = Work {
            board,
            segments,
            outlets,
            crcs: BTreeMap::new(),
            unsynced_bytes: 0,
            synced_at: Instant::now(),
            is_syncing,
        };
        tokio::task::spawn_blocking(move || {
            if let Err(error) = work.run(handed_over) {
                // Nobody listens to a transfer that was ended.
                failed.send(error).ok();
            }
        });
        Self { pieces, room, failure }
    }

    pub(super) fn inlet(&self) -> Inlet {
        Inlet { pieces: self.pieces.clone(), room: Arc::clone(&self.room) }
    }

    /// What the disk says that ends the transfer, if ever. Dropping the future loses nothing.
    pub(super) async fn failed(&mut self) -> io::Error {
        match (&mut self.failure).await {
            Ok(error) => error,
            // It ends without one only when nobody can hand over anything any more.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Inlet {
    /// Hands bytes of a segment over, those before them having been. Dropping the future hands over nothing.
    pub(super) async fn put(&self, segment: u32, at: u64, bytes: Bytes) {
        let units = bytes.len().div_ceil(UNIT_BYTES).clamp(1, WAITING_BYTES / UNIT_BYTES);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(units).await;
        let Ok(room) = room else { return std::future::pending().await };
        if self.pieces.send(Piece { segment, at, bytes, _room: room }).is_err() {
            // The writer has failed, and that ends the transfer.
            std::future::pending::<()>().await;
        }
    }
}

/// What the thread holds.
struct Work {
    board: Arc<Board>,
    segments: Segments,
    outlets: Option<Outlets>,
    /// Of the segments that have begun.
    crcs: BTreeMap<u32, crc32fast::Hasher>,
    unsynced_bytes: u64,
    synced_at: Instant,
    is_syncing: Arc<AtomicBool>,
}

impl Work {
    fn run(mut self, mut pieces: mpsc::UnboundedReceiver<Piece>) -> io::Result<()> {
        while let Some(piece) = pieces.blocking_recv() {
            self.take_in(piece)?;
        }
        Ok(())
    }

    fn take_in(&mut self, Piece { segment, at, bytes, _room }: Piece) -> io::Result<()> {
        let end = at + bytes.len() as u64;
        let crc = self.crcs.entry(segment).or_default();
        crc.update(&bytes);
        let done = (end == self.segments.range(segment).end).then(|| crc.clone().finalize());
        if let Some(outlets) = &mut self.outlets {
            outlets.disk.write_all_at(&bytes, at)?;
            outlets.hasher.pass(at, bytes);
        }
        if let Some(crc32) = done {
            self.crcs.remove(&segment);
            if let Some(outlets) = &self.outlets {
                // Whoever no longer listens is ending the transfer.
                outlets.hasher.done(segment);
                outlets.entries.send(Entry::Done(SegmentDone { segment, crc32 })).ok();
            }
            self.board.finish(segment, crc32);
        }
        self.sync_from_time_to_time(end - at);
        Ok(())
    }

    fn sync_from_time_to_time(&mut self, written_bytes: u64) {
        self.unsynced_bytes += written_bytes;
        let Some(outlets) = &self.outlets else { return };
        let is_time = self.unsynced_bytes >= SYNC_BYTES || self.synced_at.elapsed() >= SYNC_INTERVAL;
        if is_time && !self.is_syncing.swap(true, Ordering::AcqRel) {
            outlets.disk.begin_sync(Syncing(Arc::clone(&self.is_syncing)));
            (self.unsynced_bytes, self.synced_at) = (0, Instant::now());
        }
    }
}

/// A sync that goes on.
struct Syncing(Arc<AtomicBool>);

impl Drop for Syncing {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
