//! A conversation with a fresh process, beside llama-server: how soon it is ready, how soon it answers, and how much
//! memory it takes.

use std::path::PathBuf;

use hearth_ipc::{LoadedModel, Role};

use crate::arguments::Arguments;
use crate::engine::{Engine, LIKELIEST};
use crate::llama_server::{LlamaServer, PromptCache};
use crate::measure::{Measure, Readings, milliseconds};
use crate::memory::pss_megabytes;
use crate::question::{FIRST, SECOND, long_message, message};
use crate::rounds::{Side, Turn};

/// Enough for a few sentences.
const ANSWER_TOKENS: u32 = 48;
const LONG_MESSAGE_TOKENS: u32 = 1500;

/// What stays the same from turn to turn.
pub(crate) struct Conversation {
    engine: PathBuf,
    model: LoadedModel,
    rival: PathBuf,
    long_message_words: u32,
}

impl Conversation {
    pub(crate) const MEASURES: &[Measure] = &[
        Measure::Load,
        Measure::FirstTokenCold,
        Measure::FirstTokenFollowup,
        Measure::FirstToken1500,
        Measure::MemoryEngine,
    ];

    /// Finds out how many words make a long message; the model's file is in the system's cache afterwards.
    pub(crate) async fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let engine = arguments.engine();
        let trial = Engine::start(&engine, &arguments.model).await?;
        let long_message_words = trial.words_for(LONG_MESSAGE_TOKENS, long_message).await?;
        let model = trial.model.clone();
        trial.end().await;
        Ok(Self { engine, model, rival: arguments.rival.clone(), long_message_words })
    }

    pub(crate) async fn turn(&self, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
        for side in turn.sides() {
            match side {
                Side::Hearth => self.ours(turn.number, readings).await?,
                Side::Rival => self.rivals(turn.number, readings).await?,
            }
        }
        Ok(())
    }

    async fn ours(&self, turn: u32, readings: &mut Readings) -> anyhow::Result<()> {
        let engine = Engine::start(&self.engine, &self.model.path).await?;
        readings.ours(Measure::Load, milliseconds(engine.ready_after));

        let mut messages = vec![message(Role::User, FIRST)];
        let first = engine.ask(messages.clone(), ANSWER_TOKENS, Some(LIKELIEST), turn).await?;
        readings.ours(Measure::FirstTokenCold, milliseconds(first.first_text));
        readings.ours(Measure::MemoryEngine, pss_megabytes(engine.process())?);

        messages.extend([message(Role::Assistant, first.text), message(Role::User, SECOND)]);
        let second = engine.ask(messages, ANSWER_TOKENS, Some(LIKELIEST), turn).await?;
        readings.ours(Measure::FirstTokenFollowup, milliseconds(second.first_text));

        let long = long_message(self.long_message_words, turn);
        let third = engine.ask(long, ANSWER_TOKENS, Some(LIKELIEST), turn).await?;
        readings.ours(Measure::FirstToken1500, milliseconds(third.first_text));
        engine.end().await;
        Ok(())
    }

    async fn rivals(&self, turn: u32, readings: &mut Readings) -> anyhow::Result<()> {
        let server = LlamaServer::start(&self.rival, &self.model, PromptCache::Off).await?;
        readings.rivals(Measure::Load, milliseconds(server.ready_after));

        let mut messages = vec![message(Role::User, FIRST)];
        let first = server.ask(&messages, ANSWER_TOKENS).await?;
        readings.rivals(Measure::FirstTokenCold, milliseconds(first.first_text));
        readings.rivals(Measure::MemoryEngine, pss_megabytes(server.process())?);

        messages.extend([message(Role::Assistant, first.text), message(Role::User, SECOND)]);
        let second = server.ask(&messages, ANSWER_TOKENS).await?;
        readings.rivals(Measure::FirstTokenFollowup, milliseconds(second.first_text));

        let third = server.ask(&long_message(self.long_message_words, turn), ANSWER_TOKENS).await?;
        readings.rivals(Measure::FirstToken1500, milliseconds(third.first_text));
        server.end().await
    }
}
