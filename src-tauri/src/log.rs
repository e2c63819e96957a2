//! The log: one file a day in the home folder, a few days kept, never more than a bound.
//!
//! What people type and what models answer is never in it, and neither is a secret. The engine's own lines arrive
//! here through the core.

use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::Path;

use anyhow::Context;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Days whose files are kept.
const DAYS_KEPT: usize = 5;

/// No run writes more than this: a fault that repeats itself must not fill the disk.
const MAX_BYTES_PER_RUN: u64 = 16 * 1024 * 1024;

/// Ours in full, others' only where they warn: a library's debug lines could hold what people type.
const USUAL_FILTER: &str = "warn,hearth=info";

/// Writes what is still waiting when it is dropped.
#[derive(Debug)]
pub(crate) struct Log {
    _guard: Option<WorkerGuard>,
}

/// Starts logging into `folder`; `HEARTH_LOG` takes the place of the usual filter (`hearth=debug`).
///
/// An app that cannot write its log (the disk is full or read-only) works on without one and says so on stderr.
pub(crate) fn start(folder: &Path) -> Log {
    let filter =
        EnvFilter::builder().with_env_var("HEARTH_LOG").try_from_env().unwrap_or_else(|_| EnvFilter::new(USUAL_FILTER));
    let (layer, guard) = match appender(folder) {
        Ok(appender) => {
            let (writer, guard) = tracing_appender::non_blocking(Bounded::new(appender, MAX_BYTES_PER_RUN));
            let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
            (Some(layer), Some(guard))
        }
        Err(error) => {
            eprintln!("There is no log: {error:#}");
            (None, None)
        }
    };
    tracing_subscriber::registry().with(filter).with(layer).init();

    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        log_panic(panic);
        print(panic);
    }));
    Log { _guard: guard }
}

fn appender(folder: &Path) -> anyhow::Result<RollingFileAppender> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    Ok(RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("hearth")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder)?)
}

/// A panic's text may quote what someone typed (a string cut at the wrong byte is printed), so only texts that were
/// already in the source are logged.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(text left out)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = std::backtrace::Backtrace::force_capture();
    tracing::error!(place, %backtrace, "panic: {text}");
}

/// Passes bytes on until there have been too many, then says so once and falls silent.
struct Bounded<W> {
    inner: W,
    bytes_left: u64,
}

impl<W: Write> Bounded<W> {
    fn new(inner: W, max_bytes: u64) -> Self {
        Self { inner, bytes_left: max_bytes }
    }
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes_left == 0 {
            return Ok(bytes.len());
        }
        self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
        self.inner.write_all(bytes)?;
        if self.bytes_left == 0 {
            self.inner.write_all(b"The log of this run is full; nothing more is written.\n")?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_repeats_itself_does_not_fill_the_disk() {
        let mut file = Vec::new();
        let mut log = Bounded::new(&mut file, 10);
        for _ in 0..1000 {
            log.write_all(b"again\n").expect("writing to memory");
        }
        let text = String::from_utf8(file).expect("text");
        assert_eq!(text, "again\nagain\nThe log of this run is full; nothing more is written.\n");
    }
}
