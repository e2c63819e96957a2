//! How fast a text is written again, beside llama-server: most of it can be guessed from the question.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use hearth_ipc::{GenerateRequest, Role};

use crate::arguments::Arguments;
use crate::engine::{Answer, Engine, LIKELIEST};
use crate::llama_server::{LlamaServer, PromptCache};
use crate::measure::{Measure, Readings};
use crate::question::{EDIT, edited_text, likeness, message};
use crate::rounds::{Side, Turn};

/// Half as much again as the text has.
const ANSWER_TOKENS: u32 = 600;
/// A model that writes something else is not at this task.
const FEWEST_LIKENESS: f64 = 0.8;

/// Hearth's engine, already at work.
pub(crate) struct Editing {
    engine: Engine,
    rival: PathBuf,
}

impl Editing {
    pub(crate) const MEASURES: &[Measure] = &[Measure::EditTask];

    pub(crate) async fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let engine = Engine::start(&arguments.engine(), &arguments.model).await?;
        Ok(Self { engine, rival: arguments.rival.clone() })
    }

    pub(crate) async fn turn(&self, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
        for side in turn.sides() {
            match side {
                Side::Hearth => {
                    let drafted = self.write(true).await?;
                    require_edit(&drafted.text)?;
                    let stats = &drafted.stats;
                    ensure!(stats.accepted_tokens > 0, "no token was guessed rightly: {stats:?}");
                    let speed = per_second(stats.answer_tokens, drafted.writing)?;
                    readings.ours(Measure::EditTask, speed);

                    let plain = self.write(false).await?;
                    ensure!(plain.stats.drafted_tokens == 0, "tokens were guessed although none was to be");
                    let plain_speed = per_second(plain.stats.answer_tokens, plain.writing)?;
                    eprintln!(
                        "{}: {} of {} guessed tokens were right; {speed:.0} tokens/s, and {plain_speed:.0} without",
                        Measure::EditTask.name(),
                        stats.accepted_tokens,
                        stats.drafted_tokens
                    );
                    tell_difference(&plain.text, &drafted.text);
                }
                Side::Rival => {
                    let server = LlamaServer::start(&self.rival, &self.engine.model, PromptCache::On).await?;
                    let answer = server.ask(&[message(Role::User, EDIT)], ANSWER_TOKENS).await?;
                    server.end().await?;
                    require_edit(&answer.text)?;
                    readings.rivals(Measure::EditTask, per_second(answer.tokens, answer.writing)?);
                }
            }
        }
        Ok(())
    }

    async fn write(&self, drafting: bool) -> anyhow::Result<Answer> {
        let request = self.engine.request(vec![message(Role::User, EDIT)], ANSWER_TOKENS);
        self.engine.answer(GenerateRequest { sampling: Some(LIKELIEST), drafting, ..request }).await
    }
}

fn require_edit(answer: &str) -> anyhow::Result<()> {
    let likeness = likeness(edited_text(), answer);
    ensure!(likeness >= FEWEST_LIKENESS, "the model does not write the text again: {answer}");
    Ok(())
}

/// The first one comes with the prompt.
fn per_second(tokens: u32, writing: Duration) -> anyhow::Result<f64> {
    let following = tokens.checked_sub(1).context("nothing was written")?;
    Ok(f64::from(following) / writing.as_secs_f64())
}

/// Guessing must change how fast an answer comes, not what it says.
fn tell_difference(plain: &str, drafted: &str) {
    if plain == drafted {
        return;
    }
    let same = plain.bytes().zip(drafted.bytes()).take_while(|(one, other)| one == other).count();
    eprintln!(
        "{}: THE ANSWERS DIFFER from byte {same} on.\nWithout guessing: {plain}\n\nWith: {drafted}",
        Measure::EditTask.name()
    );
}
