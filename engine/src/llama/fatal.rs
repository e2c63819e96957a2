//! What native code cannot survive, as exit codes that say the cause.
//!
//! ggml ends the process when an assertion fails, and its Vulkan backend throws where a device is lost; nothing catches
//! that on the way to Rust, and the process is aborted. Three hooks tell the app why:
//!
//! - ggml's abort callback: a failed assertion, with its text. (CUDA's errors end there too, after an error in the log.)
//! - the signal SIGABRT: an exception that nobody caught. On a graphics path that is a lost device, unless the log said
//!   before that memory had run out; on the processor's path it stays the signal, except for memory.
//! - the end by `exit`, which this engine never calls: native code gave up a device.
//!
//! The log is where the causes are told apart, so [`note`] looks at every error that native code logs.

use std::{
    ffi::{CStr, c_char},
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
};

use hearth_ipc::{ComputePath, Exit};
use llama_cpp_sys_2 as sys;

use super::exit_now;

/// What the log has told last, as the number of an [`Exit`]; 0 for nothing.
static TOLD: AtomicI32 = AtomicI32::new(0);
/// Whether a graphics device computes.
static WITH_DEVICE: AtomicBool = AtomicBool::new(false);

/// From here on the ends of native code have exit codes.
pub(super) fn translate(path: ComputePath) {
    WITH_DEVICE.store(path != ComputePath::Cpu, Ordering::Relaxed);
    // SAFETY: ggml stores the pointer; the function lives as long as the program.
    unsafe { sys::ggml_set_abort_callback(Some(on_assertion)) };
    on_abort_signal();
    // SAFETY: the function lives as long as the program, takes nothing and does not return. Where the table of
    // functions is full the end stays what it was.
    unsafe { libc::atexit(on_exit) };
}

/// Looks at an error that native code logs.
pub(super) fn note(line: &str) {
    if let Some(exit) = cause_in(line) {
        TOLD.store(exit as i32, Ordering::Relaxed);
    }
}

/// What was told until now has been overcome: a context that found no room, and then found some with less.
pub(super) fn forget() {
    TOLD.store(0, Ordering::Relaxed);
}

/// The words of ggml's backends, of Vulkan's results and of CUDA's errors.
fn cause_in(line: &str) -> Option<Exit> {
    const LOST: &[&str] = &[
        "device lost",
        "devicelost",
        "device_lost",
        "unspecified launch failure",
        "no longer available",
        "illegal memory access",
    ];
    const NO_MEMORY: &[&str] =
        &["out of memory", "outofdevicememory", "outofhostmemory", "outofpoolmemory", "bad_alloc"];
    let line = line.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if says(LOST) {
        Some(Exit::DeviceLost)
    } else if says(NO_MEMORY) {
        Some(Exit::OutOfMemory)
    } else {
        None
    }
}

unsafe extern "C" fn on_assertion(message: *const c_char) {
    let text = if message.is_null() {
        String::new()
    } else {
        // SAFETY: ggml passes a text that ends with NUL and lives during the call.
        unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
    };
    tracing::error!(target: "llama", "{text}");
    note(&text);
    exit_now(match TOLD.load(Ordering::Relaxed) {
        0 => Exit::Assertion as i32,
        told => told,
    });
}

/// The exit code for an end that was not announced; `None` where it tells nothing.
fn unannounced() -> Option<i32> {
    match (TOLD.load(Ordering::Relaxed), WITH_DEVICE.load(Ordering::Relaxed)) {
        (0, false) => None,
        (0, true) => Some(Exit::DeviceLost as i32),
        (told, _) => Some(told),
    }
}

extern "C" fn on_abort(_: libc::c_int) {
    // Reading atomics and `_exit` are all that happens here: both are allowed in a signal handler. If it returns, `abort`
    // ends the process as if nobody had looked.
    if let Some(code) = unannounced() {
        exit_now(code);
    }
}

#[cfg(unix)]
fn on_abort_signal() {
    // SAFETY: the structure is made of plain values, for which zero is one; the handler is async-signal-safe.
    unsafe {
        let mut action = std::mem::zeroed::<libc::sigaction>();
        action.sa_sigaction = on_abort as extern "C" fn(libc::c_int) as libc::sighandler_t;
        libc::sigaction(libc::SIGABRT, &raw const action, std::ptr::null_mut());
    }
}

/// The C runtime of Windows raises the signal for `abort`, and for nothing else.
#[cfg(not(unix))]
fn on_abort_signal() {
    // SAFETY: the handler is the one above, which is allowed in a signal handler.
    unsafe { libc::signal(libc::SIGABRT, on_abort as extern "C" fn(libc::c_int) as libc::sighandler_t) };
}

extern "C" fn on_exit() {
    exit_now(unannounced().unwrap_or(Exit::Internal as i32));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_by_what_the_backends_log() {
        for (line, cause) in [
            ("ggml_vulkan: device lost on NVIDIA GeForce RTX 3060", Some(Exit::DeviceLost)),
            ("vk::Queue::submit: ErrorDeviceLost", Some(Exit::DeviceLost)),
            ("CUDA error: unspecified launch failure", Some(Exit::DeviceLost)),
            ("CUDA error: out of memory", Some(Exit::OutOfMemory)),
            ("ggml_vulkan: Device memory allocation of size 1 failed: ErrorOutOfDeviceMemory", Some(Exit::OutOfMemory)),
            ("ggml.c:1: GGML_ASSERT(a == b) failed", None),
            ("llama_decode: failed to decode, ret = -3", None),
        ] {
            assert_eq!(cause_in(line), cause, "{line}");
        }
    }
}
