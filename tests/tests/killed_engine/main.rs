//! The real engine with the starter model, killed at random moments: nothing that was shown is lost, no process stays
//! behind, and soon everything works again.
//!
//! `cargo xtask soak engine` runs it a thousand times. `HEARTH_SOAK_COUNT` is the number of kills, `HEARTH_SOAK_SEED` the
//! first one's seed; each further one has the next. How long it takes until the engine is ready again is printed, and
//! held against no clock: the machine may be busy.
#![cfg(target_os = "linux")]

mod chance;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use chance::Chance;
use futures::StreamExt;
use hearth_core::view::{AnswerEvent, AnswerState, ConversationId, EngineState, MessageBody, MessageId};
use hearth_core::{
    AnswerStream, App, Config, EngineProgram, HardwareTrials, HubConfig, ModelFolders, SamplingAdvice, SecretsInMemory,
    StarterModel, SystemClock, SystemDisks, ThisComputer,
};
use hearth_tests::{ANSWER_PATIENCE, PATIENCE, Process, engine_program, starter_model};
use tokio::time::{sleep, timeout};

/// A sample, for every run of all tests.
const USUAL_COUNT: u64 = 4;
/// What was shown for longer than this must not be lost.
const KEPT_AFTER: Duration = Duration::from_secs(1);
/// After so long an engine should be ready again.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What the engine is at when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Idle,
    Loading,
    Reading,
    Writing,
}

/// What was shown of an answer, and when.
#[derive(Default)]
struct Shown {
    conversation: Option<ConversationId>,
    answer: Option<MessageId>,
    /// Each with the whole text until then.
    texts: Vec<(Instant, String)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_is_killed_at_any_moment_loses_nothing_and_leaves_nothing_behind() -> anyhow::Result<()> {
    let number = |name: &str, usual: u64| std::env::var(name).ok().map_or(Ok(usual), |text| text.parse());
    let (count, seed) = (number("HEARTH_SOAK_COUNT", USUAL_COUNT)?, number("HEARTH_SOAK_SEED", 1)?);
    let stage = Stage::open()?;
    stage.ready().await?;
    let mut waits = Vec::new();
    for seed in seed..seed + count {
        let mut chance = Chance::new(seed);
        let moment = chance.one_of(&[Moment::Idle, Moment::Loading, Moment::Reading, Moment::Writing]);
        let waited = stage.kill(moment, &mut chance).await.with_context(|| format!("seed {seed}, {moment:?}"))?;
        waits.push(waited);
    }
    let process = Process::with_pid(i32::try_from(std::process::id())?)?;
    let engines = process.descendants();
    stage.app.shutdown().await;
    for engine in engines {
        engine.ended(PATIENCE).await.context("an engine is left when the app has ended")?;
    }
    tell(&mut waits);
    Ok(())
}

fn tell(waits: &mut [Duration]) {
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100].as_millis();
    let late = waits.iter().filter(|wait| **wait > READY_WITHIN).count();
    println!(
        "{} kills; ready again after {} ms (median), {} ms (95 %), {} ms (longest); {late} times not within {} s",
        waits.len(),
        at(50),
        at(95),
        at(100),
        READY_WITHIN.as_secs()
    );
}

struct Stage {
    app: App,
    own: Process,
    _home: tempfile::TempDir,
}

