//! How an engine ends by itself, as both processes speak of it.

/// Why the engine ends, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The app asked for it or closed the engine's stdin.
    Orderly = 0,
    /// stdin carries something that is not this protocol, or it was started with arguments that are none.
    ProtocolBroken = 2,
    /// The libraries beside the program cannot be used.
    NoBackend = 3,
    /// The app no longer reads.
    OutputClosed = 4,
    /// A fault of the engine.
    Internal = 5,
    /// Native code found no memory where it cannot go on without.
    OutOfMemory = 6,
    /// The graphics device or its driver went away.
    DeviceLost = 7,
    /// An assertion in native code.
    Assertion = 8,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Orderly,
        Self::ProtocolBroken,
        Self::NoBackend,
        Self::OutputClosed,
        Self::Internal,
        Self::OutOfMemory,
        Self::DeviceLost,
        Self::Assertion,
    ];

    /// What a process that exited with this code meant.
    pub fn of_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| *exit as i32 == code)
    }
}
