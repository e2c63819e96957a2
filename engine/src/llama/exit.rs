//! Leaving in the middle of native work.

/// Ends the process at once, with every thread where it is.
///
/// An ordinary exit runs the static destructors of the native libraries, which unload backends under the feet of
/// a thread that is computing with them; the crash that follows would turn an orderly end into an error.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` takes any code, touches no memory of ours and does not return.
    unsafe { libc::_exit(code) }
}
