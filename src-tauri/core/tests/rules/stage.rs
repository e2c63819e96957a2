//! A folder, a clock, and engines that the test plays itself.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use futures::StreamExt;
use hearth_core::{
    AnswerStream, App, Clock, Config, Cores, EngineLauncher, EngineProcess, Hardware, HardwareTrials, HubConfig,
    Identity, Machine, Memory, ModelFolders, Power, ProcessEnd, SamplingAdvice, SecretsInMemory, StarterModel,
    SystemDisks,
    view::{AnswerEvent, AnswerState, Conversation, ConversationId, EngineState, Message, MessageBody, MessageId},
};
use hearth_ipc::{
    ChatMessage, ComputePath, EngineFailure, Event, FailureKind, FinishReason, GenerateRequest, GenerationStats,
    KvCacheType, LoadRequest, LoadedModel, PROTOCOL_VERSION, PrepareRequest, Request, RequestId, Role, Sampling,
    SamplingSource, TemplateSource,
    codec::{read_async, write_async},
};
use tempfile::TempDir;
use tokio::{
    io::{DuplexStream, ReadHalf, WriteHalf},
    sync::{Mutex, mpsc, oneshot},
};

use crate::model_file;

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
        let launcher = Arc::new(StagedLauncher { started, is_broken: AtomicBool::new(false) });
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
        self.launcher.is_broken.store(is_broken, Ordering::Relaxed);
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

/// A computer of any size.
#[derive(Debug)]
pub(crate) struct TestComputer(pub(crate) Machine);

impl TestComputer {
    /// A usual one of that much memory, three quarters of it free.
    pub(crate) fn of_gigabytes(gigabytes: u64) -> Self {
        Self(Machine {
            memory_bytes: gigabytes << 30,
            available_bytes: (gigabytes << 30) / 4 * 3,
            processor: "A usual processor".into(),
            bandwidth: 40e9,
        })
    }
}

impl Hardware for TestComputer {
    fn look(&self, _is_disturbed: bool) -> Machine {
        self.0.clone()
    }

    fn memory(&self) -> Memory {
        Memory { total_bytes: self.0.memory_bytes, free_bytes: self.0.available_bytes }
    }

    fn identity(&self) -> Identity {
        Identity { processor: self.0.processor.clone(), system: "A usual system".into() }
    }

    fn cores(&self) -> Cores {
        Cores { fast: 4, all: 4, threads: 8 }
    }

    fn power(&self) -> Power {
        Power::default()
    }

    fn is_short_of_memory(&self) -> bool {
        false
    }
}

struct StagedLauncher {
    started: mpsc::UnboundedSender<StagedEngine>,
    is_broken: AtomicBool,
}

impl EngineLauncher for StagedLauncher {
    fn launch(&self, path: ComputePath) -> io::Result<EngineProcess> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let (app, engine) = tokio::io::duplex(1 << 20);
        let (events, requests) = tokio::io::split(app);
        let (reader, writer) = tokio::io::split(engine);
        let (end, ended) = oneshot::channel();
        // Nobody may be left to play it: an engine that is never heard of.
        self.started.send(StagedEngine { path, reader, writer, end, loaded: Vec::new() }).ok();
        Ok(EngineProcess {
            events: Box::new(events),
            requests: Box::new(requests),
            end: Box::pin(async { ended.await.unwrap_or(ProcessEnd::Unknown) }),
        })
    }
}

/// An engine, played by the test.
pub(crate) struct StagedEngine {
    /// What it was started to compute with.
    path: ComputePath,
    reader: ReadHalf<DuplexStream>,
    writer: WriteHalf<DuplexStream>,
    end: oneshot::Sender<ProcessEnd>,
    /// Loads that have succeeded.
    loaded: Vec<RequestId>,
}

impl StagedEngine {
    pub(crate) async fn hello(&mut self) {
        self.say(Event::Hello { protocol: PROTOCOL_VERSION, build: "staged".into(), path: self.path }).await;
    }

