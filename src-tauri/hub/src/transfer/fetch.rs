//! Fetching what is missing: each connection takes a run of segments, asks for it, hands over what comes, and goes on
//! where it broke.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes as Chunk;
use futures::{StreamExt, stream::FuturesUnordered};
use reqwest::Response;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use url::Url;

use super::{
    Job, TransferError, Trouble,
    backoff::Backoff,
    board::{Board, ConnectionId, Run},
    ramp::{RAMP_INTERVAL, Ramp},
    remote,
    reply::{self, Bytes, Miss},
    segments::Segments,
    status::Status,
    writer::Inlet,
};
use crate::{
    connection::{Connection, Question, Reached},
    error::HubError,
};

/// So many useless replies in a row, over all connections, and it is the server's way, not an accident.
const USELESS_LIMIT: u32 = 40;
/// So many whole files in a row instead of a range.
const WHOLE_LIMIT: u32 = 3;
/// How slow a connection is beside the others is seen in this part of the time that one may say nothing at all, ...
const SLOW_SHARE: u32 = 6;
/// ... but not in less.
const SHORTEST_SLOW: Duration = Duration::from_secs(1);

/// What all connections of a transfer have in common.
pub(super) struct Fetching<'run> {
    connection: &'run Connection,
    job: &'run Job,
    board: Arc<Board>,
    inlet: Inlet,
    status: &'run Status,
    segments: Segments,
    /// Where the bytes are, once one connection has found out.
    location: Mutex<Option<Url>>,
    /// Useless replies in a row.
    useless: AtomicU32,
    /// The server has sent a range at least once.
    ranges_work: AtomicBool,
    /// The server sends nothing but the whole file, and somebody is taking it.
    is_sequential: AtomicBool,
}

/// One connection.
struct Fetcher<'run> {
    shared: &'run Fetching<'run>,
    id: ConnectionId,
    backoff: Backoff,
    /// Whole files in a row.
    whole: u32,
}

/// How an attempt at a run has ended.
enum Attempt {
    /// All of it has come, or somebody else is to go on with it.
    Over,
    /// Something has come in its place, or it broke off.
    Missed(Miss),
    /// The server sends only whole files; this one has begun.
    OnlyWhole(Response),
}

impl<'run> Fetching<'run> {
    pub(super) fn new(
        connection: &'run Connection,
        job: &'run Job,
        board: Arc<Board>,
        inlet: Inlet,
        status: &'run Status,
    ) -> Self {
        Self {
            connection,
            job,
            segments: board.segments(),
            board,
            inlet,
            status,
            location: Mutex::default(),
            useless: AtomicU32::new(0),
            ranges_work: AtomicBool::new(false),
            is_sequential: AtomicBool::new(false),
        }
    }

