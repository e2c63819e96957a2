//! How fast a file comes, beside curl.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures::FutureExt;
use futures::future::BoxFuture;
use hearth_fake_hub::{Config, Content, FakeHub, Repository};
use hearth_hub::transfer::{self, Expected, Job, Journal, Phase, Progress, SegmentDone, Segments};
use hearth_hub::{Connection, ConnectionSettings, Proxy};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::watch;

use crate::arguments::Fetch;
use crate::measure::{Measure, Readings};
use crate::rounds::{Side, Turn};

const REPOSITORY: &str = "hearth/bench";
/// Where nothing is limited: long enough to tell speeds apart.
const LARGE: (&str, usize) = ("large.gguf", 768 << 20);
/// Where each connection is.
const SMALL: (&str, usize) = ("small.gguf", 96 << 20);
const LIMIT_BYTES_PER_SECOND: u64 = 8 << 20;
/// As many as the app uses at most.
const CONNECTIONS: u32 = 8;

/// A server with two files.
pub(crate) struct Download {
    hub: FakeHub,
    large: Expected,
    small: Expected,
    folder: TempDir,
}

impl Download {
    pub(crate) const MEASURES: &[Measure] =
        &[Measure::DownloadUnlimited, Measure::DownloadLimited, Measure::MemoryDownload];

    pub(crate) fn prepare() -> anyhow::Result<Self> {
        let (large, small) = (Content::noise(1, LARGE.1), Content::noise(2, SMALL.1));
        let expected = |content: &Content| -> anyhow::Result<Expected> {
            Ok(Expected { size_bytes: content.size_bytes(), sha256: content.sha256().parse()? })
        };
        let (large_expected, small_expected) = (expected(&large)?, expected(&small)?);
        let repository = Repository::new(REPOSITORY).with_lfs(LARGE.0, large).with_lfs(SMALL.0, small);
        let hub = FakeHub::start(Config::serving(vec![repository])).context("no free port")?;
        Ok(Self { hub, large: large_expected, small: small_expected, folder: tempfile::tempdir()? })
    }

    /// Takes the figures that are wanted.
    pub(crate) async fn turn(
        &self,
        turn: Turn,
        wanted: &BTreeSet<Measure>,
        readings: &mut Readings,
    ) -> anyhow::Result<()> {
        for (limit, measure, file, expected) in [
            (None, Measure::DownloadUnlimited, LARGE.0, self.large),
            (Some(LIMIT_BYTES_PER_SECOND), Measure::DownloadLimited, SMALL.0, self.small),
        ] {
            let shows_memory = limit.is_none();
            let is_wanted = wanted.contains(&measure) || shows_memory && wanted.contains(&Measure::MemoryDownload);
            if !is_wanted {
                continue;
            }
            self.hub.limit_bytes_per_second(limit);
            let url = format!("{}/{REPOSITORY}/resolve/main/{file}", self.hub.endpoint());
            for side in turn.sides() {
                let output = self.folder.path().join("file");
                let program = match side {
                    Side::Hearth => self.ours(&url, &expected, &output)?,
                    Side::Rival => curl(&url, &output),
                };
                let run = run(program).await?;
                ensure!(std::fs::metadata(&output)?.len() == expected.size_bytes, "the file is not whole");
                std::fs::remove_file(&output)?;
                let speed = megabytes(expected.size_bytes) / run.time.as_secs_f64();
                let tell = if side == Side::Hearth { Readings::ours } else { Readings::rivals };
                tell(readings, measure, speed);
                if shows_memory {
                    tell(readings, Measure::MemoryDownload, run.peak_megabytes);
                }
            }
        }
        Ok(())
    }

    fn ours(&self, url: &str, expected: &Expected, output: &Path) -> anyhow::Result<Command> {
        let mut program = Command::new(std::env::current_exe()?);
        program.args(["fetch", "--endpoint", self.hub.endpoint(), "--url", url]);
        program.args(["--size-bytes", &expected.size_bytes.to_string()]);
        program.args(["--sha256", &expected.sha256.to_string(), "--output"]).arg(output);
        Ok(program)
    }
}

fn curl(url: &str, output: &Path) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--location", "--noproxy", "*", "--output"]).arg(output).arg(url);
    curl
}

struct Run {
    time: Duration,
    peak_megabytes: f64,
}

async fn run(mut program: Command) -> anyhow::Result<Run> {
    let started = Instant::now();
    let mut child = program.stdin(Stdio::null()).kill_on_drop(true).spawn().context("curl cannot be started")?;
    let pid = child.id().context("it ended at once")?;
    let mut peak_megabytes = 0.0;
    // The system forgets a process's memory when it ends, so it is asked while it runs.
    let status = loop {
        match tokio::time::timeout(Duration::from_millis(10), child.wait()).await {
            Ok(status) => break status?,
            Err(_) => peak_megabytes = peak(pid).unwrap_or(peak_megabytes),
        }
    };
    ensure!(status.success(), "the download failed ({status})");
    Ok(Run { time: started.elapsed(), peak_megabytes })
}

/// Most memory that a process had so far, pages of files not counted (`VmHWM` holds them; proc(5)).
fn peak(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

#[expect(clippy::cast_precision_loss, reason = "far below what two runs differ by")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Hearth's side, in this process.
pub(crate) async fn fetch(fetch: &Fetch) -> anyhow::Result<()> {
    let settings = ConnectionSettings {
        endpoint: fetch.endpoint.parse()?,
        proxy: Proxy::None,
        user_agent: "hearth-bench".to_owned(),
        ..ConnectionSettings::default()
    };
    let job = Job {
        url: fetch.url.parse()?,
        partial: fetch.output.clone(),
        expected: Expected { size_bytes: fetch.size_bytes, sha256: fetch.sha256.parse()? },
        segments: Segments::none(fetch.size_bytes),
        connections: CONNECTIONS,
        hold: transfer::hold().0,
    };
    let (progress, _told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
    Ok(transfer::run(&Connection::new(settings)?, &job, &NoJournal, &progress).await?)
}

/// What a database costs is not curl's to pay; it is written once for each segment.
struct NoJournal;

impl Journal for NoJournal {
    fn done<'journal>(&'journal self, _: &'journal [SegmentDone]) -> BoxFuture<'journal, io::Result<()>> {
        async { Ok(()) }.boxed()
    }

    fn lost(&self, _: u32) -> BoxFuture<'_, io::Result<()>> {
        async { Ok(()) }.boxed()
    }
}
