//! Reads the file from its beginning as far as it is there, and says what it is in the end.
//!
//! Segments come in any order, and a SHA-256 goes from the first byte to the last: so the file is read once more, while
//! it is still in the system's memory. That also finds out whether the disk gives back what was written to it.

use std::{collections::HashMap, io};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{
    disk::Disk,
    segments::{SegmentDone, Segments, length},
};

const READ_BYTES: usize = 1 << 20;

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

/// A hasher at work. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Hasher {
    in_file: mpsc::UnboundedSender<SegmentDone>,
    verdicts: mpsc::UnboundedReceiver<Verdict>,
    /// Found out before anybody asked.
    digest: Option<[u8; 32]>,
}

impl Hasher {
    /// Begins with what is there already.
    pub(super) fn start(disk: Disk, segments: &Segments) -> Self {
        let (in_file, news) = mpsc::unbounded_channel();
        let (told, verdicts) = mpsc::unbounded_channel();
        for segment in segments.numbers() {
            if let Some(crc32) = segments.crc32(segment) {
                in_file.send(SegmentDone { segment, crc32 }).ok();
            }
        }
        let plan = Segments::none(segments.size_bytes());
        tokio::task::spawn_blocking(move || {
            let verdict =
                read_through(&disk, &plan, news, &told).unwrap_or_else(|error| Some(Verdict::Unreadable(error)));
            if let Some(verdict) = verdict {
                // Nobody listens to a transfer that was ended.
                told.send(verdict).ok();
            }
        });
        Self { in_file, verdicts, digest: None }
    }

    /// Where to say that a segment is in the file.
    pub(super) fn news(&self) -> mpsc::UnboundedSender<SegmentDone> {
        self.in_file.clone()
    }

    /// The next segment that is lost, if ever.
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

/// `None` when nobody wants to know any more.
fn read_through(
    disk: &Disk,
    plan: &Segments,
    mut news: mpsc::UnboundedReceiver<SegmentDone>,
    told: &mpsc::UnboundedSender<Verdict>,
) -> io::Result<Option<Verdict>> {
    let mut sha256 = Sha256::new();
    let mut there = HashMap::new();
    let mut buffer = vec![0; READ_BYTES];
    for segment in plan.numbers() {
        loop {
            let crc32 = loop {
                match there.remove(&segment) {
                    Some(crc32) => break crc32,
                    None => match news.blocking_recv() {
                        Some(done) => there.insert(done.segment, done.crc32),
                        None => return Ok(None),
                    },
                };
            };
            let before = sha256.clone();
            let range = plan.range(segment);
            let mut found = crc32fast::Hasher::new();
            let (mut at, mut left) = (range.start, length(&range));
            while left > 0 {
                if told.is_closed() {
                    return Ok(None);
                }
                let size = READ_BYTES.min(usize::try_from(left).unwrap_or(READ_BYTES));
                disk.read_exact_at(&mut buffer[..size], at)?;
                found.update(&buffer[..size]);
                sha256.update(&buffer[..size]);
                (at, left) = (at + size as u64, left - size as u64);
            }
            if found.finalize() == crc32 {
                break;
            }
            sha256 = before;
            told.send(Verdict::Lost(segment)).ok();
        }
    }
    Ok(Some(Verdict::Digest(sha256.finalize().into())))
}
