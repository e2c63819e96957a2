//! One step of the test run: a command or an inspection, with a log of its own and a limit of time.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::tally::Tally;
use super::webview_fault;
use crate::{process_tree, program};

pub(super) struct Step<'a> {
    /// Also the name of the log file.
    pub(super) title: &'static str,
    pub(super) work: Work<'a>,
}

pub(super) enum Work<'a> {
    /// Counts as one.
    Inspection(Box<dyn FnOnce() -> Result<()> + 'a>),
    /// Counts as one: what the command's exit code says.
    Check(Command),
    /// A check whose stdout is for this program, and what follows from it. Counts as one.
    CheckThen(Command, FollowUp<'a>),
    /// Counts as many as the runner says.
    Tests(Command, Counted),
    /// The same for cargo's tests in a webview. Those that a fault of the webview itself struck get the second command.
    TestsInWebview(Command, Repetition<'a>),
}

pub(super) type FollowUp<'a> = Box<dyn FnOnce(&str) -> Result<()> + 'a>;

/// Makes the command that runs the tests of these names alone.
pub(super) type Repetition<'a> = Box<dyn Fn(&[String]) -> Command + 'a>;

/// Where a test runner leaves its figures.
pub(super) enum Counted {
    /// In its output, as cargo does.
    Log,
    VitestReport(PathBuf),
    PlaywrightReport(PathBuf),
}

/// Far more than the longest step takes, a cold build on two cores.
const LIMIT: Duration = Duration::from_mins(75);
const LINES_SHOWN: usize = 300;

impl Step<'_> {
    /// Runs it and says how it went: one line, and the log's end when it failed.
    pub(super) fn perform(self, logs: &Path) -> Tally {
        let log = logs.join(format!("{}.log", self.title.replace([' ', ':', ','], "-")));
        print!("{:<38}", self.title);
        // A line that appears late is no reason to fail.
        let _ = std::io::stdout().flush();
        let started = Instant::now();
        let (tally, error) = match self.work.perform(&log) {
            Ok(tally) => (tally, None),
            Err(error) => (Tally::failure(), Some(error)),
        };
        let seconds = started.elapsed().as_secs_f64();
        let skipped = if tally.skipped > 0 { format!(", {} skipped", tally.skipped) } else { String::new() };
        if tally.failed == 0 {
            println!("passed {:>5}  {seconds:>7.1} s{skipped}", tally.passed);
        } else {
            println!("FAILED {:>5}  {seconds:>7.1} s  ({} passed{skipped})", tally.failed, tally.passed);
            show_end(&log);
            if let Some(error) = error {
                println!("{error:#}");
            }
        }
        tally
    }
}

impl Work<'_> {
    fn perform(self, log: &Path) -> Result<Tally> {
        fs::write(log, "").with_context(|| format!("cannot write {}", log.display()))?;
        match self {
            Self::Inspection(inspect) => {
                inspect()?;
                Ok(Tally::success())
            }
            Self::Check(mut command) => {
                let status = logged(&mut command, log, log)?;
                Ok(if status.success() { Tally::success() } else { Tally::failure() })
            }
            Self::CheckThen(mut command, follow) => {
                let answer = log.with_extension("stdout");
                if !logged(&mut command, log, &answer)?.success() {
                    return Ok(Tally::failure());
                }
                follow(&fs::read_to_string(&answer).with_context(|| format!("cannot read {}", answer.display()))?)?;
                Ok(Tally::success())
            }
            Self::Tests(mut command, counted) => {
                counted.forget()?;
                let status = logged(&mut command, log, log)?;
                counted.read(log, status)
            }
            Self::TestsInWebview(mut command, repeat) => {
                let status = logged(&mut command, log, log)?;
                let mut tally = Counted::Log.read(log, status)?;
                let struck = webview_fault::struck(&fs::read_to_string(log)?);
                if struck.is_empty() {
                    return Ok(tally);
                }
                println!("(the webview's own fault, run again: {})", struck.join(", "));
                let again = log.with_extension("again.log");
                fs::write(&again, "").with_context(|| format!("cannot write {}", again.display()))?;
                let status = logged(&mut repeat(&struck), &again, &again)?;
                let second = Counted::Log.read(&again, status)?;
                tally.failed = tally.failed.saturating_sub(struck.len() as u64);
                tally += second;
                Ok(tally)
            }
        }
    }
}

