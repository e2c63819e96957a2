//! Goes through the file from its beginning as far as it is there, and says what it is in the end.
//!
//! Segments come in any order, and a SHA-256 goes from the first byte to the last. What comes where the hasher is at
//! that moment is handed to it; everything else it reads from the file, while it is still in the system's memory.
//! Segments of an earlier run are compared with what they gave when they came: that finds out what a power cut or a
//! fault of the disk has made of them, before the SHA-256 has gone over them.

use std::{
    collections::HashMap,
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{
    disk::{Disk, blocking},
    segments::{Segments, length},
};

const READ_BYTES: usize = 256 << 10;
/// Most that is handed over and not gone through yet. What is beyond is read back.
const HANDED_BYTES: u64 = 8 << 20;

/// What the hasher finds out.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The disk gives back other bytes than were written.
    Lost(u32),
    /// All of the file.
    Digest([u8; 32]),
    /// The disk gives nothing back.
    Unreadable(io::Error),
}

/// A hasher at work. Ends when it is dropped, with all its feeds.
#[derive(Debug)]
pub(super) struct Hasher {
    feed: Feed,
    verdicts: mpsc::UnboundedReceiver<Verdict>,
    /// Found out before anybody asked.
    digest: Option<[u8; 32]>,
}

/// Where to say what has come.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    news: mpsc::UnboundedSender<News>,
    shared: Arc<Shared>,
    /// Up to here everything was told piece by piece.
    told_to: u64,
}

#[derive(Debug, Default)]
struct Shared {
    /// The hasher is here.
    at: AtomicU64,
    /// What it has been handed and not gone through.
    handed_bytes: AtomicU64,
}

#[derive(Debug)]
enum News {
    /// These bytes of the file.
    Bytes { at: u64, bytes: Bytes },
    /// These can be read.
    Written(Range<u64>),
    /// All of a segment can be read.
    Done(u32),
}

impl Hasher {
    /// Begins with what is there already. `checks` says whether that is still to be compared with what it was.
    pub(super) fn start(disk: Disk, segments: &Segments, checks: bool) -> Self {
        let (news, to_hear) = mpsc::unbounded_channel();
        let (told, verdicts) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        let there: HashMap<u32, Option<u32>> = segments
            .numbers()
            .filter_map(|segment| segments.crc32(segment).map(|crc32| (segment, checks.then_some(crc32))))
            .collect();
        let work = Work {
            disk,
            plan: Segments::none(segments.size_bytes()),
            there,
            news: to_hear,
            shared: Arc::clone(&shared),
            told,
            sha256: Sha256::new(),
            buffer: vec![0; READ_BYTES],
        };
        tokio::task::spawn_blocking(move || {
            let told = work.told.clone();
            let verdict = work.run().unwrap_or_else(|error| Some(Verdict::Unreadable(error)));
            if let Some(verdict) = verdict {
                // Nobody listens to a transfer that was ended.
                told.send(verdict).ok();
            }
        });
        Self { feed: Feed { news, shared, told_to: 0 }, verdicts, digest: None }
    }

    pub(super) fn feed(&self) -> Feed {
        self.feed.clone()
    }

    /// The next segment that is lost, if ever. Dropping the future loses nothing.
    pub(super) async fn lost(&mut self) -> io::Result<u32> {
        if self.digest.is_none() {
            match self.verdict().await {
                Verdict::Lost(segment) => return Ok(segment),
                Verdict::Unreadable(error) => return Err(error),
                Verdict::Digest(digest) => self.digest = Some(digest),
            }
        }
        std::future::pending().await
    }

    /// Dropping the future loses nothing.
    pub(super) async fn verdict(&mut self) -> Verdict {
        if let Some(digest) = self.digest {
            return Verdict::Digest(digest);
        }
        self.verdicts.recv().await.unwrap_or_else(|| Verdict::Unreadable(io::Error::other("the hasher has ended")))
    }
}

impl Feed {
    /// These bytes are in the file.
    pub(super) fn pass(&mut self, at: u64, bytes: Bytes) {
        // What is not where the hasher will be next it reads later, with the rest of its segment.
        if at != self.told_to.max(self.shared.at.load(Ordering::Acquire)) {
            return;
        }
        let length = bytes.len() as u64;
        self.told_to = at + length;
        let handed = self.shared.handed_bytes.load(Ordering::Acquire) + length;
        let news = if handed > HANDED_BYTES {
            News::Written(at..at + length)
        } else {
            self.shared.handed_bytes.fetch_add(length, Ordering::AcqRel);
            News::Bytes { at, bytes }
        };
        self.news.send(news).ok();
    }

