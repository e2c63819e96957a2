//! How fast bytes come, over the last seconds.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Long enough to be calm, short enough to notice a tunnel.
const WINDOW: Duration = Duration::from_secs(5);
/// Over less than that there is nothing to be said.
const SHORTEST: Duration = Duration::from_millis(400);

#[derive(Debug, Default)]
pub(super) struct Speed {
    samples: VecDeque<(Instant, u64)>,
}

impl Speed {
    /// So many bytes are there now.
    pub(super) fn sample(&mut self, now: Instant, received_bytes: u64) {
        // A part that was not what it should be is fetched again: what came before says nothing any more.
        if self.samples.back().is_some_and(|(_, before)| *before > received_bytes) {
            self.samples.clear();
        }
        self.samples.push_back((now, received_bytes));
        while self.samples.len() > 2 && self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Nothing comes any more.
    pub(super) fn stop(&mut self) {
        self.samples.clear();
    }

    /// `None` while nothing comes.
    #[expect(clippy::cast_precision_loss, reason = "a speed for people to read")]
    pub(super) fn bytes_per_second(&self) -> Option<f64> {
        let ((from, before), (to, after)) = (self.samples.front()?, self.samples.back()?);
        let took = to.duration_since(*from);
        let came = after - before;
        (took >= SHORTEST && came > 0).then(|| came as f64 / took.as_secs_f64())
    }

    /// Seconds until so many more have come.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate for people to read; it is never negative, and what is too long for the type is never read"
    )]
    pub(super) fn seconds_for(&self, left_bytes: u64) -> Option<u32> {
        self.bytes_per_second().map(|speed| (left_bytes as f64 / speed).ceil() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let mut speed = Speed::default();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!(speed.bytes_per_second(), None);
        speed.sample(at(0), 0);
        assert_eq!(speed.bytes_per_second(), None, "one look tells nothing");
        for second in 1..=10 {
            speed.sample(at(second), second * 100);
        }
        assert_eq!(speed.bytes_per_second(), Some(100.0));
        assert_eq!(speed.seconds_for(250), Some(3));
        for second in 11..=16 {
            speed.sample(at(second), 1000);
        }
        assert_eq!(speed.bytes_per_second(), None, "in a tunnel nothing comes");
    }

    #[test]
    fn bytes_that_are_lost_are_not_a_negative_speed() {
        let mut speed = Speed::default();
        let start = Instant::now();
        speed.sample(start, 1000);
        speed.sample(start + Duration::from_secs(1), 200);
        speed.sample(start + Duration::from_secs(2), 300);
        assert_eq!(speed.bytes_per_second(), Some(100.0));
    }
}
