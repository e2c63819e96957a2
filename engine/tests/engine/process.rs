//! A running engine, as the app sees it.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use hearth_ipc::{
    ChatMessage, EngineFailure, Event, FinishReason, GenerateRequest, GenerationStats, LoadRequest, LoadSettings,
    LoadedModel, Request, RequestId, Role, Sampling, codec,
};

/// Nothing here takes so long unless it hangs, also on a machine that is busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The starter model.
pub(crate) fn starter_model() -> PathBuf {
    let path = env::var_os("HEARTH_STARTER_MODEL").map_or_else(default_starter_model, PathBuf::from);
    assert!(path.is_file(), "the starter model is not at {}: run `cargo xtask setup`", path.display());
    path
}

fn default_starter_model() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::home_dir().map(|home| home.join(".cache")));
    cache.expect("a home folder").join("hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf")
}

/// A folder with the engine and its libraries, as it is shipped.
pub(crate) fn staged_engine() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    place(Path::new(env!("CARGO_BIN_EXE_hearth-engine")), &program_in(folder.path()));
    for library in fs::read_dir(env!("HEARTH_ENGINE_RUNTIME")).expect("build.rs has made the folder") {
        let library = library.expect("a readable folder");
        place(&library.path(), &folder.path().join(library.file_name()));
    }
    folder
}

/// The engine's program in a staged folder.
pub(crate) fn program_in(folder: &Path) -> PathBuf {
    folder.join(Path::new(env!("CARGO_BIN_EXE_hearth-engine")).file_name().expect("a file"))
}

fn place(from: &Path, to: &Path) {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop)).expect("a place for a copy");
}

/// A process to talk to. Dropping it kills the process.
pub(crate) struct Engine {
    child: Child,
    input: Option<ChildStdin>,
    events: mpsc::Receiver<Event>,
    last_id: u64,
    folder: tempfile::TempDir,
}

/// Everything that came of a request to write.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) text: String,
    /// How often progress of the reading was told.
    pub(crate) readings: usize,
    pub(crate) remembered_from: Option<u32>,
    pub(crate) reason: FinishReason,
    pub(crate) stats: GenerationStats,
}

impl Engine {
    /// Starts the process. Its first frame is still to be read.
    pub(crate) fn start() -> Self {
        Self::start_in(staged_engine())
    }

