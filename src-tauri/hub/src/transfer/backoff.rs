//! How long to wait before the next try.

use std::time::Duration;

use crate::connection::Patience;

/// Doubles with each failure in a row. The first is tried again at once: connections break for no reason at all.
#[derive(Debug)]
pub(super) struct Backoff {
    patience: Patience,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, failures: 0 }
    }

    /// Another failure; what to wait for now.
    pub(super) fn next(&mut self) -> Duration {
        let failures = self.failures;
        self.failures += 1;
        match failures {
            0 => Duration::ZERO,
            more => self.patience.first_retry.saturating_mul(1 << (more - 1).min(16)).min(self.patience.longest_retry),
        }
    }

    /// Something has come.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_half_a_minute_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new(Patience::default());
        let waits: Vec<_> = (0..9).map(|_| backoff.next().as_millis()).collect();
        assert_eq!(waits, [0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        backoff.reset();
        assert_eq!(backoff.next(), Duration::ZERO);
    }
}
