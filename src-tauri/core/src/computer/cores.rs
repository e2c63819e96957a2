//! How many cores there are, and how many of them are fast.

use std::{collections::BTreeMap, fs, path::Path, thread};

use sysinfo::System;

/// The processor's cores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cores {
    /// Those that are no slower than the others.
    pub fast: u32,
    /// Threads that this process may run at once.
    pub all: u32,
}

impl Cores {
    pub(super) fn of_this_computer() -> Self {
        let all = thread::available_parallelism().map_or(1, usize::from);
        let fast = fast_cores(Path::new("/sys/devices/system/cpu")).or_else(System::physical_core_count).unwrap_or(all);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { fast: number(fast.clamp(1, all)), all: number(all) }
    }
}

/// What Linux says, in its folder for processors; `None` where there is no such folder. Threads of one core count once,
/// and economical cores, which run a quarter slower and more, do not count.
fn fast_cores(processors: &Path) -> Option<usize> {
    let mut frequencies = BTreeMap::<String, Option<u64>>::new();
    for processor in fs::read_dir(processors).ok()?.flatten() {
        let processor = processor.path();
        let Ok(threads) = fs::read_to_string(processor.join("topology/thread_siblings_list")) else { continue };
        let frequency = fs::read_to_string(processor.join("cpufreq/cpuinfo_max_freq")).ok();
        frequencies.insert(threads, frequency.and_then(|kilohertz| kilohertz.trim().parse().ok()));
    }
    let fastest = frequencies.values().flatten().max().copied();
    let is_fast = |frequency: &&Option<u64>| match (frequency, fastest) {
        (Some(frequency), Some(fastest)) => frequency * 5 >= fastest * 4,
        _ => true,
    };
    Some(frequencies.values().filter(is_fast).count()).filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processors(threads: &[(&str, u64)]) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().expect("a folder");
        for (index, (siblings, kilohertz)) in threads.iter().enumerate() {
            let processor = folder.path().join(format!("cpu{index}"));
            for (name, value) in [
                ("topology/thread_siblings_list", (*siblings).to_owned()),
                ("cpufreq/cpuinfo_max_freq", kilohertz.to_string()),
            ] {
                let file = processor.join(name);
                fs::create_dir_all(file.parent().expect("a folder")).expect("made");
                fs::write(file, format!("{value}\n")).expect("written");
            }
        }
        folder
    }

    #[test]
    fn threads_of_one_core_count_once_and_economical_cores_do_not() {
        let folder = processors(&[("0-1", 4_900_000), ("0-1", 4_900_000), ("2-3", 4_700_000), ("4", 3_600_000)]);
        assert_eq!(fast_cores(folder.path()), Some(2));
        assert_eq!(fast_cores(Path::new("/no/such/folder")), None);
    }

    #[test]
    fn there_is_at_least_one_fast_core_and_no_more_than_may_be_used() {
        let cores = Cores::of_this_computer();
        assert!((1..=cores.all).contains(&cores.fast), "{cores:?}");
    }
}
