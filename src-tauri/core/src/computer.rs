//! This computer, as far as it matters for models.

mod power;
mod pressure;

use std::{
    fmt,
    hint::black_box,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use hearth_ipc::Cores;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

pub use power::Power;

/// What there is for a model to run on.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// Memory in all, in bytes: of the computer, or of the part of it that this process may use.
    pub memory_bytes: u64,
    /// What could be used now without taking it from other programs, in bytes.
    pub available_bytes: u64,
    /// What computes, in words.
    pub processor: String,
    /// How fast memory is read with all cores, in bytes per second: for each token, a model is read from end to end.
    pub bandwidth: f64,
}

/// How much memory there is, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// [`Machine::memory_bytes`].
    pub total_bytes: u64,
    /// [`Machine::available_bytes`].
    pub free_bytes: u64,
}

/// What a driver may depend on and the app can see by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// What computes, in words.
    pub processor: String,
    /// The system and its version, that of its kernel among it.
    pub system: String,
}

/// Tells what computer this is. Asked anew whenever it matters: what is free changes. All of it blocks, for well under a
/// second.
pub trait Hardware: Send + Sync + fmt::Debug {
    /// All that a model's size and speed depend on. While it `is_disturbed`, because the engine itself reads memory as
    /// fast as it can, no measurement says how fast memory is.
    fn look(&self, is_disturbed: bool) -> Machine;

    /// How much memory there is now.
    fn memory(&self) -> Memory;

    /// What it is.
    fn identity(&self) -> Identity;

    /// Its cores.
    fn cores(&self) -> Cores;

    /// Where it has its power from.
    fn power(&self) -> Power;

    /// Whether other programs wait for memory.
    fn is_short_of_memory(&self) -> bool;
}

/// The computer that the app runs on.
#[derive(Debug, Default)]
pub struct ThisComputer {
    measured: Mutex<Measured>,
}

/// How fast memory is, as far as it was measured. It does not change, but other programs slow a measurement down: the
/// fastest is the nearest to the truth, and a few in all are enough, because each takes memory and time.
#[derive(Debug, Default)]
struct Measured {
    fastest: Option<f64>,
    times: u32,
}

/// Measurements in all, as long as the app runs.
const MOST_MEASUREMENTS: u32 = 5;

impl Measured {
    fn bandwidth(&mut self, is_disturbed: bool, measure: impl FnOnce() -> f64) -> f64 {
        match self.fastest {
            Some(fastest) if is_disturbed || self.times >= MOST_MEASUREMENTS => fastest,
            // Better than nothing, but not to be kept.
            None if is_disturbed => measure(),
            fastest => {
                self.times += 1;
                let bandwidth = fastest.unwrap_or(0.0).max(measure());
                self.fastest = Some(bandwidth);
                bandwidth
            }
        }
    }
}

impl Hardware for ThisComputer {
    fn look(&self, is_disturbed: bool) -> Machine {
        let Memory { total_bytes, free_bytes } = self.memory();
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        let bandwidth = measured.bandwidth(is_disturbed, || bandwidth(free_bytes));
        Machine { memory_bytes: total_bytes, available_bytes: free_bytes, processor: processor(), bandwidth }
    }

    fn memory(&self) -> Memory {
        let what = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(what);
        let (mut total_bytes, mut free_bytes) = (system.total_memory(), system.available_memory());
        // A container may be given less than there is.
        if let Some(limits) = system.cgroup_limits().filter(|limits| limits.total_memory > 0) {
            total_bytes = total_bytes.min(limits.total_memory);
            free_bytes = free_bytes.min(limits.free_memory);
        }
        Memory { total_bytes, free_bytes }
    }

    fn identity(&self) -> Identity {
        let parts = [System::long_os_version(), System::kernel_version()];
        Identity { processor: processor(), system: parts.into_iter().flatten().collect::<Vec<_>>().join(", ") }
    }

    fn cores(&self) -> Cores {
        Cores::of_this_computer()
    }

    fn power(&self) -> Power {
        Power::of_this_computer()
    }

    fn is_short_of_memory(&self) -> bool {
        pressure::is_high(self.memory())
    }
}

fn processor() -> String {
    let system = System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
    system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default()
}

/// More than the caches of usual processors hold.
const MEASURED_BYTES: u64 = 96 << 20;
/// Other programs disturb: the fastest of a few readings is the nearest to the truth.
const READINGS: usize = 3;
/// What the slowest memory of a computer that could run a model at all does.
const LEAST_BANDWIDTH: f64 = 2e9;

/// Reads through a block of memory with all cores, which takes some 50 ms.
#[expect(clippy::cast_precision_loss, reason = "a measurement is not so precise")]
fn bandwidth(available_bytes: u64) -> f64 {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let bytes = MEASURED_BYTES.min(available_bytes / 4);
    let numbers = usize::try_from(bytes / 8).unwrap_or(0);
    // Not zeros: the system may keep one page of them for all.
    let block: Vec<u64> = (0..numbers as u64).collect();
    let fastest = (0..READINGS).map(|_| read(&block, threads)).min().unwrap_or_default();
    let measured = (numbers * 8) as f64 / fastest.as_secs_f64();
    if measured.is_finite() { measured.max(LEAST_BANDWIDTH) } else { LEAST_BANDWIDTH }
}

fn read(block: &[u64], threads: usize) -> Duration {
    let started = Instant::now();
    thread::scope(|scope| {
        for part in block.chunks(block.len().div_ceil(threads).max(1)) {
            scope.spawn(|| black_box(part.iter().fold(0_u64, |sum, number| sum ^ number)));
        }
    });
    started.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computer_has_memory_a_processor_and_a_speed() {
        let here = ThisComputer::default();
        let machine = here.look(false);
        assert!(machine.memory_bytes > 0 && machine.available_bytes <= machine.memory_bytes, "{machine:?}");
        assert!((LEAST_BANDWIDTH..1e13).contains(&machine.bandwidth), "{machine:?}");
        assert_eq!(here.identity().processor, machine.processor);
        assert_eq!(here.memory().total_bytes, machine.memory_bytes);
        assert!(here.look(true).bandwidth.to_bits() == machine.bandwidth.to_bits(), "not measured anew");
    }

    #[test]
    fn the_fastest_of_a_few_undisturbed_measurements_counts() {
        let mut measured = Measured::default();
        let mut look = |is_disturbed, now: f64| measured.bandwidth(is_disturbed, || now) / 1e9;
        let about = |one: f64, other: f64| (one - other).abs() < 1e-6;
        assert!(about(look(true, 9e9), 9.0), "an answer is being written: better than nothing");
        assert!(about(look(false, 20e9), 20.0), "and forgotten");
        assert!(about(look(true, 50e9), 20.0), "what is known is not measured while one is written");
        assert!(about(look(false, 40e9), 40.0));
        assert!(about(look(false, 15e9), 40.0), "another program was busy");
        for _ in 0..MOST_MEASUREMENTS {
            look(false, 30e9);
        }
        assert!(about(look(false, 60e9), 40.0), "measuring has an end");
    }
}
