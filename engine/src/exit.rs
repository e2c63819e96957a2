//! How the process ends.

pub use hearth_ipc::Exit;

use crate::llama;

/// Ends the process at once, also in the middle of native work.
pub fn now(exit: Exit) -> ! {
    llama::exit_now(exit as i32)
}
