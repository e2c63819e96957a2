//! The rival that holds conversations: llama-server, over its streaming HTTP interface.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use hearth_ipc::{ChatMessage, LoadedModel, Sampling};
use hearth_tests::Process;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};
use tokio::process::{Child, Command};

use crate::engine::LIKELIEST;

/// A large model on a slow disk included.
const LOADING_LIMIT: Duration = Duration::from_mins(5);

/// A running server with a model.
pub(crate) struct LlamaServer {
    program: Child,
    process: Process,
    http: Client<HttpConnector, Full<Bytes>>,
    address: String,
    /// From the start of the process.
    pub(crate) ready_after: Duration,
}

/// An answer as its reader sees it come.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// From the question to the first text.
    pub(crate) first_text: Duration,
    /// From there to the end.
    pub(crate) writing: Duration,
    /// Tokens written, as the server counts them.
    pub(crate) tokens: u32,
}

/// What a server keeps of conversations other than the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PromptCache {
    /// Nothing.
    Off,
    /// As much as it does unless it is told otherwise.
    On,
}

impl LlamaServer {
    /// With the same threads, context and batch as Hearth's engine has, for one conversation at a time. Neither side
    /// computes anything before the first question (`--no-warmup`).
    pub(crate) async fn start(folder: &Path, model: &LoadedModel, cache: PromptCache) -> anyhow::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let threads = model.threads.to_string();
        let without_cache: &[&str] = if cache == PromptCache::Off { &["--cache-ram", "0"] } else { &[] };
        let started = Instant::now();
        let mut program = Command::new(folder.join("llama-server"))
            .args(["--offline", "--no-ui", "--no-warmup", "--fit", "off", "--parallel", "1"])
            .args(without_cache)
            .args(["--threads", &threads, "--threads-batch", &threads])
            .args(["--ctx-size", &model.context_tokens.to_string(), "--batch-size", "512", "--ubatch-size", "512"])
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--model"])
            .arg(&model.path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("llama-server cannot be started")?;
        let http = Client::builder(TokioExecutor::new()).build_http();
        let address = format!("http://127.0.0.1:{port}");
        let health = http::Uri::try_from(format!("{address}/health"))?;
        // It answers with 503 until the model is ready.
        while !http.get(health.clone()).await.is_ok_and(|answer| answer.status().is_success()) {
            if let Some(status) = program.try_wait()? {
                bail!("llama-server ended before the model was ready ({status})");
            }
            ensure!(started.elapsed() < LOADING_LIMIT, "llama-server does not get ready");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let ready_after = started.elapsed();
        let pid = program.id().context("llama-server has ended")?;
        let process = Process::with_pid(i32::try_from(pid)?)?;
        Ok(Self { program, process, http, address, ready_after })
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// Always takes the likeliest token.
    pub(crate) async fn ask(&self, messages: &[ChatMessage], max_tokens: u32) -> anyhow::Result<Answer> {
        self.ask_with(messages, max_tokens, &LIKELIEST).await
    }

    pub(crate) async fn ask_with(
        &self,
        messages: &[ChatMessage],
        max_tokens: u32,
        sampling: &Sampling,
    ) -> anyhow::Result<Answer> {
        let body = json!({
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": sampling.temperature,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "stream": true,
        });
        let request = http::Request::post(format!("{}/v1/chat/completions", self.address))
            .header(http::header::CONTENT_TYPE, "application/json")
            // The server closes connections between requests as it likes; a new one takes a tenth of a millisecond.
            .header(http::header::CONNECTION, "close")
            .body(Full::from(body.to_string()))?;
        let asked = Instant::now();
        let response = self.http.request(request).await?;
        ensure!(response.status().is_success(), "llama-server refuses: {}", response.status());
        let mut body = response.into_body();
        let mut events = Events::default();
        let (mut text, mut first_text, mut tokens) = (String::new(), None, None);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            for event in events.take_in(&data)? {
                if !event.text.is_empty() {
                    first_text.get_or_insert_with(|| asked.elapsed());
                    text.push_str(&event.text);
                }
                tokens = event.tokens.or(tokens);
            }
        }
        let all = asked.elapsed();
        // An answer that ends with its first token says so as soon.
        let first_text = first_text.unwrap_or(all);
        Ok(Answer {
            text,
            first_text,
            writing: all.saturating_sub(first_text),
            tokens: tokens.context("llama-server has not counted its tokens")?,
        })
    }

    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        self.program.kill().await.context("llama-server cannot be ended")
    }
}

/// Server-sent events, of which a piece of the stream may hold several or a part.
#[derive(Default)]
struct Events {
    unread: Vec<u8>,
}

/// What one of them says.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    /// More of the answer.
    text: String,
    /// Tokens written so far; the last event has it.
    tokens: Option<u32>,
}

impl Events {
    /// Those that are whole by now.
    fn take_in(&mut self, data: &[u8]) -> anyhow::Result<Vec<Event>> {
        self.unread.extend_from_slice(data);
        let mut events = Vec::new();
        while let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = self.unread.drain(..end + 2).collect();
            let Some(json) = event.strip_prefix(b"data: ").filter(|rest| rest.starts_with(b"{")) else { continue };
            let event: Json = serde_json::from_slice(json).context("llama-server sent something unexpected")?;
            let text = event["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned();
            let tokens = event["timings"]["predicted_n"].as_u64().map(u32::try_from).transpose()?;
            events.push(Event { text, tokens });
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_in_events_that_come_in_pieces() {
        let mut events = Events::default();
        let role = r#"data: {"choices":[{"delta":{"role":"assistant","content":null}}]}"#;
        let text = r#"data: {"choices":[{"delta":{"content":"Oak"}}]}"#;
        let last = r#"data: {"choices":[{"delta":{}}],"timings":{"predicted_n":2}}"#;
        let stream = format!("{role}\n\n{text}\n\n{last}\n\ndata: [DONE]\n\n");
        let (head, tail) = stream.as_bytes().split_at(stream.find("Oak").expect("it is there"));

        let event = |text: &str, tokens| Event { text: text.to_owned(), tokens };
        assert_eq!(events.take_in(head).expect("valid so far"), [event("", None)], "half an event is none");
        assert_eq!(events.take_in(tail).expect("valid"), [event("Oak", None), event("", Some(2))]);
    }
}
