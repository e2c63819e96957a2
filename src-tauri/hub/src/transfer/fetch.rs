//! One connection's work: takes a segment, asks for it, writes what comes, and goes on where it broke.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use bytes::Bytes as Chunk;
use reqwest::{
    Method, Response,
    header::{HeaderMap, HeaderValue, RANGE},
};
use tokio::{sync::mpsc, time::timeout};
use url::Url;

use super::{
    Job, SegmentDone, TransferError, Trouble,
    backoff::Backoff,
    board::{Board, Piece},
    disk::Disk,
    remote::{self, Found},
    reply::{self, Bytes, Miss},
    segments::length,
    status::Status,
};
use crate::{
    connection::{Connection, redirect_of},
    error::HubError,
};

/// Written at once: large enough for the disk, small beside the memory of any computer.
const WRITE_BYTES: usize = 512 << 10;
/// So many useless replies in a row, over all connections, and it is the server's way, not an accident.
const USELESS_LIMIT: u32 = 40;
/// So many whole files in a row instead of a range.
const WHOLE_LIMIT: u32 = 3;
/// A store may lead to another.
const REDIRECT_LIMIT: usize = 5;

/// What all fetchers of a transfer have in common.
pub(super) struct Fetching<'run> {
    pub(super) connection: &'run Connection,
    pub(super) job: &'run Job,
    pub(super) board: &'run Board,
    pub(super) sink: Sink<'run>,
    pub(super) status: &'run Status,
    /// Useless replies in a row.
    pub(super) useless: AtomicU32,
    /// The server has sent a range at least once.
    pub(super) ranges_work: AtomicBool,
    /// The server sends nothing but the whole file, and somebody is taking it.
    pub(super) is_sequential: AtomicBool,
}

/// What becomes of the bytes.
pub(super) enum Sink<'run> {
    /// Into the file; finished segments go to the keeper and the hasher.
    File { disk: &'run Disk, finished: mpsc::UnboundedSender<SegmentDone> },
    /// Nowhere: only what they give is wanted.
    Compare,
}

/// One connection.
pub(super) struct Fetcher<'run> {
    shared: &'run Fetching<'run>,
    location: Option<Url>,
    backoff: Backoff,
    /// Whole files in a row.
    whole: u32,
}

/// A segment as far as it has come.
struct Filling {
    segment: u32,
    range: Range<u64>,
    /// Everything before is written.
    written: u64,
    crc32: crc32fast::Hasher,
    buffer: Vec<u8>,
}

/// How an attempt at a segment went.
enum Filled {
    /// It is in the file.
    Done,
    /// The server sends only whole files; this one has begun.
    OnlyWhole(Response),
    /// Another connection is taking a whole file.
    LeftToAnother,
}

/// Why the bytes of a whole file ended before their time.
enum Broken {
    Network(HubError),
    Disk(TransferError),
}

impl<'run> Fetcher<'run> {
    pub(super) fn new(shared: &'run Fetching<'run>) -> Self {
        Self { shared, location: None, backoff: Backoff::new(shared.connection.patience()), whole: 0 }
    }

    /// Until nothing is missing any more.
    pub(super) async fn run(mut self) -> Result<(), TransferError> {
        while let Some(piece) = self.shared.board.take().await {
            let mut filling = Filling::new(piece);
            let filled = self.fill(&mut filling).await;
            if !matches!(filled, Ok(Filled::Done)) {
                self.shared.board.give_back(filling.segment, filling.received());
            }
            match filled? {
                Filled::Done => {}
                Filled::OnlyWhole(reply) => self.take_whole(reply).await?,
                Filled::LeftToAnother => return Ok(()),
            }
        }
        Ok(())
    }

    /// Fetches a segment, whatever it takes.
    async fn fill(&mut self, filling: &mut Filling) -> Result<Filled, TransferError> {
        loop {
            if self.shared.is_sequential.load(Ordering::Relaxed) {
                return Ok(Filled::LeftToAnother);
            }
            match self.ask(filling.missing()).await {
                Ok(Bytes::Of(range, reply)) => {
                    self.shared.ranges_work.store(true, Ordering::Relaxed);
                    self.whole = 0;
                    self.receive(reply, length(&range), filling).await?;
                    if filling.is_whole() {
                        self.finish(filling);
                        return Ok(Filled::Done);
                    }
                }
                Ok(Bytes::Whole(reply)) if self.takes_whole() => return Ok(Filled::OnlyWhole(reply)),
                Ok(Bytes::Whole(_)) => self.wait_out(Miss::Useless("the server takes no notice of ranges")).await?,
                Err(miss) => self.wait_out(miss).await?,
            }
        }
    }