    pub(crate) async fn say(&mut self, event: Event) {
        write_async(&mut self.writer, &event).await.expect("the app reads");
    }

    /// What the app asks next; `None` once it has closed the pipe.
    pub(crate) async fn request(&mut self) -> Option<Request> {
        soon("a request", read_async(&mut self.reader)).await.expect("a whole frame")
    }

    /// A load that ends while the app takes it back is cancelled when it is over: that means nothing to an engine.
    pub(crate) async fn load_request(&mut self) -> LoadRequest {
        loop {
            match self.request().await {
                Some(Request::Load(load)) => return load,
                Some(Request::Cancel { id }) if self.loaded.contains(&id) => {}
                other => panic!("expected a load, not {other:?}"),
            }
        }
    }

    /// Takes a load and has it succeed.
    pub(crate) async fn load(&mut self) -> LoadRequest {
        let load = self.load_request().await;
        self.loaded(&load).await;
        load
    }

    pub(crate) async fn loaded(&mut self, load: &LoadRequest) {
        self.loaded_with(load, SamplingSource::Default).await;
    }

    pub(crate) async fn loaded_with(&mut self, load: &LoadRequest, sampling_source: SamplingSource) {
        self.loaded.push(load.id);
        let name = load.path.file_stem().expect("a name").to_string_lossy().into_owned();
        let model = LoadedModel { name, sampling_source, ..loaded_model(load, self.path) };
        self.say(Event::Loaded { id: load.id, model }).await;
    }

    pub(crate) async fn generate_request(&mut self) -> GenerateRequest {
        match self.request().await {
            Some(Request::Generate(generate)) => generate,
            other => panic!("expected a question, not {other:?}"),
        }
    }

    pub(crate) async fn prepare_request(&mut self) -> PrepareRequest {
        match self.request().await {
            Some(Request::Prepare(prepare)) => prepare,
            other => panic!("expected something to be read ahead, not {other:?}"),
        }
    }

    /// Takes something to be read ahead, and has read it.
    pub(crate) async fn prepare(&mut self) -> PrepareRequest {
        let prepare = self.prepare_request().await;
        self.say(Event::Prepared { id: prepare.id, tokens: 8 }).await;
        prepare
    }

    /// Takes a question and begins to answer.
    pub(crate) async fn begin(&mut self, text: &str) -> GenerateRequest {
        let generate = self.generate_request().await;
        self.started(generate.id, 0).await;
        self.delta(generate.id, text).await;
        generate
    }

    /// Takes a question and answers it.
    pub(crate) async fn answer(&mut self, text: &str) -> GenerateRequest {
        let generate = self.begin(text).await;
        self.finish(generate.id, FinishReason::EndOfTurn).await;
        generate
    }

    pub(crate) async fn started(&mut self, id: RequestId, remembered_from: u32) {
        self.say(Event::Started { id, remembered_from, prompt_tokens: 10, reused_tokens: 4 }).await;
    }

    pub(crate) async fn delta(&mut self, id: RequestId, text: &str) {
        self.say(Event::Delta { id, text: text.into() }).await;
    }

    pub(crate) async fn finish(&mut self, id: RequestId, reason: FinishReason) {
        let stats = GenerationStats {
            prompt_tokens: 10,
            reused_tokens: 4,
            restored_tokens: 3,
            answer_tokens: 21,
            drafted_tokens: 9,
            accepted_tokens: 7,
            prompt_ms: 5.0,
            first_token_ms: 6.0,
            generation_ms: 100.0,
        };
        self.say(Event::Finished { id, reason, stats }).await;
    }

    pub(crate) async fn fail(&mut self, id: RequestId, kind: FailureKind) {
        self.say(Event::Failed { id, failure: EngineFailure { kind, cause: "staged".into() } }).await;
    }

    /// Waits for the app to stop request `id`, and obeys.
    pub(crate) async fn obey_cancel(&mut self, id: RequestId) {
        assert_eq!(self.request().await, Some(Request::Cancel { id }), "the app must stop what nobody wants");
        self.finish(id, FinishReason::Cancelled).await;
    }

