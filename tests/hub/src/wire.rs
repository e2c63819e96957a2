//! A connection that can end as no program wants it to.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use futures::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::pace::Pace;

/// What a connection and the bodies on it share.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) doom: Doom,
    pub(crate) outlet: Outlet,
    pub(crate) pace: Pace,
}

impl Line {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { doom: Doom::default(), outlet: Outlet::default(), pace }
    }
}

/// Tells when all that was written has been handed to the system. Only then can a connection break after so many bytes,
/// not before.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outlet(Arc<(AtomicBool, AtomicWaker)>);

impl Outlet {
    /// Forgets what was.
    pub(crate) fn watch(&self) {
        self.0.0.store(false, Ordering::Release);
    }

    /// Ready when everything has gone out since the watch began.
    pub(crate) fn poll_empty(&self, context: &Context<'_>) -> Poll<()> {
        self.0.1.register(context.waker());
        if self.0.0.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }

    fn is_empty_now(&self) {
        self.0.0.store(true, Ordering::Release);
        self.0.1.wake();
    }
}

/// Whether a connection is to end with a reset. Clones share the fate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doom(Arc<AtomicBool>);

impl Doom {
    pub(crate) fn seal(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn lift(&self) {
        self.0.store(false, Ordering::Release);
    }

    fn is_sealed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A TCP stream that is reset when it is dropped under a doom: its own, or that of the whole network.
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
    network: Doom,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, line: Line, network: Doom) -> Self {
        Self { stream, line, network }
    }

    fn is_doomed(&self) -> bool {
        self.line.doom.is_sealed() || self.network.is_sealed()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.is_doomed() {
            // With no time to linger, closing discards what is left and sends RST. A stream that is gone needs none.
            self.stream.set_zero_linger().ok();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper asks for this when its own buffer is empty.
        self.line.outlet.is_empty_now();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_doomed() {
            // A goodbye would come before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