    /// All of a segment is in the file.
    pub(super) fn done(&self, segment: u32) {
        self.news.send(News::Done(segment)).ok();
    }
}

/// What the thread holds.
struct Work {
    disk: Disk,
    plan: Segments,
    /// Segments that can be read, some with what they must give.
    there: HashMap<u32, Option<u32>>,
    news: mpsc::UnboundedReceiver<News>,
    shared: Arc<Shared>,
    told: mpsc::UnboundedSender<Verdict>,
    sha256: Sha256,
    buffer: Vec<u8>,
}

impl Work {
    /// `None` when nobody wants to know any more.
    fn run(mut self) -> io::Result<Option<Verdict>> {
        for segment in self.plan.numbers() {
            let range = self.plan.range(segment);
            let mut at = range.start;
            while at < range.end {
                let Some(next) = self.step(segment, at..range.end)? else { return Ok(None) };
                at = next;
                self.shared.at.store(at, Ordering::Release);
            }
            // Of one that came piece by piece it may have been told before.
            self.there.remove(&segment);
        }
        Ok(Some(Verdict::Digest(self.sha256.finalize().into())))
    }

    /// Goes on in a segment of which this is left. Returns where the hasher is then.
    fn step(&mut self, segment: u32, left: Range<u64>) -> io::Result<Option<u64>> {
        match self.there.remove(&segment) {
            Some(Some(crc32)) => {
                let (before, mut found) = (self.sha256.clone(), crc32fast::Hasher::new());
                if !self.read(left.clone(), Some(&mut found))? {
                    return Ok(None);
                }
                if found.finalize() == crc32 {
                    return Ok(Some(left.end));
                }
                self.sha256 = before;
                self.told.send(Verdict::Lost(segment)).ok();
                Ok(Some(left.start))
            }
            Some(None) => Ok(self.read(left.clone(), None)?.then_some(left.end)),
            None => self.hear(left.start),
        }
    }

    /// Takes in one piece of news.
    fn hear(&mut self, at: u64) -> io::Result<Option<u64>> {
        match self.news.blocking_recv() {
            None => return Ok(None),
            Some(News::Done(segment)) => {
                self.there.insert(segment, None);
            }
            Some(News::Written(range)) if range.start == at => {
                return Ok(self.read(range.clone(), None)?.then_some(range.end));
            }
            Some(News::Written(_)) => {}
            Some(News::Bytes { at: from, bytes }) => {
                let length = bytes.len() as u64;
                self.shared.handed_bytes.fetch_sub(length, Ordering::AcqRel);
                if from == at {
                    self.sha256.update(&bytes);
                    return Ok(Some(at + length));
                }
            }
        }
        Ok(Some(at))
    }

    /// Goes through bytes of the file. `false` when nobody wants to know any more.
    fn read(&mut self, range: Range<u64>, mut crc: Option<&mut crc32fast::Hasher>) -> io::Result<bool> {
        let Self { disk, sha256, buffer, told, .. } = self;
        go_through(disk, range, buffer, |bytes| {
            sha256.update(bytes);
            if let Some(crc) = &mut crc {
                crc.update(bytes);
            }
            !told.is_closed()
        })
    }
}

/// Which segments of a file are not what they were when they came.
pub(super) async fn spoiled(disk: &Disk, segments: &Segments) -> io::Result<Vec<u32>> {
    let (disk, segments) = (disk.clone(), segments.clone());
    blocking(move || {
        let mut buffer = vec![0; READ_BYTES];
        let mut spoiled = Vec::new();
        for segment in segments.numbers() {
            let mut crc = crc32fast::Hasher::new();
            go_through(&disk, segments.range(segment), &mut buffer, |bytes| {
                crc.update(bytes);
                true
            })?;
            if Some(crc.finalize()) != segments.crc32(segment) {
                spoiled.push(segment);
            }
        }
        Ok(spoiled)
    })
    .await
}

/// Reads bytes of a file and shows them all. `false` when whoever sees them does not want to go on.
fn go_through(
    disk: &Disk,
    range: Range<u64>,
    buffer: &mut [u8],
    mut show: impl FnMut(&[u8]) -> bool,
) -> io::Result<bool> {
    let (mut at, mut left) = (range.start, length(&range));
    while left > 0 {
        let size = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = &mut buffer[..size];
        disk.read_exact_at(bytes, at)?;
        if !show(bytes) {
            return Ok(false);
        }
        (at, left) = (at + size as u64, left - size as u64);
    }
    Ok(true)
}
