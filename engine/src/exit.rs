//! How the process ends.

use crate::llama;

/// Why the engine ends, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The app asked for it or closed the engine's stdin.
    Orderly = 0,
    /// stdin carries something that is not this protocol.
    ProtocolBroken = 2,
    /// The libraries beside the program cannot be used.
    NoBackend = 3,
    /// The app no longer reads.
    OutputClosed = 4,
    /// A fault of the engine.
    Internal = 5,
}

/// Ends the process at once, also in the middle of native work.
pub fn now(exit: Exit) -> ! {
    llama::exit_now(exit as i32)
}
