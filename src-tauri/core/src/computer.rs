//! This computer, as far as it matters for models.

use std::{
    fmt,
    hint::black_box,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

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

/// Tells what computer this is. Asked anew whenever it matters: what is free changes.
pub trait Hardware: Send + Sync + fmt::Debug {
    /// Takes well under a second. Blocks.
    fn look(&self) -> Machine;
}

/// The computer that the app runs on.
#[derive(Debug, Default)]
pub struct ThisComputer {
    /// Measured once: it does not change, and measuring takes memory and time.
    bandwidth: OnceLock<f64>,
}

impl Hardware for ThisComputer {
    fn look(&self) -> Machine {
        let what = RefreshKind::nothing()
            .with_memory(MemoryRefreshKind::nothing().with_ram())
            .with_cpu(CpuRefreshKind::nothing());
        let system = System::new_with_specifics(what);
        let (mut memory_bytes, mut available_bytes) = (system.total_memory(), system.available_memory());
        // A container may be given less than there is.
        if let Some(limits) = system.cgroup_limits().filter(|limits| limits.total_memory > 0) {
            memory_bytes = memory_bytes.min(limits.total_memory);
            available_bytes = available_bytes.min(limits.free_memory);
        }
        let processor = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default();
        Machine {
            memory_bytes,
            available_bytes,
            processor,
            bandwidth: *self.bandwidth.get_or_init(|| bandwidth(available_bytes)),
        }
    }
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
        let machine = here.look();
        assert!(machine.memory_bytes > 0 && machine.available_bytes <= machine.memory_bytes, "{machine:?}");
        assert!((LEAST_BANDWIDTH..1e13).contains(&machine.bandwidth), "{machine:?}");
        assert!(here.look().bandwidth.to_bits() == machine.bandwidth.to_bits(), "measured once");
    }
}
