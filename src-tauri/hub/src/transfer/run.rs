//! A transfer from its first question to the proof that it is whole.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::{Duration, Instant},
};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use super::{
    Job, Journal, Progress, SegmentDone, Segments, TransferError,
    board::Board,
    disk::Disk,
    fetch::{Fetcher, Fetching, Sink},
    hasher::{Hasher, Verdict},
    status::Status,
};
use crate::connection::Connection;

/// How often it is told how far a transfer is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);
/// How often it is considered whether more connections help.
const RAMP_INTERVAL: Duration = Duration::from_millis(300);
/// Twice the connections must bring so many times the bytes to be worth while.
const RAMP_GAIN: f64 = 1.25;
/// When they have not, they may do later: the network of a train is another after each tunnel.
const RAMP_REST: Duration = Duration::from_secs(10);

/// Fetches and verifies a file. Afterwards [`Job::partial`] is whole, on the disk for good, and what the Hub says that it is.
///
/// Dropping the future pauses the transfer: what the journal holds by then is not fetched again.
pub async fn run(
    connection: &Connection,
    job: &Job,
    journal: &dyn Journal,
    progress: &watch::Sender<Progress>,
) -> Result<(), TransferError> {
    let board = Board::new(job.segments.clone());
    let status = Status::default();
    let transfer = Transfer { connection, job, journal, board: &board, status: &status };
    tokio::select! {
        result = transfer.run() => {
            tell(&board, &status, progress);
            result
        }
        never = tell_again_and_again(&board, &status, progress) => match never {},
    }
}

async fn tell_again_and_again(
    board: &Board,
    status: &Status,
    progress: &watch::Sender<Progress>,
) -> std::convert::Infallible {
    let mut ticks = interval(PROGRESS_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tell(board, status, progress);
    }
}

fn tell(board: &Board, status: &Status, progress: &watch::Sender<Progress>) {
    let now = Progress { received_bytes: board.there_bytes(), phase: status.phase() };
    progress.send_if_modified(|told| {
        let changes = *told != now;
        *told = now;
        changes
    });
}

struct Transfer<'run> {
    connection: &'run Connection,
    job: &'run Job,
    journal: &'run dyn Journal,
    board: &'run Board,
    status: &'run Status,
}

impl Transfer<'_> {
    async fn run(&self) -> Result<(), TransferError> {
        let disk = Disk::open(&self.job.partial, self.job.expected.size_bytes).await?;
        let mut hasher = Hasher::start(disk.clone(), &self.job.segments);
        let mut has_compared = false;
        loop {
            self.fetch_missing(&disk, &mut hasher).await?;
            self.status.verifies(true);
            let verdict = hasher.verdict().await;
            match verdict {
                Verdict::Digest(sha256) if sha256 == *self.job.expected.sha256.bytes() => {
                    return Ok(disk.sync().await?);
                }
                // Somewhere on the way the bytes were changed. Where, only a second look can tell.
                Verdict::Digest(_) if !has_compared => {
                    has_compared = true;
                    self.lose_what_differs().await?;
                    hasher = Hasher::start(disk.clone(), &self.board.segments());
                }
                Verdict::Digest(_) => return Err(TransferError::Corrupt),
                Verdict::Lost(segment) => self.lose(segment).await?,
                Verdict::Unreadable(error) => return Err(error.into()),
            }
            self.status.verifies(false);
        }
    }

    /// Until every segment is in the file and in the journal.
    async fn fetch_missing(&self, disk: &Disk, hasher: &mut Hasher) -> Result<(), TransferError> {
        let (finished, news) = mpsc::unbounded_channel();
        let fetching = self.fetching(self.board, Sink::File { disk, finished });
        let keeper = self.keep(disk, news, hasher.news());
        tokio::pin!(keeper);
        {
            let fetchers = fetch(&fetching);
            tokio::pin!(fetchers);
            loop {
                tokio::select! {
                    fetched = &mut fetchers => break fetched?,
                    // It ends by itself only when it cannot go on.
                    kept = &mut keeper => return kept,
                    segment = hasher.lost() => self.lose(segment?).await?,
                }
            }
        }
        drop(fetching);
        keeper.await
    }

    /// Sees finished segments to the disk, and only then into the journal: those that finish meanwhile go together.
    async fn keep(
        &self,
        disk: &Disk,
        mut news: mpsc::UnboundedReceiver<SegmentDone>,
        hasher: mpsc::UnboundedSender<SegmentDone>,
    ) -> Result<(), TransferError> {
        let mut segments = Vec::new();
        while news.recv_many(&mut segments, usize::MAX).await > 0 {
            for done in &segments {
                hasher.send(*done).ok();
            }
            disk.sync().await?;
            self.journal.done(&segments).await?;
            segments.clear();
        }
        Ok(())
    }

    async fn lose(&self, segment: u32) -> Result<(), TransferError> {
        tracing::warn!(segment, "a segment is not what it was and is fetched again");
        self.journal.lost(segment).await?;
        self.board.lose(segment);
        Ok(())
    }

    /// Fetches everything once more without writing it, and gives up those segments that were something else the first time.
    ///
    /// The Hub announces one digest for the whole file, so this is the only way to find a few wrong bytes, and the only
    /// case in which anything is fetched twice. Over an encrypted connection it takes a fault in the store itself.
    async fn lose_what_differs(&self) -> Result<(), TransferError> {
        let again = Board::new(Segments::none(self.job.expected.size_bytes));
        fetch(&self.fetching(&again, Sink::Compare)).await?;
        let (first, second) = (self.board.segments(), again.segments());
        let differing: Vec<u32> = first.numbers().filter(|s| first.crc32(*s) != second.crc32(*s)).collect();
        if differing.is_empty() {
            // Twice the same: it is what the server has.
            return Err(TransferError::Corrupt);
        }
        for segment in differing {
            self.lose(segment).await?;
        }
        Ok(())
    }

    fn fetching<'run>(&'run self, board: &'run Board, sink: Sink<'run>) -> Fetching<'run> {
        Fetching {
            connection: self.connection,
            job: self.job,
            board,
            sink,
            status: self.status,
            useless: AtomicU32::new(0),
            ranges_work: AtomicBool::new(false),
            is_sequential: AtomicBool::new(false),
        }
    }
}