    /// Starts the process that lies in `folder`.
    pub(crate) fn start_in(folder: tempfile::TempDir) -> Self {
        let mut child = Command::new(program_in(folder.path()))
            // Only its own run path may lead it to its libraries.
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the engine starts");
        let mut output = child.stdout.take().expect("a pipe");
        let (sender, events) = mpsc::channel();
        thread::spawn(move || {
            while let Some(event) = codec::read::<Event>(&mut output).expect("stdout carries nothing but events") {
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, events, last_id: 0, folder }
    }

    /// Starts the process and loads the starter model with `context_tokens`.
    pub(crate) fn with_starter_model(context_tokens: Option<u32>) -> Self {
        let mut engine = Self::start();
        assert!(matches!(engine.next(), Event::Hello { .. }), "the first frame is a hello");
        engine.load(&starter_model(), context_tokens).expect("the starter model loads");
        engine
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn next_id(&mut self) -> RequestId {
        self.last_id += 1;
        RequestId(self.last_id)
    }

    pub(crate) fn send(&mut self, request: &Request) {
        codec::write(self.input.as_mut().expect("stdin is open"), request).expect("the engine reads");
    }

    /// Writes several requests at once, so that the engine finds them together.
    pub(crate) fn send_together(&mut self, requests: &[Request]) {
        let frames: Vec<u8> = requests.iter().flat_map(|request| codec::encode(request).expect("a frame")).collect();
        self.send_bytes(&frames);
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("stdin is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the engine reads");
    }

    pub(crate) fn close_stdin(&mut self) {
        self.input = None;
    }

    /// The next event, signs of life among them.
    pub(crate) fn next_of_any_kind(&mut self) -> Event {
        self.events.recv_timeout(PATIENCE).expect("an event")
    }

    /// The next event that is not just a sign of life.
    pub(crate) fn next(&mut self) -> Event {
        loop {
            match self.next_of_any_kind() {
                Event::Heartbeat { .. } => {}
                event => return event,
            }
        }
    }

    /// Waits for the process to end by itself.
    pub(crate) fn exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(Instant::now() < deadline, "the engine does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// With one thread: tests run beside each other, and threads that wait for one another are slow on a busy machine.
    pub(crate) fn load(&mut self, path: &Path, context_tokens: Option<u32>) -> Result<LoadedModel, EngineFailure> {
        let id = self.next_id();
        let settings = LoadSettings { context_tokens, threads: Some(1), ..LoadSettings::default() };
        self.send(&Request::Load(LoadRequest { settings, ..LoadRequest::new(id, path) }));
        loop {
            match self.next() {
                Event::Loading { id: of, .. } if of == id => {}
                Event::Loaded { id: of, model } if of == id => return Ok(model),
                Event::Failed { id: of, failure } if of == id => return Err(failure),
                other => panic!("unexpected while loading: {other:?}"),
            }
        }
    }

    /// Sends the request and returns without waiting.
    pub(crate) fn begin(&mut self, request: GenerateRequest) -> RequestId {
        let id = self.next_id();
        self.send(&Request::Generate(GenerateRequest { id, ..request }));
        id
    }

    /// Collects what comes of request `id` until it ends.
    pub(crate) fn finish(&mut self, id: RequestId) -> Result<Answer, EngineFailure> {
        let (mut text, mut readings, mut remembered_from) = (String::new(), 0, None);
        loop {
            match self.next() {
                Event::Reading { id: of, .. } if of == id => readings += 1,
                Event::Started { id: of, remembered_from: from, .. } if of == id => remembered_from = Some(from),
                Event::Delta { id: of, text: more } if of == id => {
                    assert!(remembered_from.is_some(), "text comes only after the start");
                    text.push_str(&more);
                }
                Event::Finished { id: of, reason, stats } if of == id => {
                    return Ok(Answer { text, readings, remembered_from, reason, stats });
                }
                Event::Failed { id: of, failure } if of == id => return Err(failure),
                other => panic!("unexpected while answering: {other:?}"),
            }
        }
    }

    /// Waits for the end of a request whose start was seen before.
    pub(crate) fn finish_after_start(&mut self, id: RequestId) {
        while !matches!(self.next(), Event::Finished { id: of, .. } if of == id) {}
    }

    pub(crate) fn answer(&mut self, request: GenerateRequest) -> Result<Answer, EngineFailure> {
        let id = self.begin(request);
        self.finish(id)
    }
}

/// Waits for what another process does, of which there is no event to wait for.
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn system(content: impl Into<String>) -> ChatMessage {
    ChatMessage { role: Role::System, content: content.into() }
}

pub(crate) fn user(content: impl Into<String>) -> ChatMessage {
    ChatMessage { role: Role::User, content: content.into() }
}

pub(crate) fn assistant(content: impl Into<String>) -> ChatMessage {
    ChatMessage { role: Role::Assistant, content: content.into() }
}

/// Always the likeliest token.
pub(crate) const GREEDY: Sampling =
    Sampling { temperature: 0.0, top_k: 40, top_p: 0.95, min_p: 0.05, repeat_penalty: 1.0, repeat_last_n: 0 };

/// A request whose answer is the same every time. Its id is given by [`Engine::begin`].
pub(crate) fn ask(messages: Vec<ChatMessage>, max_tokens: u32) -> GenerateRequest {
    GenerateRequest {
        sampling: Some(GREEDY),
        seed: Some(1),
        max_tokens: Some(max_tokens),
        ..GenerateRequest::new(RequestId(0), messages)
    }
}
