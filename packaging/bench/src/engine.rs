//! Hearth's side: its engine, used through the handle that the app uses.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hearth_ipc::{
    ChatMessage, Client, ComputePath, EngineLauncher, EngineProgram, GenerateRequest, GenerationEvent, GenerationStats,
    LoadEvent, LoadRequest, LoadedModel, PreparationEnd, PrepareRequest, Sampling, StateCache,
};
use hearth_tests::Process;

/// Both sides of a conversation must read the same answers, so nothing is left to chance.
pub(crate) const LIKELIEST: Sampling =
    Sampling { temperature: 0.0, top_k: 0, top_p: 1.0, min_p: 0.0, repeat_penalty: 1.0, repeat_last_n: 0 };

/// Most attempts to hit a number of tokens.
const TRIALS: u32 = 8;

/// A running engine with a model.
pub(crate) struct Engine {
    client: Client,
    process: Process,
    pub(crate) model: LoadedModel,
    /// From the start of the process.
    pub(crate) ready_after: Duration,
}

/// How an answer came about, as the app would see it.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// From the question to the first text.
    pub(crate) first_text: Duration,
    /// From the question until the prompt was read.
    pub(crate) reading: Duration,
    /// From there to the end.
    pub(crate) writing: Duration,
    pub(crate) stats: GenerationStats,
}

impl Engine {
    pub(crate) async fn start(program: &Path, model: &Path) -> anyhow::Result<Self> {
        Self::start_with(program, model, None).await
    }

    /// Like [`Engine::start`], with a folder for what it remembers of conversations.
    pub(crate) async fn start_with(program: &Path, model: &Path, states: Option<StateCache>) -> anyhow::Result<Self> {
        let own = Process::with_pid(i32::try_from(std::process::id())?)?;
        let started = Instant::now();
        let process = EngineProgram::new(program).launch(ComputePath::Cpu).context("the engine cannot be started")?;
        let client = Client::connect(process).await?;
        let request = LoadRequest { states, ..LoadRequest::new(client.new_id(), model.to_owned()) };
        let mut load = client.load(request);
        let model = loop {
            match load.next().await {
                Some(LoadEvent::Progress(_)) => {}
                Some(LoadEvent::Loaded(model)) => break model,
                other => bail!("the engine cannot load the model: {other:?}"),
            }
        };
        let ready_after = started.elapsed();
        let process = own.descendants().into_iter().find(|process| process.runs(program));
        Ok(Self { client, process: process.context("the engine is not in the list of processes")?, model, ready_after })
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// `sampling` as in the protocol: `None` is what the app uses.
    pub(crate) async fn ask(
        &self,
        messages: Vec<ChatMessage>,
        max_tokens: u32,
        sampling: Option<Sampling>,
        seed: u32,
    ) -> anyhow::Result<Answer> {
        let request = self.request(messages, max_tokens);
        self.answer(GenerateRequest { sampling, seed: Some(seed), ..request }).await
    }

    /// A request that can still be changed.
    pub(crate) fn request(&self, messages: Vec<ChatMessage>, max_tokens: u32) -> GenerateRequest {
        GenerateRequest { max_tokens: Some(max_tokens), ..GenerateRequest::new(self.client.new_id(), messages) }
    }

    /// As it is requested.
    pub(crate) async fn answer(&self, request: GenerateRequest) -> anyhow::Result<Answer> {
        let asked = Instant::now();
        let mut generation = self.client.generate(request);
        let (mut text, mut reading, mut first_text) = (String::new(), None, None);
        let stats = loop {
            match generation.next().await {
                Some(GenerationEvent::Reading { .. }) => {}
                Some(GenerationEvent::Started { .. }) => reading = Some(asked.elapsed()),
                Some(GenerationEvent::Delta(delta)) => {
                    first_text.get_or_insert_with(|| asked.elapsed());
                    text.push_str(&delta);
                }
                Some(GenerationEvent::Finished { stats, .. }) => break stats,
                other => bail!("the engine does not answer: {other:?}"),
            }
        };
        let all = asked.elapsed();
        let reading = reading.context("the engine has not said when the prompt was read")?;
        Ok(Answer {
            text,
            // An answer that ends with its first token says so as soon.
            first_text: first_text.unwrap_or(all),
            reading,
            writing: all.saturating_sub(reading),
            stats,
        })
    }

    /// Has it read a conversation ahead, and returns how long that took.
    pub(crate) async fn prepare(&self, messages: Vec<ChatMessage>) -> anyhow::Result<Duration> {
        let asked = Instant::now();
        let request = PrepareRequest { id: self.client.new_id(), conversation: None, messages };
        match self.client.prepare(request).end().await {
            PreparationEnd::Prepared(_) => Ok(asked.elapsed()),
            other => bail!("the engine does not read ahead: {other:?}"),
        }
    }

    /// How many words make a conversation of about so many tokens, as this model counts them.
    pub(crate) async fn words_for(
        &self,
        tokens: u32,
        conversation: fn(u32, u32) -> Vec<ChatMessage>,
    ) -> anyhow::Result<u32> {
        let mut words = tokens / 2;
        // Each trial is a conversation of its own, and its words are not those of any turn.
        for trial in 0..TRIALS {
            let answer = self.ask(conversation(words, u32::MAX - trial), 1, Some(LIKELIEST), 0).await?;
            let found = answer.stats.prompt_tokens;
            if found.abs_diff(tokens) <= tokens / 100 {
                return Ok(words);
            }
            let better = u64::from(words) * u64::from(tokens) / u64::from(found.max(1));
            words = u32::try_from(better)?.max(1);
        }
        bail!("no number of words makes {tokens} tokens")
    }

    pub(crate) async fn end(self) {
        self.client.shut_down();
        self.client.ended().await;
    }
}
