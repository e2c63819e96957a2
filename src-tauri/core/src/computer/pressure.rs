//! Whether memory is short: what other programs need goes before a model that nobody asks.

use std::fs;

use super::Memory;

/// Linux: all programs stood still for so many hundredths of the last ten seconds because memory was short.
const STALLED_PERCENT: f64 = 10.0;
/// Less than one part in so many is free.
const LEAST_SHARE: u64 = 32;
/// That is enough on any computer, in bytes.
const ENOUGH_BYTES: u64 = 1 << 30;

/// Whether other programs wait for memory.
pub(super) fn is_high(memory: Memory) -> bool {
    let pressure = fs::read_to_string("/proc/pressure/memory").ok();
    pressure.as_deref().and_then(stalled_percent).is_some_and(|percent| percent >= STALLED_PERCENT) || is_scarce(memory)
}

fn is_scarce(memory: Memory) -> bool {
    memory.free_bytes < (memory.total_bytes / LEAST_SHARE).min(ENOUGH_BYTES)
}

/// `full avg10` of Linux's pressure stall information (Documentation/accounting/psi.rst).
fn stalled_percent(pressure: &str) -> Option<f64> {
    let line = pressure.lines().find_map(|line| line.strip_prefix("full "))?;
    line.split_whitespace().find_map(|field| field.strip_prefix("avg10="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_tells_how_long_programs_waited_for_memory() {
        let text = "some avg10=35.10 avg60=1.00 avg300=0.00 total=1\nfull avg10=12.50 avg60=0.00 avg300=0.00 total=2\n";
        assert_eq!(stalled_percent(text), Some(12.5));
        assert_eq!(stalled_percent("nothing of the kind"), None);
    }

    #[test]
    fn memory_is_scarce_when_a_small_part_of_it_is_free() {
        let of = |total: u64, free: u64| is_scarce(Memory { total_bytes: total << 20, free_bytes: free << 20 });
        assert!(of(16 << 10, 400) && !of(16 << 10, 600));
        assert!(of(128 << 10, 1000) && !of(128 << 10, 1100), "of a large one, a smaller part");
    }
}
