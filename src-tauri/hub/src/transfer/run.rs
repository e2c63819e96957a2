//! A transfer from its first question to the proof that it is whole.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use super::{
    Job, Journal, Progress, Segments, TransferError,
    board::Board,
    disk::Disk,
    fetch::Fetching,
    hasher::{Hasher, Verdict, spoiled},
    keeper::{Entry, keep},
    status::Status,
    writer::{Outlets, Writer},
};
use crate::connection::Connection;

/// How often it is told how far a transfer is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);
/// So often a disk may give back something else than was written before it is not trusted any more.
const SPOILED_LIMIT: u32 = 3;

/// Fetches and verifies a file. Afterwards [`Job::partial`] is whole, on the disk for good, and what the Hub says that it
/// is.
///
/// Dropping the future pauses the transfer: what the journal holds by then is not fetched again.
pub async fn run(
    connection: &Connection,
    job: &Job,
    journal: &dyn Journal,
    progress: &watch::Sender<Progress>,
) -> Result<(), TransferError> {
    let board = Arc::new(Board::new(job.segments.clone()));
    let status = Status::new(Arc::clone(&board));
    let (entries, news) = mpsc::unbounded_channel();
    let transfer = Transfer { connection, job, board, status: &status, entries };
    let transferred = async {
        // However it ends, what has come by then is written down: so the keeper goes on until nobody says anything more.
        let outcome = async { Ok(transfer.run().await) };
        let kept = async { keep(journal, news).await.map_err(TransferError::Journal) };
        let (outcome, ()) = tokio::try_join!(outcome, kept)?;
        outcome
    };
    tokio::select! {
        result = transferred => {
            tell(&status, progress);
            result
        }
        never = tell_again_and_again(&status, progress) => match never {},
    }
}

async fn tell_again_and_again(status: &Status, progress: &watch::Sender<Progress>) -> Infallible {
    let mut ticks = interval(PROGRESS_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tell(status, progress);
    }
}

fn tell(status: &Status, progress: &watch::Sender<Progress>) {
    let now = status.progress();
    progress.send_if_modified(|told| {
        let changes = *told != now;
        *told = now;
        changes
    });
}

struct Transfer<'run> {
    connection: &'run Connection,
    job: &'run Job,
    board: Arc<Board>,
    status: &'run Status,
    /// To the keeper.
    entries: mpsc::UnboundedSender<Entry>,
}

/// How often what came was not what it should be.
#[derive(Default)]
struct Doubts {
    spoiled: u32,
    has_compared: bool,
}

impl Transfer<'_> {
    async fn run(self) -> Result<(), TransferError> {
        let disk = Disk::open(&self.job.partial, self.job.expected.size_bytes, self.job.hold.clone()).await?;
        let mut hasher = Hasher::start(disk.clone(), &self.job.segments, true);
        let mut doubts = Doubts::default();
        loop {
            self.fetch_missing(&disk, &mut hasher).await?;
            self.status.verifies(true);
            // What the hasher still has to go through is in the file already.
            let (synced, verdict) = tokio::join!(disk.sync(), hasher.verdict());
            match verdict {
                Verdict::Digest(sha256) if sha256 == *self.job.expected.sha256.bytes() => return Ok(synced?),
                Verdict::Digest(_) => {
                    self.lose_what_is_wrong(&disk, &mut doubts).await?;
                    hasher = Hasher::start(disk.clone(), &self.board.segments(), false);
                }
                Verdict::Lost(segment) => self.lose(segment),
                Verdict::Unreadable(error) => return Err(error.into()),
            }
            self.status.verifies(false);
        }
    }

    /// Until every segment is in the file.
    async fn fetch_missing(&self, disk: &Disk, hasher: &mut Hasher) -> Result<(), TransferError> {
        let outlets = Outlets { disk: disk.clone(), hasher: hasher.feed(), entries: self.entries.clone() };
        let mut writer = Writer::start(Arc::clone(&self.board), Some(outlets));
        let fetching = self.fetching(&self.board, &writer);
        let fetched = fetching.run();
        tokio::pin!(fetched);
        loop {
            tokio::select! {
                fetched = &mut fetched => return fetched,
                error = writer.failed() => return Err(error.into()),
                segment = hasher.lost() => self.lose(segment?),
            }
        }
    }

    fn lose(&self, segment: u32) {
        tracing::warn!(segment, "a segment is not what it was and is fetched again");
        // First the journal: whoever takes the segment now may have brought it a moment later.
        self.entries.send(Entry::Lost(segment)).ok();
        self.board.lose(segment);
    }

    /// All has come, and the whole is not what it should be: gives up the segments that are wrong.
    async fn lose_what_is_wrong(&self, disk: &Disk, doubts: &mut Doubts) -> Result<(), TransferError> {
        let mut wrong = spoiled(disk, &self.board.segments()).await?;
        if !wrong.is_empty() {
            doubts.spoiled += 1;
            if doubts.spoiled > SPOILED_LIMIT {
                return Err(io::Error::other("the disk gives back other bytes than were written").into());
            }
        } else if doubts.has_compared {
            return Err(TransferError::Corrupt);
        } else {
            // Somewhere on the way the bytes were changed. Where, only a second look can tell.
            doubts.has_compared = true;
            self.status.verifies(false);
            wrong = self.what_differs().await?;
        }
        for segment in wrong {
            self.lose(segment);
        }
        Ok(())
    }

    /// Fetches everything once more without writing it, and finds out which segments were something else the first time.
    ///
    /// The Hub announces one digest for the whole file, so this is the only way to find a few wrong bytes, and the only
    /// case in which anything is fetched twice. Over an encrypted connection it takes a fault in the store itself.
    async fn what_differs(&self) -> Result<Vec<u32>, TransferError> {
        let again = Arc::new(Board::new(Segments::none(self.job.expected.size_bytes)));
        self.status.counts(Arc::clone(&again));
        let writer = Writer::start(Arc::clone(&again), None);
        self.fetching(&again, &writer).run().await?;
        self.status.counts(Arc::clone(&self.board));
        let (first, second) = (self.board.segments(), again.segments());
        let differing: Vec<u32> = first.numbers().filter(|s| first.crc32(*s) != second.crc32(*s)).collect();
        // Twice the same: it is what the server has.
        if differing.is_empty() { Err(TransferError::Corrupt) } else { Ok(differing) }
    }

    fn fetching(&self, board: &Arc<Board>, writer: &Writer) -> Fetching<'_> {
        Fetching::new(self.connection, self.job, Arc::clone(board), writer.inlet(), self.status)
    }
}
