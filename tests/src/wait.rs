//! Waiting for what the person would wait for, never for a fixed time.

use std::time::{Duration, Instant};

/// How long anything may take that a person would call "at once" or "in a moment", on a small, busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long a whole answer of a few sentences may take there.
pub const ANSWER_PATIENCE: Duration = Duration::from_mins(6);

/// Looks again and again until there is something; gives up after `patience` and says what was missing.
///
/// A look that fails is one that found nothing: the page may just be changing under it. Its error is told at the end.
pub async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    let mut failure = String::new();
    while start.elapsed() < patience {
        match tokio::time::timeout(patience, look()).await {
            Ok(Ok(Some(found))) => return Ok(found),
            Ok(Ok(None)) => failure.clear(),
            Ok(Err(error)) => failure = format!(" ({error:#})"),
            Err(_) => " (nothing answers)".clone_into(&mut failure),
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("after {} s still not there: {what}{failure}", patience.as_secs())
}
