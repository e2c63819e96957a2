//! What the tests of the real window stand on.
//!
//! A [`Desk`] is a person's desk: a screen of its own, a session bus, a home folder. On it the app is started as that
//! person starts it, with the real engine and the real starter model, and used as that person uses it: controls are
//! found by role and name, windows are closed by their close button, processes die by `kill -9`.
//!
//! The system's webview is driven through `WebKitWebDriver`, which exists on Linux only; elsewhere this crate is empty.
//!
//! Not for: anything that can be tested without a window. Rules of the history are tested in `hearth-core`, the
//! model's words in `hearth-engine`, the page's states in `ui`.
#![cfg(target_os = "linux")]

mod app;
mod bus;
mod chat;
mod clipboard;
mod control;
mod desk;
mod display;
mod driver;
mod files;
mod history;
mod keyboard;
mod model_file;
mod picture;
mod process;
mod role;
mod shaped_model;
mod volume;
mod wait;

pub use app::App;
pub use chat::{Answer, Chat};
pub use clipboard::Copied;
pub use control::Control;
pub use desk::Desk;
pub use display::Place;
pub use driver::Driver;
pub use files::{engine_program, pictures_folder, starter_model};
pub use history::History;
pub use model_file::{endless_model, lying_model, model_without_template, random_model, truncated_model};
pub use picture::Picture;
pub use process::Process;
pub use role::{Name, Role};
pub use shaped_model::{Dimensions, shaped_model};
pub use volume::{Ballast, Volume};
pub use wait::{ANSWER_PATIENCE, PATIENCE, until};
