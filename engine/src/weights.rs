//! Where a model's weights are kept: mapped from the file, or copied into memory of our own.
//!
//! Mapped weights cost nothing until they are used, and the system can drop them when memory is short. But a file is
//! mapped in pages of 4 KiB, and every token reads all weights: finding the pages costs about a twentieth of the
//! speed. Copied into huge pages (see `main.rs`) they are read faster.

use std::fs;

use hearth_ipc::WEIGHTS_COPY_SHARE;

use crate::llama::Weights;

/// How weights of `size_bytes` are best kept on this machine, as it is now.
pub(crate) fn placement(size_bytes: u64) -> Weights {
    let free = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available_bytes(&text));
    placement_with(size_bytes, free)
}

/// Where nothing is known of the memory (on other systems than Linux, whose huge pages are made otherwise), mapping
/// is what llama.cpp is tuned for.
fn placement_with(size_bytes: u64, free_bytes: Option<u64>) -> Weights {
    match free_bytes {
        Some(free) if size_bytes <= free / WEIGHTS_COPY_SHARE.1 * WEIGHTS_COPY_SHARE.0 => Weights::Copied,
        _ => Weights::Mapped,
    }
}

/// What Linux says could be used without swapping, in the text of `/proc/meminfo`.
fn available_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_copied_where_there_is_room_to_spare() {
        let gigabyte = 1 << 30;
        assert_eq!(placement_with(gigabyte, Some(8 * gigabyte)), Weights::Copied);
        assert_eq!(placement_with(5 * gigabyte, Some(8 * gigabyte)), Weights::Mapped);
        assert_eq!(placement_with(gigabyte, None), Weights::Mapped);
    }

    #[test]
    fn the_memory_that_can_be_used_is_read_from_what_linux_says() {
        let text = "MemTotal:       24609812 kB\nMemFree:  1 kB\nMemAvailable:   21350404 kB\nBuffers: 2 kB\n";
        assert_eq!(available_bytes(text), Some(21_350_404 * 1024));
        assert_eq!(available_bytes("MemTotal: 1 kB\n"), None);
    }
}
