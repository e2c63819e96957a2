//! How much memory the app says that a model takes, and how much the engine really takes with it.

use std::path::Path;

use anyhow::{Context, bail};
use hearth_gguf::Header;
use hearth_ipc::{
    ChatMessage, Client, ComputePath, EngineLauncher, EngineProgram, GenerateRequest, GenerationEvent, LoadEvent,
    LoadRequest, Role,
};
use hearth_tests::{Dimensions, Process, engine_program, shaped_model, starter_model};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// More tokens than are read at once: then all the memory that computing takes is in use.
const LONG_QUESTION_WORDS: usize = 700;

static STARTING: Mutex<()> = Mutex::const_new(());

/// After an answer to a long question, in bytes.
async fn measured(model: &Path) -> anyhow::Result<u64> {
    let program = engine_program()?;
    let own = Process::with_pid(i32::try_from(std::process::id())?)?;
    // Which of two that start at the same time is which, nobody could tell.
    let alone = STARTING.lock().await;
    let before = own.descendants();
    let client = Client::connect(EngineProgram::new(&program).launch(ComputePath::Cpu)?).await?;
    let engine = own.descendants().into_iter().find(|process| process.runs(&program) && !before.contains(process));
    let engine = engine.context("the engine is not in the list of processes")?;
    drop(alone);

    let request = LoadRequest::new(client.new_id(), model.to_owned());
    let mut load = client.load(request);
    loop {
        match load.next().await {
            Some(LoadEvent::Progress(_)) => {}
            Some(LoadEvent::Loaded(_)) => break,
            other => bail!("the engine cannot load the model: {other:?}"),
        }
    }
    let content = "hello ".repeat(LONG_QUESTION_WORDS);
    let mut generation = client.generate(GenerateRequest {
        seed: Some(1),
        max_tokens: Some(4),
        ..GenerateRequest::new(client.new_id(), vec![ChatMessage { role: Role::User, content }])
    });
    loop {
        match generation.next().await {
            Some(GenerationEvent::Finished { .. }) => break,
            Some(GenerationEvent::Failed(failure)) => bail!("no answer: {failure:?}"),
            Some(_) => {}
            None => bail!("the engine is gone"),
        }
    }
    let memory_bytes = engine.memory_bytes()?;
    client.shut_down();
    client.ended().await;
    Ok(memory_bytes)
}

#[expect(clippy::cast_precision_loss, reason = "a comparison within percents")]
async fn is_foreseen(model: &Path) -> anyhow::Result<()> {
    let foreseen = hearth_core::memory_of(&[Header::read(model)?]).context("the header says enough")? as f64;
    let measured = measured(model).await? as f64;
    assert!((foreseen / measured - 1.0).abs() < 0.1, "{foreseen} bytes were foreseen, {measured} are taken");
    Ok(())
}

#[tokio::test]
async fn the_memory_that_the_starter_model_takes_is_foreseen_within_a_tenth() -> anyhow::Result<()> {
    is_foreseen(&starter_model()?).await
}

#[tokio::test]
async fn the_memory_of_a_wide_model_that_keeps_little_is_foreseen_within_a_tenth() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let wide = Dimensions { layers: 4, embedding: 1024, heads: 16, kept_heads: 2, head: 64, feed_forward: 4096 };
    is_foreseen(&shaped_model(folder.path(), wide)?).await
}

#[tokio::test]
async fn the_memory_of_a_deep_model_that_keeps_much_is_foreseen_within_a_tenth() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let deep = Dimensions { layers: 16, embedding: 256, heads: 8, kept_heads: 8, head: 64, feed_forward: 512 };
    is_foreseen(&shaped_model(folder.path(), deep)?).await
}
