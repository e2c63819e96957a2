//! A reply's body on its way: at the connection's pace, and broken where it is to break.

use std::{
    fs, io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    content::{CHUNK_BYTES, Place, read_part, to_usize},
    reply::{Body, Delivery, End, Part},
    wire::Line,
};

/// A reset discards what the client has not taken yet, so it is given this long.
const LAST_BYTES: Duration = Duration::from_millis(20);
/// Between two bytes of a connection that crawls.
const CRAWL: Duration = Duration::from_millis(100);

/// The body of a reply.
pub(crate) struct Outflow {
    source: Source,
    /// How much there is to come.
    left: u64,
    sent: u64,
    delivery: Delivery,
    line: Line,
    rest: Option<Pin<Box<Sleep>>>,
    breaking: Breaking,
}

/// How far it is with breaking.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaking {
    NotYet,
    /// What comes before it is still on its way out.
    Emptying,
    Resting,
}

enum Source {
    Memory(Bytes),
    Disk { pieces: mpsc::Receiver<io::Result<Bytes>>, piece: Bytes },
}

impl Outflow {
    pub(crate) fn of(body: Body, delivery: Delivery, line: Line) -> Self {
        let (source, left) = match body {
            Body::Text(text) => {
                let length = text.len() as u64;
                (Source::Memory(text), length)
            }
            Body::Part(part) => {
                let length = part.bytes.end - part.bytes.start;
                (Source::of(part), length)
            }
        };
        Self { source, left, sent: 0, delivery, line, rest: None, breaking: Breaking::NotYet }
    }

    /// Nothing, as after `HEAD`.
    pub(crate) fn nothing(line: Line) -> Self {
        Self::of(Body::Text(Bytes::new()), Delivery::default(), line)
    }

    /// How much may go before the body breaks; `None` when it does not.
    fn before_break(&self) -> Option<u64> {
        match self.delivery.end {
            End::Whole => None,
            End::Reset { after_bytes } | End::Closed { after_bytes } | End::Stall { after_bytes } => {
                Some(after_bytes.saturating_sub(self.sent))
            }
        }
    }

    fn poll_break(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if matches!(self.delivery.end, End::Stall { .. }) {
            // Nobody wakes this; the client's going away does end it.
            return Poll::Pending;
        }
        if self.breaking == Breaking::NotYet {
            self.line.outlet.watch();
            self.breaking = Breaking::Emptying;
        }
        if self.breaking == Breaking::Emptying {
            ready!(self.line.outlet.poll_empty(context));
            self.breaking = Breaking::Resting;
            if matches!(self.delivery.end, End::Reset { .. }) {
                let mut rest = Box::pin(sleep_until(Instant::now() + LAST_BYTES));
                let poll = rest.as_mut().poll(context);
                self.rest = Some(rest);
                ready!(poll);
            }
        }
        if matches!(self.delivery.end, End::Reset { .. }) {
            self.line.doom.seal();
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn flip(&self, piece: Bytes) -> Bytes {
        let within = self.delivery.flipped_at.and_then(|at| at.checked_sub(self.sent));
        match within {
            Some(index) if index < piece.len() as u64 => {
                let mut bytes = piece.to_vec();
                bytes[to_usize(index)] ^= 0x10;
                bytes.into()
            }
            _ => piece,
        }
    }
}

impl HttpBody for Outflow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(rest) = &mut self.rest {
            ready!(rest.as_mut().poll(context));
            self.rest = None;
        }
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut at_most = self.line.pace.piece_bytes(CHUNK_BYTES.min(self.left));
        match self.before_break() {
            Some(0) => return self.poll_break(context),
            Some(bytes) => at_most = at_most.min(bytes),
            None => {}
        }
        let crawls = match self.delivery.crawls_after.map(|bytes| bytes.saturating_sub(self.sent)) {
            Some(0) => {
                at_most = 1;
                true
            }
            Some(bytes) => {
                at_most = at_most.min(bytes);
                false
            }
            None => false,
        };
        let piece = match ready!(self.source.poll_piece(context, at_most)) {
            Some(Ok(piece)) => self.flip(piece),
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            // The file on disk is shorter than it was.
            None => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
        };
        let length = piece.len() as u64;
        self.left -= length;
        self.sent += length;
        let free_at = self.line.pace.spend(length);
        let free_at = if crawls { Some(Instant::now() + CRAWL) } else { free_at };
        self.rest = free_at.map(|free_at| Box::pin(sleep_until(free_at)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.delivery.is_chunked { SizeHint::default() } else { SizeHint::with_exact(self.left) }
    }
}

impl Source {
    fn of(part: Part) -> Self {
        match part.content.place() {
            Place::Memory(bytes) => Self::Memory(bytes.slice(to_usize(part.bytes.start)..to_usize(part.bytes.end))),
            Place::Disk(path) => {
                let (sender, pieces) = mpsc::channel(2);
                let (path, mut bytes) = (path.clone(), part.bytes);
                // Reads ahead while the last piece is sent, and ends when nobody takes the next.
                tokio::task::spawn_blocking(move || {
                    let mut file = match fs::File::open(path) {
                        Ok(file) => file,
                        Err(error) => return drop(sender.blocking_send(Err(error))),
                    };
                    while !bytes.is_empty() {
                        let end = bytes.end.min(bytes.start + CHUNK_BYTES);
                        let piece = read_part(&mut file, bytes.start..end);
                        if sender.blocking_send(piece).is_err() {
                            return;
                        }
                        bytes.start = end;
                    }
                });
                Self::Disk { pieces, piece: Bytes::new() }
            }
            Place::Elsewhere => Self::Memory(Bytes::new()),
        }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>, at_most: u64) -> Poll<Option<io::Result<Bytes>>> {
        let piece = match self {
            Self::Memory(bytes) => bytes,
            Self::Disk { pieces, piece } => {
                if !piece.has_remaining() {
                    match ready!(pieces.poll_recv(context)) {
                        Some(Ok(next)) => *piece = next,
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => return Poll::Ready(None),
                    }
                }
                piece
            }
        };
        if piece.is_empty() {
            return Poll::Ready(None);
        }
        let length = piece.len().min(to_usize(at_most));
        Poll::Ready(Some(Ok(piece.split_to(length))))
    }
}
