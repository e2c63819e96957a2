//! The process that holds the model: llama.cpp behind framed messages on stdin and stdout.
//!
//! The app starts `hearth-engine` as a child and speaks [`hearth_ipc`] with it. Whatever goes wrong in native code
//! ends this process and costs one unfinished answer, never the app. The engine is not for deciding anything: it
//! knows no database, no network and no settings. Between two processes it keeps nothing but the model's memory of
//! conversations, and that only in a folder that the app names (`states`).
//!
//! # Threads
//!
//! ```text
//! stdin ──> server (reads, never works) ──jobs──> worker (owns backends, model, context) ──> states (writes files)
//!                │  cancel: Interrupt, Desk              │ events
//!                └────────── events ──────────> outbox <─┘
//!                                                 └─> stdout, with a heartbeat each second
//! ```
//!
//! A cancel is a flag that ggml asks for after every step of its graph ([`llama::Interrupt`]), so it works in the
//! middle of reading a prompt, and while a model loads.
//!
//! # From a conversation to text
//!
//! `load` checks a file with [`hearth_gguf`] and only then lets native code have it. For an answer, the turns that
//! fit are chosen (`remember`), put into the model's form ([`template`]) and made tokens (`prompt`); what the KV
//! cache already holds of them is kept, and what a state of it holds is put back (`session`, `states`). Then one token
//! after the other is chosen and its text cut into whole characters ([`text`]), until something ends the answer
//! (`answer`). Where the conversation tells what comes next, several are guessed and checked in one step (`draft`).
//! While a question is being written, what is certain of it is read already (`prepare`).
//!
//! # The engine's folder
//!
//! The program finds what it needs beside itself and nowhere else. The folder that is shipped holds, on Linux:
//!
//! ```text
//! hearth-engine                 the program, run path $ORIGIN
//! libllama.so.0                 what it is linked against, under the names (sonames) it asks for,
//! libggml.so.0                  as real files, no links
//! libggml-base.so.0
//! libggml-cpu-x64.so …          one compute backend for each kind of CPU; ggml takes the best that runs
//! ```
//!
//! On macOS the same with `.dylib`, on Windows with `.dll`. All but the program itself are gathered by `build.rs` in
//! one folder, whose path is the compile-time variable `HEARTH_ENGINE_RUNTIME`. It reaches tests by `env!`, and
//! packaging in the `env` of this crate's `build-script-executed` message (`cargo build --message-format=json`).
//!
//! # Exit codes
//!
//! See [`exit::Exit`]. stderr carries the log, one JSON object per line, never a word of a conversation; the
//! variable `HEARTH_ENGINE_LOG` chooses how much (`tracing-subscriber`'s directives, `info` by default).

mod answer;
mod desk;
mod draft;
pub mod exit;
mod failure;
pub mod llama;
mod load;
mod outbox;
mod prepare;
mod prompt;
mod remember;
pub mod sampling;
pub mod server;
mod session;
mod states;
pub mod template;
pub mod text;
mod threads;
mod weights;
mod worker;
