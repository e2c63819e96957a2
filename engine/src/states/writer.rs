//! The thread that writes states to the disk, one after the other.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use super::{State, StateKey, file};
use crate::llama::Interrupt;

/// Something to be done on the disk.
#[derive(Debug)]
pub(super) enum Job {
    Write {
        path: PathBuf,
        state: Arc<State>,
        /// Files that are of no use once this one is there.
        replaces: Vec<PathBuf>,
    },
    Remove(PathBuf),
    /// Answered once everything before it is done.
    Flush(mpsc::Sender<()>),
}

/// How a writing ended.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) path: PathBuf,
    pub(super) result: io::Result<()>,
}

/// A handle to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    written: mpsc::Receiver<Written>,
}

impl Writer {
    pub(super) fn start(key: StateKey, interrupt: Arc<Interrupt>) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel();
        let (report, written) = mpsc::channel();
        thread::Builder::new().name("states".to_owned()).spawn(move || {
            while let Ok(job) = inbox.recv() {
                work(job, &key, &interrupt, &report);
            }
        })?;
        Ok(Self { jobs, written })
    }

    pub(super) fn send(&self, job: Job) {
        // The other end goes only with the process.
        let _ = self.jobs.send(job);
    }

    /// What was written since it was asked last.
    pub(super) fn written(&self) -> impl Iterator<Item = Written> {
        self.written.try_iter()
    }

    /// Returns once everything sent so far is done, or `patience` is over.
    pub(super) fn flush(&self, patience: Duration) {
        let (done, wait) = mpsc::channel();
        self.send(Job::Flush(done));
        let _ = wait.recv_timeout(patience);
    }
}

fn work(job: Job, key: &StateKey, interrupt: &Interrupt, report: &mpsc::Sender<Written>) {
    match job {
        Job::Write { path, state, replaces } => {
            let result = file::write(&path, &path.with_extension("part"), key, &state, interrupt);
            if result.is_ok() {
                for old in replaces {
                    remove(&old);
                }
            }
            // Nobody may be left to hear it.
            let _ = report.send(Written { path, result });
        }
        Job::Remove(path) => remove(&path),
        Job::Flush(done) => {
            let _ = done.send(());
        }
    }
}

fn remove(path: &PathBuf) {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "a state that is no longer wanted cannot be removed"),
    }
}
