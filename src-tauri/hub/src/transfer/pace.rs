//! How fast a connection is, beside the others.

use std::time::{Duration, Instant};

/// So many times slower than the others, and a new connection is the better one.
const FAR_BELOW: f64 = 8.0;
/// Over less than that a rate says nothing.
const SHORTEST: Duration = Duration::from_millis(200);

/// What one connection brings while it is to bring something.
#[derive(Debug, Default)]
pub(super) struct Pace {
    since: Option<Instant>,
    bytes: u64,
    known: Option<f64>,
}

impl Pace {
    pub(super) fn begin(&mut self, now: Instant) {
        if self.since.is_none() {
            (self.since, self.bytes) = (Some(now), 0);
        }
    }

    pub(super) fn count(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Nothing is to come for a while.
    pub(super) fn rest(&mut self, now: Instant) {
        self.measure(now, SHORTEST);
        self.since = None;
    }

    /// Takes a rate if the time was long enough for one, and begins anew.
    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    pub(super) fn measure(&mut self, now: Instant, shortest: Duration) -> bool {
        let Some(took) = self.since.map(|since| now.duration_since(since)).filter(|took| *took >= shortest) else {
            return false;
        };
        self.known = Some(self.bytes as f64 / took.as_secs_f64());
        (self.since, self.bytes) = (Some(now), 0);
        true
    }

    pub(super) fn bytes_per_second(&self) -> Option<f64> {
        self.known
    }

    /// Whether the one in the middle of the others is far faster. Where nothing comes for anybody nobody is slow.
    pub(super) fn is_far_below(&self, others: &[f64]) -> bool {
        let mut others = others.to_vec();
        others.sort_by(f64::total_cmp);
        // Of two in the middle the slower one: a connection is dropped for a good reason only.
        let usual = others.get(others.len().saturating_sub(1) / 2);
        self.known.zip(usual).is_some_and(|(own, usual)| own * FAR_BELOW < *usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(bytes_per_second: u64) -> Pace {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        pace.begin(begun);
        pace.count(bytes_per_second * 5);
        pace.rest(begun + Duration::from_secs(5));
        pace
    }

    #[test]
    fn only_what_is_far_slower_than_most_is_slow() {
        assert!(pace(1).is_far_below(&[1000.0, 900.0, 2.0]));
        assert!(!pace(200).is_far_below(&[1000.0, 900.0, 1000.0]));
        assert!(!pace(1).is_far_below(&[]), "alone it is as fast as it goes");
        assert!(!pace(0).is_far_below(&[0.0, 0.0]), "in a tunnel nobody is slow");
        assert!(!pace(10).is_far_below(&[1000.0, 11.0]), "one that is fast is no rule");
    }

    #[test]
    fn a_moment_says_nothing() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        pace.begin(begun);
        pace.rest(begun + Duration::from_millis(10));
        assert_eq!(pace.bytes_per_second(), None);
    }
}
