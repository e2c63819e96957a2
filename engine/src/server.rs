//! Listens to the app.
//!
//! The thread that runs [`serve`] does nothing but read requests, so that "cancel" is heard at any time. Work goes
//! to the worker, events leave through the outbox.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use hearth_ipc::{ComputePath, EngineFailure, Event, FailureKind, PROTOCOL_VERSION, Request, codec};

use crate::{
    desk::Desk,
    exit::Exit,
    llama::Interrupt,
    outbox::Outbox,
    worker::{Job, Worker},
};

/// How long an orderly end may take before it becomes an abrupt one.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(2);

/// Serves one app until it goes. The caller ends the process with the result, at once: the worker may still be
/// computing.
///
/// `backends` is the one folder compute backends are loaded from.
pub fn serve(mut input: impl Read, output: impl Write + Send + 'static, backends: PathBuf) -> io::Result<Exit> {
    let interrupt = Arc::new(Interrupt::default());
    let outbox = Outbox::start(output, Arc::clone(&interrupt))?;
    outbox.send(Event::Hello {
        protocol: PROTOCOL_VERSION,
        build: env!("CARGO_PKG_VERSION").to_owned(),
        path: ComputePath::Cpu,
    });
    let desk = Arc::new(Desk::default());
    let worker = Worker::start(backends, &outbox, &desk, &interrupt)?;

    loop {
        match codec::read::<Request>(&mut input) {
            Ok(Some(Request::Load(load))) => accept(Job::Load(load), &worker, &outbox, &desk, &interrupt),
            Ok(Some(Request::Generate(generate))) => {
                accept(Job::generate_now(generate), &worker, &outbox, &desk, &interrupt);
            }
            Ok(Some(Request::Unload { id })) => accept(Job::Unload(id), &worker, &outbox, &desk, &interrupt),
            Ok(Some(Request::Prepare(prepare))) => {
                accept(Job::Prepare(prepare), &worker, &outbox, &desk, &interrupt);
            }
            Ok(Some(Request::Probe(_) | Request::Restrain(_))) => {}
            Ok(Some(Request::Cancel { id })) => desk.stop(id, &interrupt),
            Ok(Some(Request::Status)) => outbox.send(desk.status()),
            Ok(Some(Request::Shutdown) | None) => {
                desk.close(&interrupt);
                worker.finish(SHUTDOWN_PATIENCE);
                outbox.flush(SHUTDOWN_PATIENCE);
                return Ok(Exit::Orderly);
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "stdin does not carry this protocol");
                return Ok(Exit::ProtocolBroken);
            }
        }
    }
}

/// Hands a job to the worker, or refuses it while there is another that does not make room.
fn accept(job: Job, worker: &Worker, outbox: &Outbox, desk: &Desk, interrupt: &Interrupt) {
    let id = job.id();
    match desk.take(id, job.urgency(), interrupt) {
        Ok(()) => worker.send(job),
        Err(other) => outbox.send(Event::Failed {
            id,
            failure: EngineFailure { kind: FailureKind::Busy, cause: format!("request {} is still running", other.0) },
        }),
    }
}
