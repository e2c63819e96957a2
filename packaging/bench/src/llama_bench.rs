//! The rival that computes without a conversation: llama-bench.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::process::Command;

/// Tokens per second, after a run to warm up that is not counted.
pub(crate) struct Speeds {
    pub(crate) reading: f64,
    pub(crate) writing: f64,
}

/// One of its results (`-o json`).
#[derive(Deserialize)]
struct Test {
    n_prompt: u32,
    n_gen: u32,
    avg_ts: f64,
}

/// Has it read `prompt_tokens` and write `answer_tokens`, each once.
pub(crate) async fn run(
    folder: &Path,
    model: &Path,
    threads: u32,
    prompt_tokens: u32,
    answer_tokens: u32,
) -> anyhow::Result<Speeds> {
    let output = Command::new(folder.join("llama-bench"))
        .args(["--output", "json", "--repetitions", "1", "--model"])
        .arg(model)
        .args(["--threads", &threads.to_string(), "--batch-size", "512", "--ubatch-size", "512"])
        .args(["--n-prompt", &prompt_tokens.to_string(), "--n-gen", &answer_tokens.to_string()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("llama-bench cannot be started")?;
    ensure!(output.status.success(), "llama-bench failed: {}", String::from_utf8_lossy(&output.stderr));
    let tests: Vec<Test> = serde_json::from_slice(&output.stdout).context("llama-bench wrote something unexpected")?;
    let speed = |wanted: fn(&Test) -> bool| tests.iter().find(|test| wanted(test)).map(|test| test.avg_ts);
    Ok(Speeds {
        reading: speed(|test| test.n_prompt > 0 && test.n_gen == 0).context("llama-bench has not read")?,
        writing: speed(|test| test.n_gen > 0 && test.n_prompt == 0).context("llama-bench has not written")?,
    })
}
