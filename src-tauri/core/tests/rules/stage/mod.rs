//! A folder, a clock, and engines that the test plays itself.

mod computer;
mod dialogue;
mod engine;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hearth_core::{
    App, Clock, Config, EngineLauncher, HardwareTrials, HubConfig, ModelFolders, SamplingAdvice, SecretsInMemory,
    StarterModel, SystemDisks, view::EngineState,
};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};

pub(crate) use computer::{ChangingComputer, TestComputer};
pub(crate) use dialogue::{answer_state, exchange, finished, follow_up, next, said, started, text, text_of, texts};
pub(crate) use engine::{StagedEngine, loaded_model};

use crate::model_file;
use engine::StagedLauncher;

/// No test waits longer for anything that is to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the staged starter model's makers recommend.
const ADVICE: SamplingAdvice = SamplingAdvice {
    temperature: Some(0.25),
    top_k: None,
    top_p: Some(0.5),
    min_p: None,
    repeat_penalty: None,
    repeat_last_n: None,
};

/// Waits for what must come soon.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Where an app runs in a test.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) secrets: Arc<SecretsInMemory>,
    pub(crate) hardware: Arc<TestComputer>,
    launcher: Arc<StagedLauncher>,
    engines: Mutex<mpsc::UnboundedReceiver<StagedEngine>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        model_file::write(folder.path(), "starter.gguf", "Starter");
        let (started, engines) = mpsc::unbounded_channel();
        let launcher = Arc::new(StagedLauncher::new(started));
        let clock = Arc::new(TestClock(AtomicU32::new(1_800_000_000)));
        let secrets = Arc::new(SecretsInMemory::default());
        let hardware = Arc::new(TestComputer::of_gigabytes(16));
        Self { folder, clock, secrets, hardware, launcher, engines: Mutex::new(engines) }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn starter(&self) -> PathBuf {
        self.folder.path().join("starter.gguf")
    }

    pub(crate) fn config(&self) -> Config {
        let engine: Arc<dyn EngineLauncher> = self.launcher.clone();
        Config {
            home: self.home(),
            engine,
            starter_model: StarterModel { path: self.starter(), sampling: ADVICE, answer_limit_tokens: Some(50) },
            model_override: None,
            hub: HubConfig::default(),
            model_folders: ModelFolders::default(),
            disks: Arc::new(SystemDisks),
            ask_again: Duration::from_mins(1),
            version: "0.0.0".into(),
            secrets: self.secrets.clone(),
            hardware: self.hardware.clone(),
            hardware_trials: HardwareTrials::none(),
            clock: self.clock.clone(),
        }
    }

    /// From now on no engine can be started, or again.
    pub(crate) fn break_launcher(&self, is_broken: bool) {
        self.launcher.break_down(is_broken);
    }

    /// The next engine that the app starts, before it has said anything.
    pub(crate) async fn engine(&self) -> StagedEngine {
        soon("an engine", async { self.engines.lock().await.recv().await }).await.expect("a launcher")
    }

    /// The next engine, with whatever model it is asked to load.
    pub(crate) async fn ready_engine(&self) -> StagedEngine {
        let mut engine = self.engine().await;
        engine.hello().await;
        engine.load().await;
        engine
    }

    /// An app, and its engine with the starter model.
    pub(crate) async fn open(&self) -> (App, StagedEngine) {
        let app = App::new(self.config());
        let engine = self.ready_engine().await;
        is_ready(&app).await;
        (app, engine)
    }
}

/// Waits until the app can answer.
pub(crate) async fn is_ready(app: &App) {
    state(app, |state| matches!(state, EngineState::Ready { .. })).await;
}

/// Waits for a state of the engine.
pub(crate) async fn state(app: &App, condition: impl Fn(&EngineState) -> bool) -> EngineState {
    let mut states = app.engine_states();
    soon("the engine's state", states.wait_for(|state| condition(state))).await.expect("a supervisor").clone()
}

/// A clock that stands still until it is set.
pub(crate) struct TestClock(AtomicU32);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u32) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
