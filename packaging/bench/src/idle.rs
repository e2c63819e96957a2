//! How much is computed while nobody wants anything, beside a window with nothing but a field to type in.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hearth_tests::Process;

use crate::app::{ENGINE, desk};
use crate::arguments::Arguments;
use crate::measure::{Measure, Readings, milliseconds};
use crate::rounds::{Side, Turn};

/// What an answer leaves to be done is done by then: after five seconds the engine writes down what it remembers.
const SETTLING: Duration = Duration::from_secs(8);
const IDLENESS: Duration = Duration::from_secs(10);
/// The system counts no less.
const STEP: Duration = Duration::from_millis(10);
/// A page, a model or an answer that is not there by then never will be.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// One can type.
const COMPOSER_READY: &str = "
    const field = document.activeElement;
    return field instanceof HTMLTextAreaElement && !field.disabled && !field.readOnly;
";
/// There is an answer, and it is whole.
const ANSWERED: &str = "
    const answers = [...document.querySelectorAll('article[aria-busy]')];
    return answers.length > 0 && answers.every((answer) => answer.getAttribute('aria-busy') === 'false');
";
const PAGE_READY: &str = "return location.protocol !== 'about:' && document.readyState === 'complete'";
/// A caret blinks in the empty window too: in WebKitGTK (2.50) each blink has the display's clock tick for a third of a
/// second, in the shell's process.
const FIELD: &str = "
    const field = document.createElement('textarea');
    document.body.append(field);
    field.focus();
";
const QUESTION: &str = "Name a tree.";
/// The key as WebDriver has it.
const ENTER: char = '\u{E007}';

pub(crate) async fn turn(arguments: &Arguments, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
    for side in turn.sides() {
        match side {
            Side::Hearth => readings.ours(Measure::IdleCpu, ours(arguments).await?),
            Side::Rival => readings.rivals(Measure::IdleCpu, rivals(arguments).await?),
        }
    }
    Ok(())
}

async fn ours(arguments: &Arguments) -> anyhow::Result<f64> {
    let desk = desk(&arguments.model).await?;
    let driver = desk.driver().await?;
    let client = driver.open(&arguments.app, &[]).await?;
    until(&client, COMPOSER_READY).await?;
    client.active_element().await?.send_keys(&format!("{QUESTION}{ENTER}")).await?;
    until(&client, ANSWERED).await?;
    let shell = running(&arguments.app)?;
    let engine = shell.descendants().into_iter().find(|process| process.name() == ENGINE);
    computed_while_idle(&[shell, engine.context("there is no engine")?]).await
}

async fn rivals(arguments: &Arguments) -> anyhow::Result<f64> {
    let desk = desk(&arguments.model).await?;
    let driver = desk.driver().await?;
    let client = driver.open(&arguments.empty_window, &[]).await?;
    until(&client, PAGE_READY).await?;
    client.execute(FIELD, Vec::new()).await?;
    until(&client, COMPOSER_READY).await?;
    computed_while_idle(&[running(&arguments.empty_window)?]).await
}

/// In milliseconds.
async fn computed_while_idle(processes: &[Process]) -> anyhow::Result<f64> {
    tokio::time::sleep(SETTLING).await;
    let before = cpu_seconds(processes)?;
    tokio::time::sleep(IDLENESS).await;
    let computed = cpu_seconds(processes)? - before;
    Ok(milliseconds(Duration::try_from_secs_f64(computed).unwrap_or_default().max(STEP)))
}

fn cpu_seconds(processes: &[Process]) -> anyhow::Result<f64> {
    processes.iter().map(Process::cpu_seconds).sum()
}

/// The program that this one has had started.
fn running(program: &Path) -> anyhow::Result<Process> {
    let own = Process::with_pid(i32::try_from(std::process::id())?)?;
    let found = own.descendants().into_iter().find(|process| process.runs(program));
    found.with_context(|| format!("{} does not run", program.display()))
}

async fn until(client: &fantoccini::Client, script: &str) -> anyhow::Result<()> {
    let asked = Instant::now();
    // A page that has just come into the window takes the script of the one before with it.
    while client.execute(script, Vec::new()).await.ok().and_then(|is_so| is_so.as_bool()) != Some(true) {
        ensure!(asked.elapsed() < PATIENCE, "the window does not get there: {script}");
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    Ok(())
}
