//! How much of the computer's memory could be used now.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// In bytes, without swapping: what the system says is available (on Linux `MemAvailable`), but no more than a limit of
/// this process's group leaves. `None` where the system does not say.
pub(crate) fn available_bytes() -> Option<u64> {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let group = system.cgroup_limits().map(|limits| Group { limit: limits.total_memory, used: limits.rss });
    within(system.available_memory(), group)
}

/// A group of processes that share a limit, as containers do.
#[derive(Debug, Clone, Copy)]
struct Group {
    limit: u64,
    /// Without what the system could drop at any time.
    used: u64,
}

fn within(available: u64, group: Option<Group>) -> Option<u64> {
    let left = group.map_or(u64::MAX, |group| group.limit.saturating_sub(group.used));
    (available > 0).then_some(available.min(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_the_group_counts_where_it_is_less() {
        assert_eq!(within(8, None), Some(8));
        assert_eq!(within(8, Some(Group { limit: 6, used: 2 })), Some(4));
        assert_eq!(within(8, Some(Group { limit: 100, used: 2 })), Some(8));
        assert_eq!(within(8, Some(Group { limit: 2, used: 4 })), Some(0));
    }

    #[test]
    fn a_system_that_says_nothing_is_not_one_without_memory() {
        assert_eq!(within(0, None), None);
    }

    #[test]
    fn this_computer_says_how_much_there_is() {
        assert!(available_bytes().is_some_and(|bytes| bytes > 1_000_000), "there is memory to run this test in");
    }
}
