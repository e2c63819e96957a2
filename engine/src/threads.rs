//! How many threads compute best here.

use hearth_ipc::Cores;

/// On machines with more cores than this, one core's worth is left to the other programs.
const CORES_WITHOUT_HEADROOM: u32 = 4;

/// So many threads for computing.
pub(crate) fn for_computing() -> u32 {
    threads_on(Cores::of_this_computer())
}

/// Threads of a core share its arithmetic units, and a slow core makes all others wait at the end of every step: so
/// one thread for each fast core, and no more than this process may use. Where that would be all that a larger machine has,
/// it is one less; slow cores are headroom enough.
fn threads_on(Cores { fast, all, threads }: Cores) -> u32 {
    let all = all.min(threads);
    let chosen = fast.min(all);
    let headroom = u32::from(all > CORES_WITHOUT_HEADROOM && chosen == all);
    (chosen - headroom).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_machine_keeps_one_core_for_the_other_programs() {
        for (fast, all, threads, chosen) in [
            (2, 2, 4, 2),
            (4, 4, 8, 4),
            (6, 6, 12, 5),
            (16, 16, 32, 15),
            // Slow cores are headroom, and so is what this process may not use.
            (6, 14, 20, 6),
            (8, 8, 3, 3),
            (0, 0, 0, 1),
        ] {
            let cores = Cores { fast, all, threads };
            assert_eq!(threads_on(cores), chosen, "{cores:?}");
        }
    }

    #[test]
    fn there_is_always_at_least_one_thread() {
        assert!(for_computing() >= 1);
    }
}
