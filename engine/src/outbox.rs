//! The way out: one thread writes events to the app, and a sign of life each second.

use std::{
    io::Write,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use hearth_ipc::{Event, codec};

use crate::{
    exit::{self, Exit},
    llama::Interrupt,
    progress::Progress,
};

/// How often the app hears that this process lives.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Takes events from any thread; they are written in the order they came in.
///
/// It never blocks: when the app does not read, the text of one answer waits in memory, and the thread that listens
/// for "cancel" goes on listening.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    events: mpsc::Sender<Message>,
}

#[derive(Debug)]
enum Message {
    Event(Box<Event>),
    /// Answered once everything before it is written.
    Flush(mpsc::Sender<()>),
}

impl Outbox {
    /// Starts the thread. `interrupt` knows the progress that goes with the sign of life. When the app no longer
    /// reads, the process ends: there is nobody left to work for.
    pub(crate) fn start(output: impl Write + Send + 'static, interrupt: Arc<Interrupt>) -> std::io::Result<Self> {
        let (events, inbox) = mpsc::channel();
        thread::Builder::new().name("outbox".to_owned()).spawn(move || {
            if let Err(error) = write_events(&inbox, output, &interrupt) {
                tracing::warn!(%error, "the app cannot be written to");
                exit::now(Exit::OutputClosed);
            }
        })?;
        Ok(Self { events })
    }

    /// Puts an event at the end of the line.
    pub(crate) fn send(&self, event: Event) {
        // The other end goes only with the process.
        let _ = self.events.send(Message::Event(Box::new(event)));
    }

    /// Returns once everything sent so far is written, or `patience` is over.
    pub(crate) fn flush(&self, patience: Duration) {
        let (written, wait) = mpsc::channel();
        let _ = self.events.send(Message::Flush(written));
        let _ = wait.recv_timeout(patience);
    }
}

fn write_events(
    inbox: &mpsc::Receiver<Message>,
    mut output: impl Write,
    interrupt: &Interrupt,
) -> Result<(), codec::CodecError> {
    let mut progress = Progress::new(interrupt);
    let mut next_heartbeat = Instant::now() + HEARTBEAT;
    loop {
        match inbox.recv_timeout(next_heartbeat.saturating_duration_since(Instant::now())) {
            Ok(Message::Event(event)) => codec::write(&mut output, &event)?,
            Ok(Message::Flush(written)) => {
                let _ = written.send(());
            }
            Err(RecvTimeoutError::Timeout) => {
                codec::write(&mut output, &Event::Heartbeat { progress: progress.at_heartbeat() })?;
                next_heartbeat = Instant::now() + HEARTBEAT;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
