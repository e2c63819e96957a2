//! When a path has crashed too often to be used any longer.

use hearth_ipc::ComputePath;

/// So many crashes…
const CRASHES: usize = 3;
/// …within this time are not by chance.
const WINDOW_SECONDS: u32 = 5 * 60;

/// An engine that ended while it loaded a model or answered, or that took the computer with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crash {
    pub(crate) path: ComputePath,
    /// [`super::trial::Subject::in_short`] of what it was tried with.
    pub(crate) subject: String,
    /// In seconds since 1970 (UTC).
    pub(crate) at: u32,
}

/// Whether this path is left alone with this subject: it stays so until somebody tries it again.
pub(crate) fn is_quarantined(crashes: &[Crash], path: ComputePath, subject: &str) -> bool {
    let mut times: Vec<u32> =
        crashes.iter().filter(|crash| crash.path == path && crash.subject == subject).map(|crash| crash.at).collect();
    times.sort_unstable();
    times.windows(CRASHES).any(|run| run[CRASHES - 1] - run[0] <= WINDOW_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crashes(times: &[u32]) -> Vec<Crash> {
        let crash = |at: &u32| Crash { path: ComputePath::Vulkan, subject: "driver 1".into(), at: *at };
        times.iter().map(crash).collect()
    }

    #[test]
    fn three_crashes_in_five_minutes_are_too_many() {
        let of = |times: &[u32]| is_quarantined(&crashes(times), ComputePath::Vulkan, "driver 1");
        assert!(!of(&[]) && !of(&[0, 10]));
        assert!(of(&[0, 10, 300]));
        assert!(!of(&[0, 10, 301]), "not within five minutes");
        assert!(of(&[0, 1000, 1100, 1200, 90_000]), "whenever that was");
        assert!(of(&[300, 0, 10]), "in whatever order the clock went");
    }

    #[test]
    fn crashes_of_another_path_or_with_another_driver_do_not_count() {
        let crashes = crashes(&[0, 1, 2]);
        assert!(!is_quarantined(&crashes, ComputePath::Cuda, "driver 1"));
        assert!(!is_quarantined(&crashes, ComputePath::Vulkan, "driver 2"));
    }
}
