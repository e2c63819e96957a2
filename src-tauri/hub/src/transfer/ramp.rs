//! Finds out how many connections help.

use std::time::{Duration, Instant};

/// How often it is considered whether more connections help.
pub(super) const RAMP_INTERVAL: Duration = Duration::from_millis(300);
/// Twice the connections must bring so many times the bytes to be worth while.
const RAMP_GAIN: f64 = 1.25;
/// When they have not, they may do later: the network of a train is another after each tunnel.
const RAMP_REST: Duration = Duration::from_secs(10);

/// Doubles the connections as long as that brings more, and takes a doubling back that has brought nothing.
pub(super) struct Ramp {
    measured_at: Instant,
    arrived_bytes: u64,
    best_rate: f64,
    rests_until: Option<Instant>,
    /// How many there were before the last doubling, which is still to show what it brings.
    before: Option<usize>,
}

impl Ramp {
    pub(super) fn new(arrived_bytes: u64) -> Self {
        Self { measured_at: Instant::now(), arrived_bytes, best_rate: 0.0, rests_until: None, before: None }
    }

    /// How many there should be now.
    pub(super) fn wanted(&mut self, connections: usize, arrived_bytes: u64) -> usize {
        self.wanted_at(Instant::now(), connections, arrived_bytes)
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    fn wanted_at(&mut self, now: Instant, connections: usize, arrived_bytes: u64) -> usize {
        let seconds = now.duration_since(self.measured_at).as_secs_f64();
        if seconds < RAMP_INTERVAL.as_secs_f64() / 2.0 {
            return connections;
        }
        let rate = (arrived_bytes - self.arrived_bytes) as f64 / seconds;
        (self.measured_at, self.arrived_bytes) = (now, arrived_bytes);
        // While nothing comes, more connections are no help.
        if rate == 0.0 || self.rests_until.is_some_and(|until| now < until) {
            return connections;
        }
        let before = self.before.take();
        if rate > self.best_rate * RAMP_GAIN {
            self.best_rate = rate;
            self.rests_until = None;
            self.before = Some(connections);
            return connections * 2;
        }
        self.best_rate = rate;
        self.rests_until = Some(now + RAMP_REST);
        before.map_or(connections, |before| before.min(connections))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wanted, interval by interval, where so many bytes come in each with so many connections.
    fn ramped(intervals: u32, bytes_with: impl Fn(usize) -> u64) -> Vec<usize> {
        let (mut ramp, mut bytes, mut connections) = (Ramp::new(0), 0, 1);
        let begun = ramp.measured_at;
        let mut wanted = |interval: u32| {
            bytes += bytes_with(connections);
            connections = ramp.wanted_at(begun + RAMP_INTERVAL * interval, connections, bytes).min(8);
            connections
        };
        (1..=intervals).map(&mut wanted).collect()
    }

    #[test]
    fn connections_are_doubled_as_long_as_that_brings_more() {
        assert_eq!(ramped(5, |connections| connections as u64 * 1000), [2, 4, 8, 8, 8]);
    }

    #[test]
    fn a_doubling_that_brings_nothing_is_taken_back() {
        assert_eq!(ramped(4, |_| 1000), [2, 1, 1, 1]);
        assert_eq!(ramped(5, |connections| connections.min(2) as u64 * 1000), [2, 4, 2, 2, 2]);
    }

    #[test]
    fn while_nothing_comes_nothing_is_changed() {
        assert_eq!(ramped(3, |_| 0), [1, 1, 1]);
    }
}
