//! The one thread that owns backends, model and context.

use std::{
    io,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use hearth_ipc::{EngineFailure, Event, FailureKind, GenerateRequest, LoadRequest, PrepareRequest, RequestId};

use crate::{
    answer,
    desk::{Desk, Urgency},
    exit::{self, Exit},
    llama::{Backend, Interrupt},
    load,
    outbox::Outbox,
    prepare,
    session::Session,
    states::StateKey,
};

/// A pause so long is time enough to write to the disk what was answered last.
const IDLE: Duration = Duration::from_secs(5);

/// How long the end of a model may take because of what it remembers. A disk that is slower has no use for it.
const SAVING_PATIENCE: Duration = Duration::from_secs(30);

/// Something to be worked on.
#[derive(Debug)]
pub(crate) enum Job {
    Load(LoadRequest),
    Unload(RequestId),
    Generate {
        request: GenerateRequest,
        /// When the app asked: what it measures begins here.
        arrived: Instant,
    },
    Prepare(PrepareRequest),
}

impl Job {
    pub(crate) fn generate_now(request: GenerateRequest) -> Self {
        Self::Generate { request, arrived: Instant::now() }
    }

    pub(crate) fn id(&self) -> RequestId {
        match self {
            Self::Load(load) => load.id,
            Self::Unload(id) => *id,
            Self::Generate { request, .. } => request.id,
            Self::Prepare(request) => request.id,
        }
    }

    pub(crate) fn urgency(&self) -> Urgency {
        match self {
            Self::Load(_) | Self::Unload(_) | Self::Generate { .. } => Urgency::Wanted,
            Self::Prepare(_) => Urgency::Ahead,
        }
    }
}

/// A handle to the thread.
#[derive(Debug)]
pub(crate) struct Worker {
    orders: mpsc::Sender<Order>,
}

#[derive(Debug)]
enum Order {
    Do(Job),
    /// Answered when everything before it is done and model and context are freed.
    Finish(mpsc::Sender<()>),
}

impl Worker {
    /// Starts the thread, which begins by loading the backends from the folder `backends`.
    pub(crate) fn start(
        backends: PathBuf,
        outbox: &Outbox,
        desk: &Arc<Desk>,
        interrupt: &Arc<Interrupt>,
    ) -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel();
        let (outbox, desk, interrupt) = (outbox.clone(), Arc::clone(desk), Arc::clone(interrupt));
        thread::Builder::new().name("worker".to_owned()).spawn(move || {
            let ends_with_the_thread = EndsTheProcess;
            let backend = load_backends(&backends);
            let mut bench = Bench { backend, session: None, outbox, desk, interrupt };
            bench.work(&inbox);
            drop(bench);
            std::mem::forget(ends_with_the_thread);
        })?;
        Ok(Self { orders })
    }

    /// Puts a job at the end of the line.
    pub(crate) fn send(&self, job: Job) {
        // The other end goes only with the process.
        let _ = self.orders.send(Order::Do(job));
    }

    /// Returns once everything sent so far is done and freed, or `patience` is over.
    pub(crate) fn finish(&self, patience: Duration) {
        let (done, wait) = mpsc::channel();
        let _ = self.orders.send(Order::Finish(done));
        let _ = wait.recv_timeout(patience);
    }
}

/// Dropped only when the thread panics: an engine that takes requests and never answers is worse than none, which
/// the app notices and starts again.
struct EndsTheProcess;

impl Drop for EndsTheProcess {
    fn drop(&mut self) {
        exit::now(Exit::Internal);
    }
}

fn load_backends(folder: &Path) -> Rc<Backend> {
    let started = Instant::now();
    match Backend::load(folder) {
        Ok(backend) => {
            tracing::info!(device = backend.device(), milliseconds = started.elapsed().as_millis(), "backends loaded");
            backend
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the engine cannot compute here");
            exit::now(Exit::NoBackend)
        }
    }
}

/// What the thread works with.
struct Bench {
    // Dropped in this order: a session uses the backend.
    session: Option<Session>,
    backend: Rc<Backend>,
    outbox: Outbox,
    desk: Arc<Desk>,
    interrupt: Arc<Interrupt>,
}

impl Bench {
    fn work(&mut self, inbox: &mpsc::Receiver<Order>) {
        while let Some(order) = self.next(inbox) {
            match order {
                Order::Do(job) => {
                    self.desk.begin(&self.interrupt);
                    let closing = self.close(job);
                    self.desk.leave();
                    self.outbox.send(closing);
                }
                Order::Finish(done) => {
                    self.put_away();
                    let _ = done.send(());
                    return;
                }
            }
        }
    }

    /// Waits for the next order. When none comes for a while, what was answered last is put on disk: nobody knows how
    /// this process will end.
    fn next(&mut self, inbox: &mpsc::Receiver<Order>) -> Option<Order> {
        match inbox.recv_timeout(IDLE) {
            Ok(order) => return Some(order),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(session) = &mut self.session {
            session.save_while_idle();
        }
        inbox.recv().ok()
    }

    /// Frees the model, after what it remembers is on disk.
    fn put_away(&mut self) {
        if let Some(mut session) = self.session.take() {
            session.put_away(SAVING_PATIENCE);
        }
        self.desk.set_model(None);
    }

    /// Does the job; the event that closes it is for the caller to send.
    fn close(&mut self, job: Job) -> Event {
        let id = job.id();
        let closing = match job {
            Job::Load(request) => self.load(&request),
            Job::Unload(id) => {
                self.put_away();
                Ok(Event::Unloaded { id })
            }
            Job::Generate { request, arrived } => self.generate(&request, arrived),
            Job::Prepare(request) => self.prepare(&request),
        };
        closing.unwrap_or_else(|failure| {
            if failure.kind == FailureKind::Cancelled {
                tracing::debug!(request = id.0, cause = failure.cause, "a request was cancelled");
            } else {
                tracing::warn!(request = id.0, kind = ?failure.kind, cause = failure.cause, "a request failed");
            }
            Event::Failed { id, failure }
        })
    }

    fn load(&mut self, request: &LoadRequest) -> Result<Event, EngineFailure> {
        // A file that is refused costs nothing: the model that was there stays.
        let checked = load::check(&request.path)?;
        // Two models at a time may be more than the memory holds.
        self.put_away();
        let id = request.id;
        let (mut session, model) = load::load(request, &checked, &self.backend, &self.interrupt, &self.outbox)?;
        if let Some(states) = &request.states {
            match StateKey::new(&model, &checked) {
                Ok(key) => session.use_folder(states, key),
                Err(error) => tracing::warn!(%error, "no states are kept on disk"),
            }
        }
        self.session = Some(session);
        self.desk.set_model(Some(model.clone()));
        Ok(Event::Loaded { id, model })
    }

    fn generate(&mut self, request: &GenerateRequest, arrived: Instant) -> Result<Event, EngineFailure> {
        let session = self.session.as_mut().ok_or_else(no_model)?;
        let (reason, stats) = answer::write(session, request, arrived, &self.outbox)?;
        Ok(Event::Finished { id: request.id, reason, stats })
    }

    fn prepare(&mut self, request: &PrepareRequest) -> Result<Event, EngineFailure> {
        let session = self.session.as_mut().ok_or_else(no_model)?;
        let tokens = prepare::read_ahead(session, request)?;
        Ok(Event::Prepared { id: request.id, tokens })
    }
}

fn no_model() -> EngineFailure {
    EngineFailure { kind: FailureKind::NoModel, cause: "no model is loaded".to_owned() }
}
