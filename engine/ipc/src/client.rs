//! The app's handle on one engine process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use crate::{
    CodecError, ComputePath, Event, GenerateRequest, LoadRequest, PROTOCOL_VERSION, PrepareRequest, ProbeRequest,
    Request, RequestId, Restraint,
    codec::read_async,
    connection::{self, Command},
    launch::{EngineProcess, ProcessEnd},
    running::{Generation, Load, Preparation, Probe, Running, Unloading},
};

/// An engine that has not said hello by then never will. Windows looks through the files of a program before it lets it
/// start for the first time.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(if cfg!(windows) { 90 } else { 10 });
/// A process that closed its stdout has this long to end, so that the cause can be told.
pub(crate) const EXIT_LIMIT: Duration = Duration::from_secs(2);

/// One engine process. Clones are handles on the same one; when the last is dropped, its stdin closes and it ends.
#[derive(Debug, Clone)]
pub struct Client {
    commands: mpsc::UnboundedSender<Command>,
    last_id: Arc<AtomicU64>,
    end: watch::Receiver<Option<EngineEnd>>,
    build: Arc<str>,
    path: ComputePath,
}

/// Why an engine is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineEnd {
    /// By itself, with this code.
    #[error("the engine exited with code {0}")]
    Exited(i32),
    /// By this signal.
    #[error("signal {0} ended the engine")]
    Killed(i32),
    /// It closed its pipe, and the system does not say how it ended.
    #[error("the engine closed its pipe")]
    Closed,
    /// The app ended it.
    #[error("the app ended the engine")]
    Dismissed,
    /// It sent something that is no message; it was ended.
    #[error("the engine sent something that is no message: {0}")]
    Garbled(String),
    /// No heartbeat for too long; it was ended.
    #[error("the engine gave no sign of life for {0} seconds")]
    Silent(u32),
    /// It lives, but what it was asked for made no progress for too long; it was ended.
    #[error("the engine made no progress for {0} seconds")]
    Stuck(u32),
}

/// Why no handle could be had on a started process.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It said nothing for [`HANDSHAKE_LIMIT`].
    #[error("the engine did not say hello within {} seconds", HANDSHAKE_LIMIT.as_secs())]
    Silent,
    /// It ended before it said hello.
    #[error("the engine ended at once ({0:?})")]
    Ended(ProcessEnd),
    /// What it sent is no frame.
    #[error("the engine's first frame is damaged")]
    Garbled(#[source] CodecError),
    /// Its first message was another one.
    #[error("the engine did not begin with hello")]
    NoHello,
    /// It speaks another version of the protocol.
    #[error("the engine speaks version {0} of the protocol, the app speaks {PROTOCOL_VERSION}")]
    OtherProtocol(u32),
}

impl Client {
    /// Waits for the engine's hello and checks that both sides speak the same protocol. On an error the process is ended.
    pub async fn connect(mut process: EngineProcess) -> Result<Self, ConnectError> {
        let hello = timeout(HANDSHAKE_LIMIT, read_async::<Event>(&mut process.events));
        let (build, path) = match hello.await.map_err(|_| ConnectError::Silent)? {
            Ok(Some(Event::Hello { protocol: PROTOCOL_VERSION, build, path })) => {
                tracing::info!(build, ?path, "an engine is connected");
                (build.into(), path)
            }
            Ok(Some(Event::Hello { protocol, .. })) => return Err(ConnectError::OtherProtocol(protocol)),
            Ok(Some(_)) => return Err(ConnectError::NoHello),
            Ok(None) => {
                let end = timeout(EXIT_LIMIT, process.end).await;
                return Err(ConnectError::Ended(end.unwrap_or(ProcessEnd::Unknown)));
            }
            // A version so different that even its hello reads differently.
            Err(error) => return Err(ConnectError::Garbled(error)),
        };
        let (commands, end) = connection::open(process);
        Ok(Self { commands, last_id: Arc::default(), end, build, path })
    }

    /// Version of the engine and of what it computes with.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// What it was started to compute with.
    pub fn path(&self) -> ComputePath {
        self.path
    }

    /// A fresh id for the next request.
    pub fn new_id(&self) -> RequestId {
        RequestId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Has a model loaded. Dropping the handle cancels the load.
    pub fn load(&self, request: LoadRequest) -> Load {
        Load(self.begin(request.id, Request::Load(request)))
    }

    /// Has an answer written. Dropping the handle stops it.
    pub fn generate(&self, request: GenerateRequest) -> Generation {
        Generation(self.begin(request.id, Request::Generate(request)))
    }

    /// Has what is certain of the next prompt read. Dropping the handle stops it.
    pub fn prepare(&self, request: PrepareRequest) -> Preparation {
        Preparation(self.begin(request.id, Request::Prepare(request)))
    }

    /// Has the loaded model freed.
    pub fn unload(&self) -> Unloading {
        let id = self.new_id();
        Unloading(self.begin(id, Request::Unload { id }))
    }

    /// Has the engine's compute path tried. Dropping the handle stops it.
    pub fn probe(&self, request: ProbeRequest) -> Probe {
        Probe(self.begin(request.id, Request::Probe(request)))
    }

    /// Says how much of the computer may be used, from now on.
    pub fn restrain(&self, restraint: Restraint) {
        self.command(Command::Send(Request::Restrain(restraint)));
    }

    /// Asks the engine to finish in order; [`Self::ended`] tells when it has.
    pub fn shut_down(&self) {
        self.command(Command::Send(Request::Shutdown));
    }

    /// Ends the process at once, whatever it is at.
    pub fn kill(&self) {
        self.command(Command::Kill);
    }

    /// Whether the process is known to have ended.
    pub fn has_ended(&self) -> bool {
        self.end.borrow().is_some()
    }

    /// Waits for the end of the process.
    pub async fn ended(&self) -> EngineEnd {
        end_of(&mut self.end.clone()).await
    }

    fn begin(&self, id: RequestId, request: Request) -> Running {
        let (sender, events) = mpsc::unbounded_channel();
        self.command(Command::Begin { id, request, events: sender });
        Running::new(id, events, self.commands.clone(), self.end.clone())
    }

    fn command(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::debug!("the engine has already ended");
        }
    }
}

/// Waits until the end is known.
pub(crate) async fn end_of(end: &mut watch::Receiver<Option<EngineEnd>>) -> EngineEnd {
    match end.wait_for(Option::is_some).await.map(|end| end.clone()) {
        Ok(Some(end)) => end,
        // The connection's task went away without a word: the runtime is shutting down.
        Ok(None) | Err(_) => EngineEnd::Closed,
    }
}

impl From<ProcessEnd> for EngineEnd {
    fn from(end: ProcessEnd) -> Self {
        match end {
            ProcessEnd::Exited(code) => Self::Exited(code),
            ProcessEnd::Killed(signal) => Self::Killed(signal),
            ProcessEnd::Unknown => Self::Closed,
        }
    }
}