    /// With as many connections as help, until every segment is in the file.
    pub(super) async fn run(&self) -> Result<(), TransferError> {
        let most = usize::try_from(self.job.connections).unwrap_or(usize::MAX).max(1);
        let slow_window = (self.connection.patience().stall_timeout / SLOW_SHARE).max(SHORTEST_SLOW);
        let mut ids = 0..ConnectionId::MAX;
        let mut fetchers = FuturesUnordered::new();
        let mut ramp = Ramp::new(self.board.arrived_bytes());
        let mut ticks = interval(RAMP_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut begin = |fetchers: &mut FuturesUnordered<_>| {
            let Some(id) = ids.next() else { return };
            fetchers.push(Fetcher::new(self, id).run());
            // There is to be something left for as many again.
            self.board.share_among((2 * fetchers.len()).min(most));
        };
        begin(&mut fetchers);
        loop {
            tokio::select! {
                // Whoever still waits for something then waits for nothing.
                () = self.board.completed() => return Ok(()),
                ended = fetchers.next() => match ended {
                    Some(result) => result?,
                    // The one that took the whole file alone may have met with trouble just when the others had left.
                    None => begin(&mut fetchers),
                },
                _ = ticks.tick() => {
                    self.board.revoke_slow(slow_window);
                    if self.is_sequential.load(Ordering::Relaxed) {
                        continue;
                    }
                    let wanted = ramp.wanted(fetchers.len(), self.board.arrived_bytes()).min(most);
                    if wanted < fetchers.len() {
                        self.board.keep(wanted);
                        self.board.share_among((2 * wanted).min(most));
                    }
                    while fetchers.len() < wanted && self.board.has_work() {
                        begin(&mut fetchers);
                    }
                }
            }
        }
    }

    /// Where the file's bytes are. The connections find out for each other.
    async fn location(&self) -> Result<Url, Miss> {
        let known = self.known_location().clone();
        if let Some(location) = known {
            return Ok(location);
        }
        let found = remote::find(self.connection, &self.job.url, &self.job.expected).await?;
        Ok(self.known_location().insert(found).clone())
    }

    /// The address is of no use any more, unless another has been found meanwhile.
    fn forget_location(&self, used: &Url) {
        self.known_location().take_if(|known| known == used);
    }

    /// Held for no `await`.
    fn known_location(&self) -> std::sync::MutexGuard<'_, Option<Url>> {
        self.location.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'run> Fetcher<'run> {
    fn new(shared: &'run Fetching<'run>, id: ConnectionId) -> Self {
        shared.board.join(id);
        Self { shared, id, backoff: Backoff::new(shared.connection.patience()), whole: 0 }
    }

    /// Until nothing is missing any more, or somebody takes the whole file alone.
    async fn run(mut self) -> Result<(), TransferError> {
        let Fetching { board, status, is_sequential, .. } = self.shared;
        while let Some(run) = board.take(self.id).await {
            if is_sequential.load(Ordering::Relaxed) {
                break;
            }
            let attempt = tokio::select! {
                attempt = self.fetch(&run) => attempt,
                () = run.revoked.notified() => {
                    board.release(self.id);
                    // Those that wait for something to do come first: their connections are better.
                    tokio::task::yield_now().await;
                    Attempt::Over
                }
            };
            // Before any wait: nobody is to wait for what another one waits for.
            board.release(self.id);
            status.rests(self.id);
            match attempt {
                Attempt::Over => {}
                Attempt::Missed(miss) => self.wait_out(miss).await?,
                Attempt::OnlyWhole(reply) => {
                    let miss = self.take_whole(reply).await;
                    board.release(self.id);
                    is_sequential.store(false, Ordering::Relaxed);
                    if let Some(miss) = miss {
                        self.wait_out(miss).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks for a run once, and takes what comes.
    async fn fetch(&mut self, run: &Run) -> Attempt {
        match self.ask(&run.bytes).await {
            Ok(Bytes::Of(range, reply)) => {
                self.shared.ranges_work.store(true, Ordering::Relaxed);
                self.whole = 0;
                self.receive(reply, range, run.segment).await
            }
            Ok(Bytes::Whole(reply)) if self.takes_whole() => Attempt::OnlyWhole(reply),
            Ok(Bytes::Whole(_)) => Attempt::Missed(Miss::Useless("the server takes no notice of ranges")),
            Err(miss) => Attempt::Missed(miss),
        }
    }

    /// Once is an accident, also more than once where ranges have worked before.
    fn takes_whole(&mut self) -> bool {
        self.whole += 1;
        let shared = self.shared;
        self.whole >= WHOLE_LIMIT
            && !shared.ranges_work.load(Ordering::Relaxed)
            && !shared.is_sequential.swap(true, Ordering::Relaxed)
    }

    /// Asks for bytes where they are, and finds out first where that is.
    async fn ask(&mut self, range: &Range<u64>) -> Result<Bytes, Miss> {
        let Fetching { connection, job, .. } = self.shared;
        let location = self.shared.location().await?;
        let question = Question::bytes(range.clone());
        // A store may lead to another.
        let Reached { reply, at, .. } =
            connection.follow_until(&question, location.clone(), |_, _| false).await.map_err(Miss::Hub)?;
        let is_hub = connection.endpoint().owns(&at);
        let bytes = reply::read(reply, range, job.expected.size_bytes, is_hub, connection.is_signed_in());
        if matches!(bytes, Err(Miss::Expired | Miss::Useless(_))) {
            self.shared.forget_location(&location);
        }
        bytes
    }

    /// Takes these bytes of a reply, segment after segment. What came before a connection broke stays.
    async fn receive(&mut self, reply: Response, bytes: Range<u64>, segment: u32) -> Attempt {
        let Fetching { board, segments, .. } = self.shared;
        let mut stream = Stream { reply, stall_timeout: self.shared.connection.patience().stall_timeout };
        let (mut at, mut segment) = (bytes.start, segment);
        while at < bytes.end {
            let mut piece = match stream.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Attempt::Missed(Miss::Useless("the bytes end before their time")),
                Err(error) => return Attempt::Missed(Miss::Hub(error)),
            };
            piece.truncate(usize::try_from(bytes.end - at).unwrap_or(usize::MAX));
            while !piece.is_empty() {
                let end = segments.range(segment).end;
                let here = piece.split_to(piece.len().min(usize::try_from(end - at).unwrap_or(usize::MAX)));
                at += here.len() as u64;
                self.put(segment, at - here.len() as u64, here).await;
                if at == end {
                    match board.go_on(self.id) {
                        Some(next) => segment = next,
                        None => return Attempt::Over,
                    }
                }
            }
        }
        // Fewer than were asked for, and truly told.
        Attempt::Over
    }

    /// Takes a whole file from its beginning, while the other connections rest, and passes over what is there already.
    async fn take_whole(&mut self, reply: Response) -> Option<Miss> {
        let Fetching { board, segments, .. } = self.shared;
        let mut stream = Stream { reply, stall_timeout: self.shared.connection.patience().stall_timeout };
        let mut piece = Chunk::new();
        let mut has_added = false;
        for segment in segments.numbers() {
            let range = segments.range(segment);
            let missing_from = board.claim(self.id, segment).map_or(range.end, |received| range.start + received);
            let mut at = range.start;
            while at < range.end {
                if piece.is_empty() {
                    match stream.next().await {
                        Ok(Some(next)) => piece = next,
                        Ok(None) => return Some(Miss::Useless("the file ends before its time")),
                        Err(error) if has_added => return Some(Miss::Hub(error)),
                        // Where it breaks off there each time, what is missing never comes.
                        Err(_) => return Some(Miss::Useless("the file breaks off before what is missing of it")),
                    }
                }
                let end = if at < missing_from { missing_from } else { range.end };
                let here = piece.split_to(piece.len().min(usize::try_from(end - at).unwrap_or(usize::MAX)));
                let begin = at;
                at += here.len() as u64;
                if begin >= missing_from {
                    has_added = true;
                    self.put(segment, begin, here).await;
                }
            }
            board.release(self.id);
        }
        None
    }

    /// Hands over bytes that were missing: all is well.
    async fn put(&mut self, segment: u32, at: u64, bytes: Chunk) {
        let length = bytes.len() as u64;
        self.shared.inlet.put(segment, at, bytes).await;
        self.shared.board.count(self.id, segment, length);
        self.backoff.reset();
        self.shared.useless.store(0, Ordering::Relaxed);
        self.shared.status.heard(self.id);
    }

    /// Waits as long as the trouble asks for; gives up where waiting does not help.
    async fn wait_out(&mut self, miss: Miss) -> Result<(), TransferError> {
        let (trouble, least) = match miss {
            Miss::Another => return Err(TransferError::Changed),
            Miss::Hub(HubError::Refused(refusal)) => return Err(TransferError::Refused(refusal)),
            Miss::Hub(HubError::RateLimited(limit)) => (Trouble::RateLimit, limit.retry_after),
            Miss::Hub(HubError::Intercepted) => (Trouble::LoginPage, Duration::ZERO),
            Miss::Hub(HubError::Unreachable(_) | HubError::Silent) => (Trouble::Network, Duration::ZERO),
            Miss::Hub(HubError::Trouble(_) | HubError::Nonsense(_)) => (Trouble::Server, Duration::ZERO),
            Miss::Expired => {
                self.useless("the store refuses what the Hub points to")?;
                (Trouble::Server, Duration::ZERO)
            }
            Miss::Useless(why) => {
                self.useless(why)?;
                (Trouble::Server, Duration::ZERO)
            }
        };
        let wait = self.backoff.next().max(least);
        if !wait.is_zero() {
            self.shared.status.waits(self.id, trouble, wait);
            sleep(wait).await;
        }
        Ok(())
    }

    fn useless(&self, why: &'static str) -> Result<(), TransferError> {
        tracing::debug!(why, "a reply is of no use");
        if self.shared.useless.fetch_add(1, Ordering::Relaxed) >= USELESS_LIMIT {
            return Err(TransferError::Unusable(why));
        }
        Ok(())
    }
}

impl Drop for Fetcher<'_> {
    fn drop(&mut self) {
        self.shared.board.leave(self.id);
        self.shared.status.rests(self.id);
    }
}

/// A reply's bytes as they come.
struct Stream {
    reply: Response,
    stall_timeout: Duration,
}

impl Stream {
    /// `None` at the end.
    async fn next(&mut self) -> Result<Option<Chunk>, HubError> {
        match timeout(self.stall_timeout, self.reply.chunk()).await {
            Ok(piece) => Ok(piece?),
            Err(_) => Err(HubError::Silent),
        }
    }
}
