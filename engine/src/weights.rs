//! Where a model's weights are kept: mapped from the file, or copied into memory of our own.
//!
//! Mapped weights cost nothing until they are used, and the system can drop them when memory is short. But a file is
//! mapped in pages of 4 KiB, and every token reads all weights: finding the pages costs about a twentieth of the
//! speed. Copied into huge pages (see `main.rs`) they are read faster.

use hearth_ipc::WEIGHTS_COPY_SHARE;

use crate::llama::Weights;

/// How weights of `size_bytes` are best kept by the processor where so much memory is free.
///
/// On other systems than Linux, whose huge pages are made otherwise, mapping is what llama.cpp is tuned for.
pub(crate) fn placement(size_bytes: u64, free_bytes: Option<u64>) -> Weights {
    match free_bytes.filter(|_| cfg!(target_os = "linux")) {
        Some(free) if size_bytes <= free / WEIGHTS_COPY_SHARE.1 * WEIGHTS_COPY_SHARE.0 => Weights::Copied,
        _ => Weights::Mapped,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn weights_are_copied_where_there_is_room_to_spare() {
        let gigabyte = 1 << 30;
        assert_eq!(placement(gigabyte, Some(8 * gigabyte)), Weights::Copied);
        assert_eq!(placement(5 * gigabyte, Some(8 * gigabyte)), Weights::Mapped);
        assert_eq!(placement(gigabyte, None), Weights::Mapped);
    }
}
