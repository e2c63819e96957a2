//! An engine that the test plays itself, over a real pipe.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
};

use hearth_core::{EngineLauncher, EngineProcess, ProcessEnd};
use hearth_ipc::{
    ComputePath, EngineFailure, Event, FailureKind, FinishReason, GenerateRequest, GenerationStats, KvCacheType,
    LoadRequest, LoadedModel, PROTOCOL_VERSION, PrepareRequest, Request, RequestId, Sampling, SamplingSource,
    TemplateSource,
    codec::{read_async, write_async},
};
use tokio::{
    io::{DuplexStream, ReadHalf, WriteHalf},
    sync::{mpsc, oneshot},
};

use super::soon;

/// Hands each engine that the app starts to the test.
pub(super) struct StagedLauncher {
    started: mpsc::UnboundedSender<StagedEngine>,
    is_broken: AtomicBool,
}

impl StagedLauncher {
    pub(super) fn new(started: mpsc::UnboundedSender<StagedEngine>) -> Self {
        Self { started, is_broken: AtomicBool::new(false) }
    }

    /// From now on it can start none, or can again.
    pub(super) fn break_down(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Relaxed);
    }
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
