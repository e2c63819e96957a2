//! What a chat app knows and a server does not: that a conversation goes on, that somebody comes back to it, and what is
//! about to be sent. Beside llama-server, which is told all of it at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use hearth_ipc::{ChatMessage, GenerateRequest, GenerationStats, LoadedModel, Role, StateCache};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::engine::{Answer, Engine, LIKELIEST};
use crate::llama_server::{LlamaServer, PromptCache};
use crate::measure::{Measure, Readings, milliseconds};
use crate::question::{FIRST, SECOND, long_message, message, old_chat};
use crate::rounds::{Side, Turn};

/// Enough for a few sentences.
const ANSWER_TOKENS: u32 = 48;
const FOLLOWED_TOKENS: u32 = 1000;
const PASTED_TOKENS: u32 = 1500;
const OLD_TOKENS: u32 = 4000;
/// More than is ever kept here.
const KEPT_LIMIT_BYTES: u64 = 4 << 30;
/// The old conversation's name.
const OLD: &str = "old";

/// What stays the same from turn to turn.
pub(crate) struct Chat {
    engine: PathBuf,
    rival: PathBuf,
    model: LoadedModel,
    /// Of the conversation that goes on, and of the message that is pasted.
    words: Option<(u32, u32)>,
    old: Option<OldChat>,
}

/// A conversation that was left.
struct OldChat {
    /// Up to the question after its return.
    messages: Vec<ChatMessage>,
    /// What the engine has kept of it.
    kept: TempDir,
}

impl Chat {
    pub(crate) const MEASURES: &[Measure] =
        &[Measure::FollowupTurn, Measure::TypedAhead1500, Measure::ReturnToChat4000];

    /// Finds out how many words make each conversation, and leaves the old one.
    pub(crate) async fn prepare(arguments: &Arguments, wanted: &BTreeSet<Measure>) -> anyhow::Result<Self> {
        let engine = arguments.engine();
        let trial = Engine::start(&engine, &arguments.model).await?;
        let model = trial.model.clone();
        let wants_words = wanted.contains(&Measure::FollowupTurn) || wanted.contains(&Measure::TypedAhead1500);
        let words = if wants_words {
            let followed = trial.words_for(FOLLOWED_TOKENS, long_message).await?;
            Some((followed, trial.words_for(PASTED_TOKENS, long_message).await?))
        } else {
            None
        };
        let old_words = if wanted.contains(&Measure::ReturnToChat4000) {
            Some(trial.words_for(OLD_TOKENS, old_chat).await?)
        } else {
            None
        };
        trial.end().await;
        let old = match old_words {
            Some(words) => Some(OldChat::leave(&engine, &model, words).await?),
            None => None,
        };
        Ok(Self { engine, rival: arguments.rival.clone(), model, words, old })
    }

    pub(crate) async fn turn(&self, turn: Turn, readings: &mut Readings) -> anyhow::Result<()> {
        for side in turn.sides() {
            match side {
                Side::Hearth => {
                    self.go_on(turn.number, readings).await?;
                    self.come_back(readings).await?;
                }
                Side::Rival => self.rivals(turn.number, readings).await?,
            }
        }
        Ok(())
    }

    async fn go_on(&self, turn: u32, readings: &mut Readings) -> anyhow::Result<()> {
        let Some((followed, pasted)) = self.words else { return Ok(()) };
        let kept = TempDir::new()?;
        let engine = Engine::start_with(&self.engine, &self.model.path, Some(cache(kept.path()))).await?;

        let mut messages = long_message(followed, turn);
        let first = ask(&engine, "followed", messages.clone()).await?;
        messages.extend([message(Role::Assistant, first.text), message(Role::User, SECOND)]);
        let second = ask(&engine, "followed", messages).await?;
        require_mostly(second.stats.reused_tokens, &second.stats, "reused of the turn before")?;
        readings.ours(Measure::FollowupTurn, milliseconds(second.first_text));

        let message = long_message(pasted, turn);
        let reading = engine.prepare(message.clone()).await?;
        eprintln!("{}: read ahead within {:.1} s", Measure::TypedAhead1500.name(), reading.as_secs_f64());
        let third = ask(&engine, "pasted", message).await?;
        require_mostly(third.stats.reused_tokens, &third.stats, "read ahead")?;
        readings.ours(Measure::TypedAhead1500, milliseconds(third.first_text));
        engine.end().await;
        Ok(())
    }

