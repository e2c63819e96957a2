//! The processor's cores. The engine computes with the fast ones, and the app says how many these are: both count here.

use std::{collections::BTreeMap, fs, path::Path, thread};

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cores {
    /// Those that are about as fast as the fastest, and no more than this process may use.
    pub fast: u32,
    /// With one thread or more each.
    pub all: u32,
    /// Threads that this process may run at once.
    pub threads: u32,
}

impl Cores {
    /// Counts them. There is at least one of each.
    pub fn of_this_computer() -> Self {
        let threads = number(thread::available_parallelism().map_or(1, usize::from));
        let (fast, all) = counted(Path::new("/sys/devices/system/cpu")).unwrap_or_else(|| {
            let cores = number(num_cpus::get_physical());
            (cores, cores)
        });
        Self { fast: fast.clamp(1, threads), all: all.max(1), threads }
    }
}

/// What Linux says in its folder for processors: the fast cores, and all. `None` where there is no such folder.
fn counted(processors: &Path) -> Option<(u32, u32)> {
    // Of each core, known by the list of its threads, the highest frequency.
    let mut frequency_by_core = BTreeMap::<String, Option<u64>>::new();
    for processor in fs::read_dir(processors).ok()?.flatten() {
        let processor = processor.path();
        let Ok(threads) = fs::read_to_string(processor.join("topology/thread_siblings_list")) else { continue };
        let frequency = fs::read_to_string(processor.join("cpufreq/cpuinfo_max_freq")).ok();
        frequency_by_core.insert(threads, frequency.and_then(|kilohertz| kilohertz.trim().parse().ok()));
    }
    if frequency_by_core.is_empty() {
        return None;
    }
    let fastest = frequency_by_core.values().flatten().max().copied();
    let is_fast = |frequency: &&Option<u64>| match (frequency, fastest) {
        // Cores of one kind differ by a few per cent, the economical ones are slower by a quarter and more.
        (Some(frequency), Some(fastest)) => frequency * 5 >= fastest * 4,
        _ => true,
    };
    let fast = frequency_by_core.values().filter(is_fast).count();
    Some((number(fast), number(frequency_by_core.len())))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processors(threads: &[(&str, Option<u64>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (index, (siblings, kilohertz)) in threads.iter().enumerate() {
            let processor = folder.path().join(format!("cpu{index}"));
            fs::create_dir_all(processor.join("topology")).expect("a folder");
            fs::create_dir_all(processor.join("cpufreq")).expect("a folder");
            fs::write(processor.join("topology/thread_siblings_list"), format!("{siblings}\n")).expect("a file");
            if let Some(kilohertz) = kilohertz {
                fs::write(processor.join("cpufreq/cpuinfo_max_freq"), format!("{kilohertz}\n")).expect("a file");
            }
        }
        folder
    }

    #[test]
    fn two_threads_of_a_core_count_once() {
        let folder = processors(&[("0-1", None), ("0-1", None), ("2-3", None), ("2-3", None)]);
        assert_eq!(counted(folder.path()), Some((2, 2)));
    }

    #[test]
    fn economical_cores_are_not_fast() {
        let folder = processors(&[
            ("0-1", Some(4_900_000)),
            ("0-1", Some(4_900_000)),
            ("2-3", Some(4_700_000)),
            ("2-3", Some(4_700_000)),
            ("4", Some(3_600_000)),
            ("5", Some(3_600_000)),
        ]);
        assert_eq!(counted(folder.path()), Some((2, 4)));
    }

    #[test]
    fn without_linux_there_is_no_answer_from_it() {
        assert_eq!(counted(Path::new("/no/such/folder")), None);
    }

    #[test]
    fn this_computer_has_some() {
        let Cores { fast, all, threads } = Cores::of_this_computer();
        assert!(fast >= 1 && fast <= all && fast <= threads);
    }
}
