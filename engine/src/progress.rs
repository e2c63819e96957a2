//! What shows that work goes on, as the signs of life tell it.
//!
//! The app ends an engine that makes no progress for ten seconds, so whatever may rightly take longer has to show:
//!
//! - Loading counts each tensor, computing with the processor each node of the graph (ggml asks whether to abort after every
//!   one), computing with a device each step.
//! - A tensor of a large model can come from a slow disk for minutes, and so can a node whose weights are paged in again. So
//!   the bytes that this process had read from a disk count too.
//! - A driver makes its programs when they are first needed, and says nothing meanwhile. So the first steps on a device
//!   count by themselves for a while ([`Interrupt::be_patient`]).

use crate::llama::Interrupt;

/// Gathers it for each sign of life.
pub(crate) struct Progress<'work> {
    interrupt: &'work Interrupt,
    disk: Disk,
}

impl<'work> Progress<'work> {
    pub(crate) fn new(interrupt: &'work Interrupt) -> Self {
        Self { interrupt, disk: Disk::new() }
    }

    /// A number that differs from the last one if anything has moved.
    pub(crate) fn at_heartbeat(&mut self) -> u64 {
        self.interrupt.spend_patience();
        // Both only grow, so the sum stays the same only if both do.
        self.interrupt.steps().wrapping_add(self.disk.read_bytes())
    }
}

/// What this process had read from disks, by the system's count.
#[cfg(target_os = "linux")]
struct Disk;

#[cfg(target_os = "linux")]
impl Disk {
    fn new() -> Self {
        Self
    }

    /// Where the system does not say, nothing.
    #[expect(clippy::unused_self, reason = "the same as on systems where something is kept")]
    fn read_bytes(&mut self) -> u64 {
        std::fs::read_to_string("/proc/self/io").ok().and_then(|text| read_bytes_in(&text)).unwrap_or(0)
    }
}

/// Not `rchar`, which counts what comes from pipes and from the system's own memory.
#[cfg(target_os = "linux")]
fn read_bytes_in(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("read_bytes:"))?.trim().parse().ok()
}

#[cfg(not(target_os = "linux"))]
struct Disk {
    system: sysinfo::System,
    this: Option<sysinfo::Pid>,
}

#[cfg(not(target_os = "linux"))]
impl Disk {
    fn new() -> Self {
        Self { system: sysinfo::System::new(), this: sysinfo::get_current_pid().ok() }
    }

    fn read_bytes(&mut self) -> u64 {
        let Some(this) = self.this else { return 0 };
        let what = sysinfo::ProcessRefreshKind::nothing().with_disk_usage();
        self.system.refresh_processes_specifics(sysinfo::ProcessesToUpdate::Some(&[this]), false, what);
        self.system.process(this).map_or(0, |process| process.disk_usage().total_read_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_progress_and_without_anything_there_is_none() {
        let interrupt = Interrupt::default();
        let mut progress = Progress::new(&interrupt);
        // The test's own program may be paged in from a disk.
        let mut numbers: Vec<u64> = (0..20).map(|_| progress.at_heartbeat()).collect();
        numbers.dedup();
        assert!(numbers.len() < 20, "at some time nothing moves");
        let before = progress.at_heartbeat();
        interrupt.count_step();
        assert_ne!(progress.at_heartbeat(), before);
    }

    #[test]
    fn a_first_step_on_a_device_counts_by_itself_but_not_for_ever() {
        let interrupt = Interrupt::default();
        interrupt.be_patient(3);
        let steps: Vec<u64> = (0..5)
            .map(|_| {
                interrupt.spend_patience();
                interrupt.steps()
            })
            .collect();
        assert_eq!(steps, [1, 2, 3, 3, 3]);
        interrupt.be_patient(3);
        interrupt.be_patient(0);
        interrupt.spend_patience();
        assert_eq!(interrupt.steps(), 3, "it is over when the step is");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_came_from_a_disk_is_found_among_what_linux_counts() {
        let text = "rchar: 10\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 0\n";
        assert_eq!(read_bytes_in(text), Some(4096));
        assert!(std::fs::read_to_string("/proc/self/io").is_ok_and(|text| read_bytes_in(&text).is_some()));
    }
}
