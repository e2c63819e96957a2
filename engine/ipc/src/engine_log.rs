//! The engine's stderr, line by line into the app's log.

use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Longer lines are cut into several, so that no line can take more memory than this many bytes.
const MAX_LINE_BYTES: u64 = 8 * 1024;

/// Copies lines until the engine closes its stderr. A line is a JSON record of the engine's own log, or plain text
/// that native code wrote there.
pub(crate) async fn forward(log: impl AsyncRead + Unpin, process: Option<u32>) {
    let process = process.unwrap_or_default();
    let mut log = BufReader::new(log);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut log).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).await {
            Ok(0) => return,
            Ok(_) => write(process, String::from_utf8_lossy(&line).trim_end()),
            Err(error) => {
                tracing::warn!(process, %error, "the engine's log cannot be read on");
                return;
            }
        }
    }
}

fn write(process: u32, line: &str) {
    let Ok(record) = serde_json::from_str::<Map<String, Value>>(line) else {
        if !line.is_empty() {
            tracing::debug!(target: "engine", process, "{line}");
        }
        return;
    };
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut fields = record.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    let message = fields.remove("message");
    let message = message.as_ref().and_then(Value::as_str).unwrap_or_default();
    let fields = Value::Object(fields);
    let from = text("target");
    match text("level") {
        "ERROR" => tracing::error!(target: "engine", process, from, %fields, "{message}"),
        "WARN" => tracing::warn!(target: "engine", process, from, %fields, "{message}"),
        "INFO" => tracing::info!(target: "engine", process, from, %fields, "{message}"),
        _ => tracing::debug!(target: "engine", process, from, %fields, "{message}"),
    }
}
