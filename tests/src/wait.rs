//! Waiting for what the person would wait for, never for a fixed time.

use std::time::{Duration, Instant};

/// How long anything may take that a person would call "at once" or "in a moment", on a small, busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until there is something; gives up after `patience` and says what was missing.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        anyhow::ensure!(start.elapsed() < patience, "after {} s still not there: {what}", patience.as_secs());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
