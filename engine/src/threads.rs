//! How many threads compute best here.

use std::{collections::BTreeMap, fs, path::Path, thread};

/// On machines with more cores than this, one core's worth is left to the other programs.
const CORES_WITHOUT_HEADROOM: usize = 4;

/// So many threads for computing.
pub(crate) fn for_computing() -> u32 {
    let allowed = thread::available_parallelism().map_or(1, usize::from);
    let cores = cores(Path::new("/sys/devices/system/cpu")).unwrap_or_else(|| {
        let cores = num_cpus::get_physical();
        Cores { fast: cores, all: cores }
    });
    u32::try_from(threads_on(cores, allowed)).unwrap_or(1)
}

/// The cores of a machine, each with one thread or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cores {
    /// Those that are about as fast as the fastest.
    fast: usize,
    all: usize,
}

/// Threads of a core share its arithmetic units, and a slow core makes all others wait at the end of every step: so
/// one thread for each fast core, and no more than this process may use. Where that would be all that a larger machine has,
/// it is one less; slow cores are headroom enough.
fn threads_on(cores: Cores, allowed: usize) -> usize {
    let all = cores.all.min(allowed);
    let threads = cores.fast.min(all);
    let headroom = usize::from(all > CORES_WITHOUT_HEADROOM && threads == all);
    (threads - headroom).max(1)
}

/// What Linux says about its processors, under its folder for them. `None` where there is no such folder.
fn cores(cpus: &Path) -> Option<Cores> {
    // Of each core, known by the list of its threads, the highest frequency.
    let mut frequency_by_core = BTreeMap::<String, Option<u64>>::new();
    for cpu in fs::read_dir(cpus).ok()? {
        let cpu = cpu.ok()?.path();
        let Ok(siblings) = fs::read_to_string(cpu.join("topology/thread_siblings_list")) else { continue };
        let frequency = fs::read_to_string(cpu.join("cpufreq/cpuinfo_max_freq"));
        let frequency = frequency.ok().and_then(|hertz| hertz.trim().parse().ok());
        frequency_by_core.insert(siblings, frequency);
    }
    if frequency_by_core.is_empty() {
        return None;
    }
    let fastest = frequency_by_core.values().flatten().max().copied();
    let is_fast = |frequency: &Option<u64>| match (frequency, fastest) {
        // Cores of one kind differ by a few per cent, the economical ones are slower by a quarter and more.
        (Some(frequency), Some(fastest)) => frequency * 5 >= fastest * 4,
        _ => true,
    };
    let fast = frequency_by_core.values().filter(|frequency| is_fast(frequency)).count();
    Some(Cores { fast, all: frequency_by_core.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(cpus: &[(&str, Option<u64>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (index, (siblings, frequency)) in cpus.iter().enumerate() {
            let cpu = folder.path().join(format!("cpu{index}"));
            fs::create_dir_all(cpu.join("topology")).expect("a folder");
            fs::create_dir_all(cpu.join("cpufreq")).expect("a folder");
            fs::write(cpu.join("topology/thread_siblings_list"), format!("{siblings}\n")).expect("a file");
            if let Some(frequency) = frequency {
                fs::write(cpu.join("cpufreq/cpuinfo_max_freq"), format!("{frequency}\n")).expect("a file");
            }
        }
        folder
    }

    #[test]
    fn two_threads_of_a_core_count_once() {
        let folder = machine(&[("0-1", None), ("0-1", None), ("2-3", None), ("2-3", None)]);
        assert_eq!(cores(folder.path()), Some(Cores { fast: 2, all: 2 }));
    }

    #[test]
    fn economical_cores_do_not_count() {
        let folder = machine(&[
            ("0-1", Some(4_900_000)),
            ("0-1", Some(4_900_000)),
            ("2-3", Some(4_700_000)),
            ("2-3", Some(4_700_000)),
            ("4", Some(3_600_000)),
            ("5", Some(3_600_000)),
        ]);
        assert_eq!(cores(folder.path()), Some(Cores { fast: 2, all: 4 }));
    }

    #[test]
    fn without_linux_there_is_no_answer_here() {
        assert_eq!(cores(Path::new("/no/such/folder")), None);
    }

    #[test]
    fn a_larger_machine_keeps_one_core_for_the_other_programs() {
        for (fast, all, allowed, threads) in [
            (2, 2, 4, 2),
            (4, 4, 8, 4),
            (6, 6, 12, 5),
            (16, 16, 32, 15),
            // Slow cores are headroom, and so is what this process may not use.
            (6, 14, 20, 6),
            (8, 8, 3, 3),
            (0, 0, 0, 1),
        ] {
            assert_eq!(
                threads_on(Cores { fast, all }, allowed),
                threads,
                "{fast} fast cores of {all}, {allowed} allowed"
            );
        }
    }

    #[test]
    fn there_is_always_at_least_one_thread() {
        assert!(for_computing() >= 1);
    }
}