    async fn come_back(&self, readings: &mut Readings) -> anyhow::Result<()> {
        let Some(old) = &self.old else { return Ok(()) };
        // What this turn adds must not help the next one.
        let kept = TempDir::new()?;
        copy_folder(old.kept.path(), kept.path())?;
        let engine = Engine::start_with(&self.engine, &self.model.path, Some(cache(kept.path()))).await?;
        let answer = ask(&engine, OLD, old.messages.clone()).await?;
        require_mostly(answer.stats.restored_tokens, &answer.stats, "restored from the disk")?;
        readings.ours(Measure::ReturnToChat4000, milliseconds(answer.first_text));
        engine.end().await;
        Ok(())
    }

    async fn rivals(&self, turn: u32, readings: &mut Readings) -> anyhow::Result<()> {
        if let Some((followed, pasted)) = self.words {
            let server = LlamaServer::start(&self.rival, &self.model, PromptCache::On).await?;
            let mut messages = long_message(followed, turn);
            let first = server.ask(&messages, ANSWER_TOKENS).await?;
            messages.extend([message(Role::Assistant, first.text), message(Role::User, SECOND)]);
            let second = server.ask(&messages, ANSWER_TOKENS).await?;
            readings.rivals(Measure::FollowupTurn, milliseconds(second.first_text));
            let third = server.ask(&long_message(pasted, turn), ANSWER_TOKENS).await?;
            readings.rivals(Measure::TypedAhead1500, milliseconds(third.first_text));
            server.end().await?;
        }
        if let Some(old) = &self.old {
            let server = LlamaServer::start(&self.rival, &self.model, PromptCache::On).await?;
            let answer = server.ask(&old.messages, ANSWER_TOKENS).await?;
            readings.rivals(Measure::ReturnToChat4000, milliseconds(answer.first_text));
            server.end().await?;
        }
        Ok(())
    }
}

impl OldChat {
    /// Has a conversation and leaves it for another one, as a person would before closing the app.
    async fn leave(engine: &Path, model: &LoadedModel, words: u32) -> anyhow::Result<Self> {
        let kept = TempDir::new()?;
        let engine = Engine::start_with(engine, &model.path, Some(cache(kept.path()))).await?;
        // The turns' numbers are small.
        let mut messages = old_chat(words, 1 << 20);
        let answer = ask(&engine, OLD, messages.clone()).await?;
        ask(&engine, "other", vec![message(Role::User, FIRST)]).await?;
        engine.end().await;
        messages.extend([message(Role::Assistant, answer.text), message(Role::User, SECOND)]);
        Ok(Self { messages, kept })
    }
}

async fn ask(engine: &Engine, conversation: &str, messages: Vec<ChatMessage>) -> anyhow::Result<Answer> {
    let request = GenerateRequest {
        conversation: Some(conversation.to_owned()),
        sampling: Some(LIKELIEST),
        ..engine.request(messages, ANSWER_TOKENS)
    };
    engine.answer(request).await
}

/// A figure of something that has not happened is none.
fn require_mostly(tokens: u32, stats: &GenerationStats, what: &str) -> anyhow::Result<()> {
    let all = stats.prompt_tokens;
    ensure!(tokens * 10 >= all * 9, "only {tokens} of {all} tokens were {what}: {stats:?}");
    Ok(())
}

fn cache(folder: &Path) -> StateCache {
    StateCache { folder: folder.to_owned(), limit_bytes: KEPT_LIMIT_BYTES }
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}
