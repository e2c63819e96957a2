//! How many threads compute best here.

use std::{collections::BTreeMap, fs, path::Path, thread};

/// Threads of a core share its arithmetic units, and a slow core makes all others wait at the end of every step: so
/// one thread for each fast core, and no more than this process may use.
pub(crate) fn for_computing() -> u32 {
    let allowed = thread::available_parallelism().map_or(1, usize::from);
    let cores = fast_cores(Path::new("/sys/devices/system/cpu")).unwrap_or_else(num_cpus::get_physical);
    u32::try_from(cores.clamp(1, allowed)).unwrap_or(1)
}

/// What Linux says about its processors, under its folder for them. `None` where there is no such folder.
fn fast_cores(cpus: &Path) -> Option<usize> {
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
    Some(frequency_by_core.values().filter(|frequency| is_fast(frequency)).count())
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
        assert_eq!(fast_cores(folder.path()), Some(2));
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
        assert_eq!(fast_cores(folder.path()), Some(2));
    }

    #[test]
    fn without_linux_there_is_no_answer_here() {
        assert_eq!(fast_cores(Path::new("/no/such/folder")), None);
    }

    #[test]
    fn there_is_always_at_least_one_thread() {
        assert!(for_computing() >= 1);
    }
}