impl Stage {
    fn open() -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        let app = App::new(Config {
            home: home.path().join("home"),
            engine: Arc::new(EngineProgram::new(engine_program()?)),
            starter_model: StarterModel {
                path: starter_model()?,
                sampling: SamplingAdvice::default(),
                answer_limit_tokens: Some(400),
            },
            model_override: None,
            hub: HubConfig::default(),
            model_folders: ModelFolders::default(),
            disks: Arc::new(SystemDisks),
            ask_again: Duration::from_mins(1),
            version: "0.0.0".to_owned(),
            secrets: Arc::new(SecretsInMemory::default()),
            hardware: Arc::new(ThisComputer::default()),
            // Graphics would be another matter, of which this machine has none.
            hardware_trials: HardwareTrials::none(),
            clock: Arc::new(SystemClock),
        });
        Ok(Self { app, own: Process::with_pid(i32::try_from(std::process::id())?)?, _home: home })
    }

    /// Waits until messages can be answered.
    async fn ready(&self) -> anyhow::Result<()> {
        let mut states = self.app.engine_states();
        let settled = states.wait_for(|state| matches!(state, EngineState::Ready { .. } | EngineState::Trouble { .. }));
        let state = timeout(PATIENCE, settled).await.context("the engine did not become ready")??;
        ensure!(matches!(*state, EngineState::Ready { .. }), "{:?}", *state);
        Ok(())
    }

    /// The one engine.
    fn engine(&self) -> anyhow::Result<Process> {
        let engines = self.own.descendants();
        ensure!(engines.len() == 1, "there is one engine, not {engines:?}");
        engines.into_iter().next().context("there is none")
    }

    /// Kills the engine at that moment. Returns how long it took until another one was ready.
    async fn kill(&self, moment: Moment, chance: &mut Chance) -> anyhow::Result<Duration> {
        let engine = self.engine()?;
        let mut shown = Shown::default();
        let mut answer = None;
        match moment {
            Moment::Idle => sleep(chance.up_to(Duration::from_millis(50))).await,
            Moment::Loading => {
                self.app.reload_model().await?;
                sleep(chance.up_to(Duration::from_millis(150))).await;
            }
            Moment::Reading => {
                let asked = answer.insert(self.ask(&"What do you think of that? ".repeat(150)).await?);
                self.follow(asked, &mut shown, chance.up_to(Duration::from_millis(400))).await?;
            }
            Moment::Writing => {
                let asked = answer.insert(self.ask("Tell me a very long story about a stone.").await?);
                self.follow(asked, &mut shown, chance.up_to(Duration::from_millis(2500))).await?;
            }
        }
        let killed_at = Instant::now();
        engine.kill()?;
        self.ready_after(&engine).await?;
        let waited = killed_at.elapsed();
        if let Some(mut answer) = answer {
            // One of which nothing had been heard is being written all the same.
            shown.answer.iter().for_each(|answer| self.app.stop(*answer));
            self.follow(&mut answer, &mut shown, ANSWER_PATIENCE).await?;
            drop(answer);
            self.check(&shown, killed_at).await?;
        }
        self.works().await?;
        ensure!(!engine.is_alive(), "the killed engine is still there");
        self.engine()?;
        Ok(waited)
    }

    /// Waits until another engine than that is ready.
    async fn ready_after(&self, killed: &Process) -> anyhow::Result<()> {
        let mut states = self.app.engine_states();
        let ready = async {
            loop {
                let is_ready = matches!(&*states.borrow_and_update(), EngineState::Ready { .. });
                // The state may still be that of the one that was killed.
                if is_ready && !killed.is_alive() && self.own.descendants().iter().any(|engine| engine != killed) {
                    return anyhow::Ok(());
                }
                // What is known of processes changes unseen.
                timeout(Duration::from_millis(5), states.changed()).await.unwrap_or(Ok(()))?;
            }
        };
        timeout(PATIENCE, ready).await.context("no engine became ready")?
    }

    async fn ask(&self, text: &str) -> anyhow::Result<AnswerStream> {
        Ok(self.app.send(None, None, text.to_owned()).await?)
    }

    /// Listens until the answer ends, or for so long.
    async fn follow(&self, answer: &mut AnswerStream, shown: &mut Shown, patience: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + patience;
        while let Ok(Some(event)) = timeout(until.saturating_duration_since(Instant::now()), answer.next()).await {
            match event {
                AnswerEvent::Started { conversation, answer } => {
                    (shown.conversation, shown.answer) = (Some(conversation.summary.id), Some(answer));
                }
                AnswerEvent::Delta { text } => {
                    let before = shown.texts.last().map_or("", |(_, text)| text.as_str());
                    shown.texts.push((Instant::now(), format!("{before}{text}")));
                }
                AnswerEvent::Refused { error, .. } => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// What was shown is in the history.
    async fn check(&self, shown: &Shown, killed_at: Instant) -> anyhow::Result<()> {
        let (id, answer) = shown.conversation.zip(shown.answer).context("the question was never stored")?;
        let stored = self.app.open_conversation(id).await?;
        let message = stored.messages.iter().find(|message| message.id == answer).context("the answer is gone")?;
        let MessageBody::Assistant { text, state, .. } = &message.body else { anyhow::bail!("{message:?}") };
        let old = shown.texts.iter().rev().find(|(at, _)| *at + KEPT_AFTER <= killed_at);
        let old = old.map_or("", |(_, text)| text);
        ensure!(text.starts_with(old), "lost: shown was {old:?}, kept is {text:?}");
        ensure!(*state != AnswerState::Writing, "nobody writes it any more");
        Ok(())
    }

    /// A question is answered.
    async fn works(&self) -> anyhow::Result<()> {
        let mut answer = self.ask("Say hello.").await?;
        let mut id = None;
        let answered = async {
            while let Some(event) = answer.next().await {
                match event {
                    AnswerEvent::Started { answer, .. } => id = Some(answer),
                    AnswerEvent::Delta { .. } => id.iter().for_each(|id| self.app.stop(*id)),
                    AnswerEvent::Finished { message, .. } => return Ok(message),
                    AnswerEvent::Refused { error, .. } => return Err(error.into()),
                    _ => {}
                }
            }
            anyhow::bail!("the answer has no end")
        };
        let message = timeout(ANSWER_PATIENCE, answered).await.context("no answer")??;
        let MessageBody::Assistant { state, .. } = message.body else { anyhow::bail!("no answer") };
        ensure!(matches!(state, AnswerState::Stopped | AnswerState::Complete | AnswerState::Cut), "{state:?}");
        Ok(())
    }
}