impl Counted {
    /// An old report must not be taken for this run's.
    fn forget(&self) -> Result<()> {
        match self {
            Self::VitestReport(report) | Self::PlaywrightReport(report) if report.exists() => {
                fs::remove_file(report).with_context(|| format!("cannot remove {}", report.display()))
            }
            _ => Ok(()),
        }
    }

    fn read(&self, log: &Path, status: ExitStatus) -> Result<Tally> {
        let text = |path: &Path| fs::read_to_string(path).with_context(|| format!("no figures in {}", path.display()));
        let mut tally = match self {
            Self::Log => Tally::of_cargo(&text(log)?)?,
            Self::VitestReport(report) => Tally::of_vitest(&text(report)?)?,
            Self::PlaywrightReport(report) => Tally::of_playwright(&text(report)?)?,
        };
        if !status.success() && tally.failed == 0 {
            // The runner itself failed: a test that does not compile, a crash between tests.
            tally.failed = 1;
        }
        if tally.passed + tally.failed == 0 {
            bail!("not a single test was run");
        }
        Ok(tally)
    }
}

/// Runs the command with its output at the end of the log, stdout apart if asked. Kills it, and all it started, when
/// it takes too long.
fn logged(command: &mut Command, log: &Path, stdout: &Path) -> Result<ExitStatus> {
    let open = |path: &Path| {
        let file = File::options().append(true).create(true).open(path);
        file.with_context(|| format!("cannot write {}", path.display()))
    };
    if stdout != log {
        fs::write(stdout, "").with_context(|| format!("cannot write {}", stdout.display()))?;
    }
    let mut log = open(log)?;
    writeln!(log, "$ {}\n", program::shown(command))?;
    let mut child = command
        .env("NO_COLOR", "1")
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(open(stdout)?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start `{}`", program::shown(command)))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > LIMIT {
            process_tree::kill(&mut child)?;
            bail!("stopped after {} minutes without an end", LIMIT.as_secs() / 60);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn show_end(log: &Path) {
    let Ok(bytes) = fs::read(log) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    println!("--- {} (the last {} of {} lines)", log.display(), shown.len(), lines.len());
    for line in shown {
        println!("{line}");
    }
    println!("---");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn perform(work: Work) -> Result<Tally> {
        let folder = tempfile::tempdir().unwrap();
        work.perform(&folder.path().join("step.log"))
    }

    fn cargo(argument: &str) -> Command {
        let mut command = Command::new(program::cargo());
        command.arg(argument);
        command
    }

    #[test]
    fn a_check_counts_as_one_by_its_exit_code() {
        assert_eq!(perform(Work::Check(cargo("--version"))).unwrap(), Tally::success());
        assert_eq!(perform(Work::Check(cargo("--no-such-option"))).unwrap(), Tally::failure());
    }

    #[test]
    fn a_runner_that_ran_no_test_has_failed() {
        let error = perform(Work::Tests(cargo("--version"), Counted::Log)).unwrap_err();
        assert!(error.to_string().contains("not a single test"), "{error}");
    }

    #[test]
    fn a_runner_that_fails_before_its_first_test_counts_as_one_failure() {
        let tally = perform(Work::Tests(cargo("--no-such-option"), Counted::Log)).unwrap();
        assert_eq!(tally, Tally::failure());
    }

    #[test]
    fn a_report_of_an_earlier_run_is_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.json");
        fs::write(&report, r#"{"stats":{"expected":5,"unexpected":0,"flaky":0,"skipped":0}}"#).unwrap();
        let result = perform(Work::Tests(cargo("--version"), Counted::PlaywrightReport(report)));
        assert!(result.is_err(), "the runner wrote no report of its own");
    }
}