/// With as many connections as help, until nothing is missing.
async fn fetch(fetching: &Fetching<'_>) -> Result<(), TransferError> {
    let mut fetchers = FuturesUnordered::new();
    fetchers.push(Fetcher::new(fetching).run());
    let mut ramp = Ramp::new(fetching.board.received_bytes());
    let mut ticks = interval(RAMP_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            ended = fetchers.next() => match ended {
                Some(result) => result?,
                // The one that took the whole file alone may have met with trouble just when the others had left.
                None if fetching.board.has_free() => fetchers.push(Fetcher::new(fetching).run()),
                None => return Ok(()),
            },
            _ = ticks.tick() => {
                let wanted = ramp.wanted(fetchers.len(), fetching.board.received_bytes());
                let most = usize::try_from(fetching.job.connections).unwrap_or(usize::MAX);
                while fetchers.len() < wanted.min(most)
                    && fetching.board.has_free()
                    && !fetching.is_sequential.load(Ordering::Relaxed)
                {
                    fetchers.push(Fetcher::new(fetching).run());
                }
            }
        }
    }
}

/// Finds out how many connections help, by doubling them as long as that brings more.
struct Ramp {
    measured_at: Instant,
    received_bytes: u64,
    best_rate: f64,
    rests_until: Option<Instant>,
}

impl Ramp {
    fn new(received_bytes: u64) -> Self {
        Self { measured_at: Instant::now(), received_bytes, best_rate: 0.0, rests_until: None }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    fn wanted(&mut self, connections: usize, received_bytes: u64) -> usize {
        let now = Instant::now();
        let seconds = now.duration_since(self.measured_at).as_secs_f64();
        if seconds < RAMP_INTERVAL.as_secs_f64() / 2.0 {
            return connections;
        }
        let rate = (received_bytes - self.received_bytes) as f64 / seconds;
        (self.measured_at, self.received_bytes) = (now, received_bytes);
        // While nothing comes, more connections are no help.
        if rate == 0.0 || self.rests_until.is_some_and(|until| now < until) {
            return connections;
        }
        if rate > self.best_rate * RAMP_GAIN {
            self.best_rate = rate;
            self.rests_until = None;
            return connections * 2;
        }
        self.best_rate = rate;
        self.rests_until = Some(now + RAMP_REST);
        connections
    }
}
