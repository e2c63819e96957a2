//! Computing so that other programs come first, in a way that can be undone.
//!
//! On Linux a thread that has made itself nice cannot go back without privileges, and neither can one with the policy
//! SCHED_IDLE. So no thread that lasts is made nice: what is done in the background is done by a thread of its own that
//! ends with it, and threads that it makes inherit its niceness. Starting one costs some 20 µs, a token some milliseconds.
//!
//! On macOS and Windows the whole process has a priority that can be lowered and raised again.

use llama_cpp_sys_2 as sys;

/// How nice background threads are. A program with the normal 0 then gets nearly ten times as much of a processor as they
/// do, which is enough for a window to stay smooth.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Does some work; in the background, if it is to be done there.
#[cfg(target_os = "linux")]
pub(super) fn run<Result: Send>(background: bool, work: impl FnOnce() -> Result + Send) -> Result {
    if !background {
        return work();
    }
    let done = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                // Linux takes "this process" for the calling thread (setpriority(2), "C library/kernel differences").
                if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                    tracing::debug!(%error, "no lower priority");
                }
                work()
            })
            .join()
    });
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run<Result: Send>(_background: bool, work: impl FnOnce() -> Result + Send) -> Result {
    work()
}

/// Where the process as a whole has a priority, sets it.
#[cfg(target_os = "macos")]
pub(super) fn of_process(background: bool) {
    let priority = if background { libc::PRIO_DARWIN_BG } else { 0 };
    // SAFETY: takes plain numbers; 0 stands for this process.
    if unsafe { libc::setpriority(libc::PRIO_DARWIN_PROCESS, 0, priority) } != 0 {
        tracing::debug!(error = %std::io::Error::last_os_error(), "the priority stays");
    }
}

/// Where the process as a whole has a priority, sets it. Not Windows' own "background mode": it takes nearly all memory
/// away from a process, and a model is nothing but memory.
#[cfg(windows)]
pub(super) fn of_process(background: bool) {
    use windows_sys::Win32::System::Threading::{
        BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, NORMAL_PRIORITY_CLASS, SetPriorityClass,
    };

    let class = if background { BELOW_NORMAL_PRIORITY_CLASS } else { NORMAL_PRIORITY_CLASS };
    // SAFETY: the handle stands for this process and needs no closing.
    if unsafe { SetPriorityClass(GetCurrentProcess(), class) } == 0 {
        tracing::debug!(error = %std::io::Error::last_os_error(), "the priority stays");
    }
}

/// Linux has priorities for threads, see [`run`].
#[cfg(not(any(target_os = "macos", windows)))]
pub(super) fn of_process(_background: bool) {}

/// A decode on its way to the thread that does it.
pub(super) struct Call {
    context: *mut sys::llama_context,
    batch: sys::llama_batch,
}

// SAFETY: the thread that made it waits until it is done, so only one thread at a time uses what it points to; llama.cpp
// ties neither a context nor a batch to a thread.
unsafe impl Send for Call {}

impl Call {
    pub(super) fn new(context: *mut sys::llama_context, batch: sys::llama_batch) -> Self {
        Self { context, batch }
    }

    /// `llama_decode`'s result.
    ///
    /// # Safety
    ///
    /// Context and batch live and nobody else uses them.
    pub(super) unsafe fn decode(self) -> i32 {
        // SAFETY: the caller's promise.
        unsafe { sys::llama_decode(self.context, self.batch) }
    }
}