    /// As after `kill -9`: the pipes close, and the system tells the signal.
    pub(crate) fn die(self) {
        self.end.send(ProcessEnd::Killed(9)).ok();
    }
}

/// What an engine says of a model that it has loaded.
pub(crate) fn loaded_model(load: &LoadRequest, compute: ComputePath) -> LoadedModel {
    LoadedModel {
        path: load.path.clone(),
        name: "A model".into(),
        architecture: "llama".into(),
        description: "llama 1M F32".into(),
        parameters: 8,
        size_bytes: 32,
        context_tokens: 64,
        trained_context_tokens: 64,
        template: TemplateSource::Default,
        sampling: Sampling {
            temperature: 0.8,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.05,
            repeat_penalty: 1.0,
            repeat_last_n: 64,
        },
        sampling_source: SamplingSource::Default,
        device: "CPU".into(),
        compute,
        layers: 2,
        gpu_layers: 0,
        threads: 2,
        batch_tokens: 64,
        kv_cache: KvCacheType::F16,
        flash_attention: true,
        memory: Vec::new(),
    }
}

/// The events of an answer, told as they come.
pub(crate) async fn next(answer: &mut AnswerStream) -> AnswerEvent {
    soon("an event", answer.next()).await.expect("the answer has not ended")
}

/// The first event: what was stored.
pub(crate) async fn started(answer: &mut AnswerStream) -> (Conversation, MessageId) {
    match next(answer).await {
        AnswerEvent::Started { conversation, answer } => (conversation, answer),
        other => panic!("expected the start, not {other:?}"),
    }
}

/// The text of the deltas until `count` characters have come.
pub(crate) async fn text_of(answer: &mut AnswerStream, count: usize) -> String {
    let mut text = String::new();
    while text.chars().count() < count {
        match next(answer).await {
            AnswerEvent::Delta { text: more } => text.push_str(&more),
            AnswerEvent::Reading { .. } | AnswerEvent::Remembered { .. } => {}
            other => panic!("expected text, not {other:?}"),
        }
    }
    text
}

/// The answer as it is stored in the end; its stream ends with it.
pub(crate) async fn finished(answer: &mut AnswerStream) -> Message {
    loop {
        if let AnswerEvent::Finished { message, .. } = next(answer).await {
            assert!(soon("the end of the stream", answer.next()).await.is_none(), "nothing follows the end");
            return message;
        }
    }
}

/// Asks in a new conversation and has it answered.
pub(crate) async fn exchange(app: &App, engine: &mut StagedEngine, question: &str, text: &str) -> Conversation {
    let mut answer = app.send(None, None, question.into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    engine.answer(text).await;
    finished(&mut answer).await;
    app.open_conversation(conversation.summary.id).await.expect("opened")
}

/// Asks on at the end of a conversation and has it answered.
pub(crate) async fn follow_up(
    app: &App,
    engine: &mut StagedEngine,
    id: ConversationId,
    question: &str,
    text: &str,
) -> (Conversation, GenerateRequest) {
    let parent = app.open_conversation(id).await.expect("opened").messages.last().map(|message| message.id);
    let mut answer = app.send(Some(id), parent, question.into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.answer(text).await;
    finished(&mut answer).await;
    (app.open_conversation(id).await.expect("opened"), request)
}

pub(crate) fn text(message: &Message) -> &str {
    match &message.body {
        MessageBody::User { text } | MessageBody::Assistant { text, .. } => text,
    }
}

pub(crate) fn texts(conversation: &Conversation) -> Vec<&str> {
    conversation.messages.iter().map(text).collect()
}

pub(crate) fn answer_state(message: &Message) -> &AnswerState {
    match &message.body {
        MessageBody::Assistant { state, .. } => state,
        MessageBody::User { .. } => panic!("not an answer"),
    }
}

pub(crate) fn said(role: Role, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.into() }
}