    /// Takes a whole file from its beginning, while the other connections rest.
    async fn take_whole(&mut self, reply: Response) -> Result<(), TransferError> {
        let received = self.receive_whole(reply).await;
        self.shared.is_sequential.store(false, Ordering::Relaxed);
        match received {
            Ok(()) => Ok(()),
            Err(Broken::Network(error)) => self.wait_out(Miss::Hub(error)).await,
            Err(Broken::Disk(error)) => Err(error),
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
    async fn ask(&mut self, range: Range<u64>) -> Result<Bytes, Miss> {
        let Fetching { connection, job, .. } = self.shared;
        let mut url = match self.location.take() {
            Some(location) => location,
            None => match remote::find(connection, &job.url, &job.expected).await.map_err(Miss::Hub)? {
                Found::At(location) => location,
                Found::Another => return Err(Miss::Another),
            },
        };
        let location = url.clone();
        let mut headers = HeaderMap::new();
        let bytes = format!("bytes={}-{}", range.start, range.end - 1);
        headers.insert(RANGE, HeaderValue::from_str(&bytes).map_err(|_| Miss::Useless("no such range"))?);
        for _ in 0..REDIRECT_LIMIT {
            let reply = connection.ask(Method::GET, &url, &headers).await.map_err(|error| {
                // The way there is as good as before.
                self.location = Some(location.clone());
                Miss::Hub(error)
            })?;
            if let Some(next) = redirect_of(&reply, &url).map_err(Miss::Hub)? {
                url = next;
                continue;
            }
            let is_hub = connection.endpoint().owns(&url);
            let bytes = reply::read(reply, &range, job.expected.size_bytes, is_hub, connection.is_signed_in())?;
            self.location = Some(location);
            return Ok(bytes);
        }
        Err(Miss::Hub(HubError::Intercepted))
    }

    /// Takes up to `bytes` of a reply into a segment. What came before a connection broke stays.
    async fn receive(&mut self, reply: Response, bytes: u64, filling: &mut Filling) -> Result<(), TransferError> {
        let mut stream = Stream { reply, stall_timeout: self.shared.connection.patience().stall_timeout };
        let mut left = bytes;
        while left > 0 {
            let piece = match stream.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(error) => {
                    self.wait_out(Miss::Hub(error)).await?;
                    break;
                }
            };
            self.heard();
            let piece = first(piece, left);
            left -= piece.len() as u64;
            self.put(filling, &piece).await?;
        }
        self.flush(filling).await
    }

    /// Passes over what is there already.
    async fn receive_whole(&mut self, reply: Response) -> Result<(), Broken> {
        let mut stream = Stream { reply, stall_timeout: self.shared.connection.patience().stall_timeout };
        let mut piece = Chunk::new();
        let segments = self.shared.board.segments();
        for segment in segments.numbers() {
            let range = segments.range(segment);
            let mut filling = self.shared.board.take_this(segment).map(Filling::new);
            let mut left = length(&range);
            while left > 0 {
                if piece.is_empty() {
                    match stream.next().await {
                        Ok(Some(next)) => piece = next,
                        broken => {
                            if let Some(filling) = filling {
                                self.shared.board.give_back(segment, filling.received());
                            }
                            return Err(Broken::Network(broken.err().unwrap_or(HubError::Silent)));
                        }
                    }
                    self.heard();
                }
                let here = piece.split_to(piece.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
                left -= here.len() as u64;
                if let Some(filling) = &mut filling {
                    self.put(filling, &here).await.map_err(Broken::Disk)?;
                }
            }
            if let Some(mut filling) = filling {
                self.flush(&mut filling).await.map_err(Broken::Disk)?;
                self.finish(&filling);
            }
        }
        Ok(())
    }

    /// Bytes have come: all is well.
    fn heard(&mut self) {
        self.backoff.reset();
        self.shared.useless.store(0, Ordering::Relaxed);
        self.shared.status.heard();
    }

    async fn put(&self, filling: &mut Filling, bytes: &[u8]) -> Result<(), TransferError> {
        filling.crc32.update(bytes);
        filling.buffer.extend_from_slice(bytes);
        self.shared.board.count(bytes.len() as u64);
        if filling.buffer.len() >= WRITE_BYTES { self.flush(filling).await } else { Ok(()) }
    }

    /// Everything that was received is in the file then.
    async fn flush(&self, filling: &mut Filling) -> Result<(), TransferError> {
        let bytes = filling.buffer.len() as u64;
        match &self.shared.sink {
            Sink::File { disk, .. } if bytes > 0 => {
                let buffer = std::mem::take(&mut filling.buffer);
                filling.buffer = disk.write(buffer, filling.written).await?;
            }
            Sink::File { .. } | Sink::Compare => filling.buffer.clear(),
        }
        filling.written += bytes;
        Ok(())
    }

    fn finish(&self, filling: &Filling) {
        let done = SegmentDone { segment: filling.segment, crc32: filling.crc32.clone().finalize() };
        self.shared.board.finish(done.segment, done.crc32);
        if let Sink::File { finished, .. } = &self.shared.sink {
            // Whoever no longer listens is ending the transfer.
            finished.send(done).ok();
        }
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
        // Asked anew where the file is: the trouble may be with that address.
        self.location = None;
        let wait = self.backoff.next().max(least);
        if !wait.is_zero() {
            self.shared.status.waits(trouble, wait);
            tokio::time::sleep(wait).await;
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

impl Filling {
    fn new(piece: Piece) -> Self {
        let written = piece.range.start;
        Self {
            segment: piece.segment,
            range: piece.range,
            written,
            crc32: crc32fast::Hasher::new(),
            buffer: Vec::with_capacity(WRITE_BYTES),
        }
    }

    /// What is received and written so far. What was in the buffer when a connection broke has been written, too.
    fn received(&self) -> u64 {
        self.written - self.range.start + self.buffer.len() as u64
    }

    fn missing(&self) -> Range<u64> {
        self.range.start + self.received()..self.range.end
    }

    fn is_whole(&self) -> bool {
        self.missing().is_empty()
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
            Ok(piece) => piece.map_err(HubError::Unreachable),
            Err(_) => Err(HubError::Silent),
        }
    }
}

/// No more than so many bytes of it.
fn first(mut piece: Chunk, bytes: u64) -> Chunk {
    piece.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
    piece
}
