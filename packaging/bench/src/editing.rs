//! How fast a text is written again, beside llama-server: most of it can be guessed from the question.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use hearth_ipc::{GenerateRequest, Role, Sampling};

use crate::arguments::Arguments;
use crate::engine::{Answer, Engine, LIKELIEST};
use crate::llama_server::{self, LlamaServer, PromptCache};
use crate::measure::{Measure, Readings};
use crate::question::{EDIT, edited_text, likeness, message};
use crate::rounds::{Side, Turn};

/// Half as much again as the text has.
const ANSWER_TOKENS: u32 = 600;
/// As the makers of small models recommend. Where the likeliest token is wanted each time, nothing is guessed that could
/// change the answer, which is little with several threads.
const CAREFUL: Sampling =
    Sampling { temperature: 0.2, top_k: 40, top_p: 0.9, min_p: 0.05, repeat_penalty: 1.0, repeat_last_n: 0 };
/// A model that writes something else is not at this task.
const FEWEST_LIKENESS: f64 = 0.8;
/// It may be once or twice.
const TRIALS: u32 = 4;

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
                    let (drafted, plain) = (self.edit(true).await?, self.edit(false).await?);
                    let stats = &drafted.stats;
                    ensure!(stats.accepted_tokens > 0, "no token was guessed rightly: {stats:?}");
                    ensure!(plain.stats.drafted_tokens == 0, "tokens were guessed although none was to be");
                    let speed = per_second(stats.answer_tokens, drafted.writing)?;
                    readings.ours(Measure::EditTask, speed);
                    let plain_speed = per_second(plain.stats.answer_tokens, plain.writing)?;
                    eprintln!(
                        "{}: {} of {} guessed tokens were right; {speed:.0} tokens/s, and {plain_speed:.0} without",
                        Measure::EditTask.name(),
                        stats.accepted_tokens,
                        stats.drafted_tokens
                    );
                    if turn.number == 0 {
                        self.require_sameness().await?;
                    }
                }
                Side::Rival => {
                    let server = LlamaServer::start(&self.rival, &self.engine.model, PromptCache::On).await?;
                    let answer = rivals_edit(&server).await?;
                    server.end().await?;
                    readings.rivals(Measure::EditTask, per_second(answer.tokens, answer.writing)?);
                }
            }
        }
        Ok(())
    }

    async fn edit(&self, drafting: bool) -> anyhow::Result<Answer> {
        for _ in 0..TRIALS {
            let answer = self.write(CAREFUL, drafting).await?;
            if is_edit(&answer.text) {
                return Ok(answer);
            }
        }
        bail!("the model does not write the text again")
    }

    async fn write(&self, sampling: Sampling, drafting: bool) -> anyhow::Result<Answer> {
        let request = self.engine.request(vec![message(Role::User, EDIT)], ANSWER_TOKENS);
        self.engine.answer(GenerateRequest { sampling: Some(sampling), drafting, ..request }).await
    }

    /// Where nothing is left to chance, guessing must change how fast an answer comes, not what it says.
    async fn require_sameness(&self) -> anyhow::Result<()> {
        let (guessed, plain) = (self.write(LIKELIEST, true).await?.text, self.write(LIKELIEST, false).await?.text);
        ensure!(guessed == plain, "guessing has changed the answer.\nWithout: {plain}\n\nWith: {guessed}");
        Ok(())
    }
}

async fn rivals_edit(server: &LlamaServer) -> anyhow::Result<llama_server::Answer> {
    for _ in 0..TRIALS {
        let answer = server.ask_with(&[message(Role::User, EDIT)], ANSWER_TOKENS, &CAREFUL).await?;
        if is_edit(&answer.text) {
            return Ok(answer);
        }
    }
    bail!("the model does not write the text again")
}

fn is_edit(answer: &str) -> bool {
    likeness(edited_text(), answer) >= FEWEST_LIKENESS
}

/// The first one comes with the prompt.
fn per_second(tokens: u32, writing: Duration) -> anyhow::Result<f64> {
    let following = tokens.checked_sub(1).context("nothing was written")?;
    Ok(f64::from(following) / writing.as_secs_f64())
}
