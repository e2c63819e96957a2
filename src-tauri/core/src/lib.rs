//! The application: chats, settings and the engine's supervision. All behaviour is here.
//!
//! It knows no window (no Tauri type) and no native code: the engine is a process it talks to over
//! [`hearth_ipc`]. The shell calls it with plain Rust calls and passes in what differs between the real
//! world and a test: paths, the way to start an engine, the clock.

pub mod error;
pub mod view;
