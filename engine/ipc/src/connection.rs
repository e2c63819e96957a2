//! The task that owns an engine process: it writes requests, hands each event to the request it is about, and watches
//! that the engine is alive.

use std::{collections::HashMap, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    EngineFailure, Event, FailureKind, Request, RequestId,
    client::{EXIT_LIMIT, EngineEnd},
    codec::{CodecError, encode, read_async},
    launch::{EngineProcess, ProcessEnd},
    running::is_closing,
};

/// The engine's I/O thread sends a heartbeat every second, whatever the worker is at.
const SILENCE_LIMIT_TICKS: u32 = 10;
/// What a heartbeat counts as progress: a tensor loaded, a node of the graph computed by the processor, a step computed by
/// a device, and bytes that the process reads from the disk, so that a slow disk is no hang, nor is a computer that pages.
/// The engine counts on for a while where it knows that a driver makes its programs for the first time. What moves nothing
/// of this for so long moves no more. A probe is the exception: its caller gives it a limit of its own, because a driver
/// that is met for the first time may take longer.
const STUCK_LIMIT_TICKS: u32 = 10;
/// Stopping takes 200 ms; whoever waits this long waits for ever.
const CANCEL_LIMIT_TICKS: u32 = 10;
/// An engine whose stdin was closed ends at once, or is ended.
const ALONE_LIMIT_TICKS: u32 = 3;
/// Limits are counted in ticks, not in time: a computer that wakes from sleep has missed at most one.
const TICK: Duration = Duration::from_secs(1);

/// What handles ask of the connection.
#[derive(Debug)]
pub(crate) enum Command {
    /// A request with events of its own.
    Begin { id: RequestId, request: Request, events: mpsc::UnboundedSender<Event> },
    /// A request without.
    Send(Request),
    /// End the process at once.
    Kill,
}

struct Route {
    events: mpsc::UnboundedSender<Event>,
    ticks_since_cancel: Option<u32>,
    /// Whether it may go without progress: the caller ends it when it takes too long.
    has_own_limit: bool,
}

struct Connection {
    routes: HashMap<RequestId, Route>,
    frames: mpsc::UnboundedSender<Vec<u8>>,
    progress: u64,
    ticks_since_sign_of_life: u32,
    ticks_since_progress: u32,
}

/// Takes over a process that has said hello.
pub(crate) fn open(process: EngineProcess) -> (mpsc::UnboundedSender<Command>, watch::Receiver<Option<EngineEnd>>) {
    let (command_sender, commands) = mpsc::unbounded_channel();
    let (end_sender, end) = watch::channel(None);
    tokio::spawn(async move {
        let cause = run(process, commands, &end_sender).await;
        tracing::debug!(%cause, "the engine is no longer connected");
    });
    (command_sender, end)
}

/// Runs until the engine has ended or is ended; the routes are dropped only after the cause is known to all.
async fn run(
    process: EngineProcess,
    mut commands: mpsc::UnboundedReceiver<Command>,
    end: &watch::Sender<Option<EngineEnd>>,
) -> EngineEnd {
    let EngineProcess { events, requests, end: mut process_end } = process;
    let mut incoming = spawn_reader(events);
    let mut connection = Connection {
        routes: HashMap::new(),
        frames: spawn_writer(requests),
        progress: 0,
        ticks_since_sign_of_life: 0,
        ticks_since_progress: 0,
    };
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut handles_left = true;
    let mut ticks_alone = 0;

    let cause = loop {
        tokio::select! {
            biased;
            incoming = incoming.recv() => match incoming {
                Some(Ok(event)) => connection.route(event),
                Some(Err(error)) => break EngineEnd::Garbled(error.to_string()),
                None => break timeout(EXIT_LIMIT, &mut process_end).await.unwrap_or(ProcessEnd::Unknown).into(),
            },
            command = commands.recv(), if handles_left => match command {
                Some(Command::Begin { id, request, events }) => connection.begin(id, &request, events),
                Some(Command::Send(request)) => connection.send(&request),
                Some(Command::Kill) => break EngineEnd::Dismissed,
                None => {
                    // Nobody is left to ask anything: an engine ends when its stdin does.
                    handles_left = false;
                    connection.frames = mpsc::unbounded_channel().0;
                }
            },
            _ = ticks.tick() => {
                if let Some(cause) = connection.tick() {
                    break cause;
                }
                ticks_alone += u32::from(!handles_left);
                if ticks_alone > ALONE_LIMIT_TICKS {
                    break EngineEnd::Dismissed;
                }
            }
        }
    };
    end.send_replace(Some(cause.clone()));
    cause
}

