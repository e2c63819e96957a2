//! What native code has to say, as tracing events.

use std::{
    ffi::{CStr, c_char, c_void},
    ptr,
};

use llama_cpp_sys_2 as sys;

use super::{fatal, setup_notes};

/// Sends every native log line to tracing from here on. What is information to llama.cpp (a page of it for each
/// load) is debugging to us.
pub(super) fn redirect_to_tracing() {
    // SAFETY: `llama_log_set` stores the pointer (and hands it to ggml); the function lives as long as the program
    // and uses no user data.
    unsafe { sys::llama_log_set(Some(on_line), ptr::null_mut()) };
}

unsafe extern "C" fn on_line(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: ggml passes a text that ends with NUL and lives during the call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let text = text.trim_end();
    // The dots of a progress bar come as lines of their own.
    if text.len() < 2 {
        return;
    }
    setup_notes::note(text);
    if level == sys::GGML_LOG_LEVEL_ERROR {
        fatal::note(text);
    }
    match level {
        sys::GGML_LOG_LEVEL_ERROR => tracing::error!(target: "llama", "{text}"),
        sys::GGML_LOG_LEVEL_WARN => tracing::warn!(target: "llama", "{text}"),
        sys::GGML_LOG_LEVEL_INFO | sys::GGML_LOG_LEVEL_CONT => tracing::debug!(target: "llama", "{text}"),
        _ => tracing::trace!(target: "llama", "{text}"),
    }
}
