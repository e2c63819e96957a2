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
/// `backends` is the one folder compute backends are loaded from, `path` what is computed with.
pub fn serve(
    mut input: impl Read,
    output: impl Write + Send + 'static,
    backends: PathBuf,
    path: ComputePath,
) -> io::Result<Exit> {
    let interrupt = Arc::new(Interrupt::default());
    let outbox = Outbox::start(output, Arc::clone(&interrupt))?;
    outbox.send(Event::Hello { protocol: PROTOCOL_VERSION, build: env!("HEARTH_ENGINE_BUILD").to_owned(), path });
    let desk = Arc::new(Desk::default());
    let worker = Worker::start(backends, path, &outbox, &desk, &interrupt)?;

    loop {
        match codec::read::<Request>(&mut input) {
            Ok(Some(Request::Load(load))) => accept(Job::Load(load), &worker, &outbox, &desk, &interrupt),
            Ok(Some(Request::Generate(generate))) => {
                accept(Job::generate_now(generate), &worker, &outbox, &desk, &interrupt);
            }
            Ok(Some(Request::Unload { id })) => accept(Job::Unload(id), &worker, &outbox, &desk, &interrupt),
            Ok(Some(Request::Probe(probe))) => accept(Job::Probe(probe), &worker, &outbox, &desk, &interrupt),
            Ok(Some(Request::Restrain(restraint))) => interrupt.restrain(restraint),
            Ok(Some(Request::Prepare(_))) => {}
            Ok(Some(Request::Cancel { id })) => desk.if_busy_with(id, || interrupt.stop()),
            Ok(Some(Request::Status)) => outbox.send(desk.status()),
            Ok(Some(Request::Shutdown)) => {
                interrupt.stop();
                worker.finish(SHUTDOWN_PATIENCE);
                outbox.flush(SHUTDOWN_PATIENCE);
                return Ok(Exit::Orderly);
            }
            Ok(None) => return Ok(Exit::Orderly),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "stdin does not carry this protocol");
                return Ok(Exit::ProtocolBroken);
            }
        }
    }
}

/// Hands a job to the worker, or refuses it while there is another.
fn accept(job: Job, worker: &Worker, outbox: &Outbox, desk: &Desk, interrupt: &Interrupt) {
    let id = job.id();
    // The stop of an earlier request must not hit this one. Once the desk is taken, nothing else touches it.
    match desk.take(id, || interrupt.rearm()) {
        Ok(()) => worker.send(job),
        Err(other) => outbox.send(Event::Failed {
            id,
            failure: EngineFailure { kind: FailureKind::Busy, cause: format!("request {} is still running", other.0) },
        }),
    }
}