impl Connection {
    fn begin(&mut self, id: RequestId, request: &Request, events: mpsc::UnboundedSender<Event>) {
        match encode(request) {
            Ok(frame) => {
                self.ticks_since_progress = 0;
                let has_own_limit = matches!(request, Request::Probe(_));
                self.routes.insert(id, Route { events, ticks_since_cancel: None, has_own_limit });
                self.write(frame);
            }
            Err(error) => {
                let failure = EngineFailure { kind: FailureKind::Internal, cause: error.to_string() };
                events.send(Event::Failed { id, failure }).ok();
            }
        }
    }

    fn send(&mut self, request: &Request) {
        if let Request::Cancel { id } = request {
            match self.routes.get_mut(id) {
                Some(route) => route.ticks_since_cancel = Some(route.ticks_since_cancel.unwrap_or(0)),
                None => return,
            }
        }
        match encode(request) {
            Ok(frame) => self.write(frame),
            Err(error) => tracing::error!(%error, "a request cannot be put into a frame"),
        }
    }

    fn write(&self, frame: Vec<u8>) {
        // A writer that is gone means a closed pipe; the reader will notice the same and tell the cause.
        self.frames.send(frame).ok();
    }

    fn route(&mut self, event: Event) {
        self.ticks_since_sign_of_life = 0;
        let id = match &event {
            Event::Heartbeat { progress } => {
                if *progress != self.progress {
                    self.progress = *progress;
                    self.ticks_since_progress = 0;
                }
                return;
            }
            Event::Hello { .. } | Event::Status { .. } => return,
            Event::Loading { id, .. }
            | Event::Loaded { id, .. }
            | Event::Unloaded { id }
            | Event::Prepared { id, .. }
            | Event::Devices { id, .. }
            | Event::Probed { id, .. }
            | Event::Reading { id, .. }
            | Event::Started { id, .. }
            | Event::Delta { id, .. }
            | Event::Finished { id, .. }
            | Event::Failed { id, .. } => *id,
        };
        self.ticks_since_progress = 0;
        if is_closing(&event) {
            if let Some(route) = self.routes.remove(&id) {
                route.events.send(event).ok();
            }
        } else if let Some(route) = self.routes.get(&id) {
            // Whoever dropped its handle has also sent a cancel.
            route.events.send(event).ok();
        }
    }

    /// Once a second. Says why the engine must be given up, if it must.
    fn tick(&mut self) -> Option<EngineEnd> {
        self.ticks_since_sign_of_life += 1;
        self.ticks_since_progress += 1;
        for ticks in self.routes.values_mut().filter_map(|route| route.ticks_since_cancel.as_mut()) {
            *ticks += 1;
            if *ticks > CANCEL_LIMIT_TICKS {
                return Some(EngineEnd::Stuck(CANCEL_LIMIT_TICKS));
            }
        }
        if self.ticks_since_sign_of_life > SILENCE_LIMIT_TICKS {
            return Some(EngineEnd::Silent(SILENCE_LIMIT_TICKS));
        }
        let is_awaited = self.routes.values().any(|route| !route.has_own_limit);
        let stuck = is_awaited && self.ticks_since_progress > STUCK_LIMIT_TICKS;
        stuck.then_some(EngineEnd::Stuck(STUCK_LIMIT_TICKS))
    }
}

/// Reading a frame must not be interrupted, so it has a task of its own.
fn spawn_reader(mut events: Box<dyn AsyncRead + Send + Unpin>) -> mpsc::Receiver<Result<Event, CodecError>> {
    let (sender, receiver) = mpsc::channel(256);
    tokio::spawn(async move {
        loop {
            // A frame that is given up half-way is of an engine that has been given up.
            let frame = tokio::select! {
                frame = read_async(&mut events) => frame,
                () = sender.closed() => return,
            };
            let Some(frame) = frame.transpose() else { return };
            let is_last = frame.is_err();
            if sender.send(frame).await.is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

/// Ends, and with it closes the engine's stdin, when the sender is dropped.
fn spawn_writer(mut requests: Box<dyn AsyncWrite + Send + Unpin>) -> mpsc::UnboundedSender<Vec<u8>> {
    let (sender, mut frames) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(frame) = frames.recv().await {
            if let Err(error) = requests.write_all(&frame).await {
                tracing::debug!(%error, "the engine no longer reads");
                return;
            }
            if let Err(error) = requests.flush().await {
                tracing::debug!(%error, "the engine no longer reads");
                return;
            }
        }
    });
    sender
}
