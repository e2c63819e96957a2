//! The app beside an empty window: how much memory it takes, and how soon one can type.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, ensure};
use hearth_tests::{Desk, Process};

use crate::arguments::Arguments;
use crate::measure::{Measure, Readings};
use crate::memory::pss_megabytes;
use crate::rounds::{Side, Turn};

/// A program that computes less than this share of the time is at rest; a blinking caret takes less.
const REST_SHARE: f64 = 0.05;
/// For so long.
const REST_TIME: Duration = Duration::from_secs(2);
/// A program that is not at rest by then never will be.
const REST_LIMIT: Duration = Duration::from_mins(1);

/// The engine's memory is measured by itself.
pub(crate) const ENGINE: &str = "hearth-engine";
/// The process that holds the page.
const PAGE: &str = "WebKitWebProces";

/// Returns the time, in milliseconds since 1970, when one can type; before that nothing.
const COMPOSER_READY: &str = "
    const field = document.activeElement;
    return field instanceof HTMLTextAreaElement && !field.disabled && !field.readOnly ? Date.now() : null;
";

/// The same of a blank page.
const PAGE_READY: &str = "
    return location.protocol !== 'about:' && document.readyState === 'complete' ? Date.now() : null;
";

/// Between two questions to the page.
const LOOK_INTERVAL: Duration = Duration::from_millis(2);

pub(crate) async fn memory(arguments: &Arguments, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
    for side in turn.sides() {
        match side {
            Side::Hearth => readings.ours(Measure::MemoryApp, memory_of(&arguments.app, &arguments.model).await?),
            Side::Rival => {
                readings.rivals(Measure::MemoryApp, memory_of(&arguments.empty_window, &arguments.model).await?);
            }
        }
    }
    Ok(())
}

pub(crate) async fn start(arguments: &Arguments, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
    let model = &arguments.model;
    for side in turn.sides() {
        match side {
            Side::Hearth => {
                readings.ours(Measure::AppStart, start_of(&arguments.app, model, COMPOSER_READY).await?);
            }
            Side::Rival => {
                readings.rivals(Measure::AppStart, start_of(&arguments.empty_window, model, PAGE_READY).await?);
            }
        }
    }
    Ok(())
}

/// With the model that is measured.
pub(crate) async fn desk(model: &Path) -> anyhow::Result<Desk> {
    let mut desk = Desk::new().await?;
    desk.set("HEARTH_MODEL", model);
    Ok(desk)
}

/// Started as a person starts it, without a WebDriver, whose part in the page would count too.
async fn memory_of(program: &Path, model: &Path) -> anyhow::Result<f64> {
    let desk = desk(model).await?;
    let path = program.to_str().context("the program's path is no UTF-8")?;
    let mut child = desk.command(path).kill_on_drop(true).spawn()?;
    let pid = child.id().context("the program ended at once")?;
    let app = Process::with_pid(i32::try_from(pid)?)?;
    at_rest(&app).await?;
    let mut megabytes = 0.0;
    for process in own_processes(&app) {
        megabytes += pss_megabytes(&process)?;
    }
    for process in app.descendants() {
        process.kill()?;
    }
    child.kill().await?;
    Ok(megabytes)
}

/// The app's own and those of its webview.
fn own_processes(app: &Process) -> Vec<Process> {
    let mut processes = app.descendants();
    processes.retain(|process| process.name() != ENGINE);
    processes.push(app.clone());
    processes
}

/// Waits until the page is there and everything that was begun is done.
async fn at_rest(app: &Process) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let before = (cpu_seconds(app)?, Instant::now());
        tokio::time::sleep(REST_TIME).await;
        let share = (cpu_seconds(app)? - before.0) / before.1.elapsed().as_secs_f64();
        let has_page = app.descendants().iter().any(|process| process.name() == PAGE);
        if has_page && share < REST_SHARE {
            return Ok(());
        }
        ensure!(started.elapsed() < REST_LIMIT, "the app does not come to rest");
    }
}

fn cpu_seconds(app: &Process) -> anyhow::Result<f64> {
    own_processes(app).iter().map(Process::cpu_seconds).sum()
}

/// Milliseconds from the start of the process until `script` returns a time.
async fn start_of(program: &Path, model: &Path, script: &str) -> anyhow::Result<f64> {
    let desk = desk(model).await?;
    let driver = desk.driver().await?;
    // The driver starts the program at once when it is told to.
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let client = driver.open(program, &[]).await?;
    let asked = Instant::now();
    let ready = loop {
        // A page that has just come into the window takes the script of the one before with it.
        if let Some(time) = client.execute(script, Vec::new()).await.ok().and_then(|time| time.as_f64()) {
            break time;
        }
        ensure!(asked.elapsed() < REST_LIMIT, "one cannot type in the window");
        tokio::time::sleep(LOOK_INTERVAL).await;
    };
    Ok(ready - started.as_secs_f64() * 1000.0)
}
