//! A thin safe wrapper over the raw bindings of llama.cpp and ggml: just what this engine needs.
//!
//! This module is the only place in Hearth with `unsafe`. Its rules:
//!
//! - A native object is owned by one Rust value and freed when that is dropped. What a native object depends on is
//!   held by an [`Rc`](std::rc::Rc) beside it, declared after it, so it is dropped later.
//! - Nothing here is `Send`: one thread owns backend, model and context (creating contexts concurrently is unsound
//!   in llama.cpp). The one thing other threads may touch is an [`Interrupt`].
//! - Text for native code is passed with its length where the interface allows it, else as a `CString`.
//!
//! Facts about the native functions come from `llama.h`, `ggml-backend.h` and `ggml-cpu.h` of the vendored
//! llama.cpp, whose functions are named in the comments.
#![expect(unsafe_code, reason = "talking to native code is what this module is for")]

mod backend;
mod batch;
mod context;
mod exit;
mod interrupt;
mod log;
mod model;
mod sampler;
mod threadpool;
mod vocab;

pub use backend::{Backend, BackendError};
pub use batch::{Batch, Outputs};
pub use context::{Context, ContextError, ContextSettings, DecodeError};
pub use exit::exit_now;
pub use interrupt::Interrupt;
pub use model::{Model, ModelError, Weights};
pub use sampler::Sampler;
pub use vocab::{Token, Vocab};

/// The version of llama.cpp.
pub fn version() -> &'static str {
    // SAFETY: the text ends with NUL and lives as long as the library.
    let version = unsafe { std::ffi::CStr::from_ptr(llama_cpp_sys_2::llama_version()) };
    version.to_str().unwrap_or("unknown")
}
