//! How many tokens a second are read and written, beside llama-bench.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use hearth_ipc::Role;

use crate::arguments::Arguments;
use crate::engine::Engine;
use crate::llama_bench;
use crate::measure::{Measure, Readings};
use crate::question::{STORY, message, only_words};
use crate::rounds::{Side, Turn};

const PROMPT_TOKENS: u32 = 512;
const ANSWER_TOKENS: u32 = 128;
/// A model may end its story early; with another seed it writes another story.
const MOST_STORIES: u32 = 8;

/// Hearth's engine, already at work, and what stays the same from turn to turn.
pub(crate) struct Throughput {
    engine: Engine,
    model: PathBuf,
    rival: PathBuf,
    words: u32,
}

impl Throughput {
    pub(crate) const MEASURES: &[Measure] = &[Measure::Prompt, Measure::Generation];

    /// Finds out how many words make a prompt, which also warms the engine up, as llama-bench does by itself.
    pub(crate) async fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let engine = Engine::start(&arguments.engine(), &arguments.model).await?;
        let words = engine.words_for(PROMPT_TOKENS, only_words).await?;
        Ok(Self { engine, model: arguments.model.clone(), rival: arguments.rival.clone(), words })
    }

    pub(crate) async fn turn(&self, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
        for side in turn.sides() {
            match side {
                Side::Hearth => {
                    readings.ours(Measure::Prompt, self.reading_speed(turn.number).await?);
                    readings.ours(Measure::Generation, self.writing_speed(turn.number).await?);
                }
                Side::Rival => {
                    let threads = self.engine.model.threads;
                    let rivals =
                        llama_bench::run(&self.rival, &self.model, threads, PROMPT_TOKENS, ANSWER_TOKENS).await?;
                    readings.rivals(Measure::Prompt, rivals.reading);
                    readings.rivals(Measure::Generation, rivals.writing);
                }
            }
        }
        Ok(())
    }

    async fn reading_speed(&self, turn: u32) -> anyhow::Result<f64> {
        let answer = self.engine.ask(only_words(self.words, turn), 1, None, turn).await?;
        let read = answer.stats.prompt_tokens - answer.stats.reused_tokens;
        ensure!(read * 10 > PROMPT_TOKENS * 9, "only {read} tokens were read");
        Ok(per_second(read, answer.reading))
    }

    /// As the app has it written, so with choosing the tokens and sending them.
    async fn writing_speed(&self, turn: u32) -> anyhow::Result<f64> {
        for story in 0..MOST_STORIES {
            let seed = turn * MOST_STORIES + story;
            let answer = self.engine.ask(vec![message(Role::User, STORY)], ANSWER_TOKENS, None, seed).await?;
            if answer.stats.answer_tokens == ANSWER_TOKENS {
                // The first one was computed with the prompt.
                return Ok(per_second(ANSWER_TOKENS - 1, answer.writing));
            }
        }
        anyhow::bail!("the model writes no story of {ANSWER_TOKENS} tokens")
    }
}

fn per_second(tokens: u32, time: Duration) -> f64 {
    f64::from(tokens) / time.as_secs_f64()
}
