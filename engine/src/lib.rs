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
//! middle of reading a prompt, and while a model loads. How much of the computer may be used goes the same way: it holds
//! from the next decode on. In the background what computes is done by nice threads that end with it, because a thread
//! that has become nice cannot go back.
//!
//! # One path for each process
//!
//! `hearth-engine --compute cpu|vulkan|cuda|metal`; without an argument it is the processor. A process loads the library
//! of its path and no other driver. A library that is not there, or that the system cannot load, is [`exit::Exit`]'s
//! `NoBackend`; one that finds no device says so in the events of a probe, and ends a load with `DeviceLost`. A probe
//! (`probe`) tries the path against the processor: a known text is read by both and their probabilities are compared.
//!
//! # Memory
//!
//! Before anything is loaded, what a model takes (`hearth_gguf::Memory`) is held against what is free (`memory`, `fit`): the
//! context is halved, then keys and values are kept in half the room, and what does not fit even so is refused. On a
//! device, upstream's own computation says how many layers go there ([`llama::fit`]); what the buffers really take is told
//! with the loaded model.
//!
//! # Hangs
//!
//! The signs of life carry a number that differs whenever something has moved (`progress`): nodes, steps, tensors, bytes
//! from a disk. The app ends an engine whose number stays the same for ten seconds of work.
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
//! libllama-common.so.0
//! libggml-cpu-x64.so …          one compute backend for each kind of CPU; ggml takes the best that runs
//! gpu/libggml-vulkan.so         backends that load a graphics driver, each by its exact path and only for its path
//! gpu/libggml-cuda.so           if somebody has built it (`cargo xtask engine --cuda`), with the libraries it needs
//! ```
//!
//! On Windows the same with `.dll`; on macOS everything, Metal among it, is in the program. The run path is of the kind that
//! comes before `LD_LIBRARY_PATH`, so that a library that somebody planted elsewhere is not loaded. All but the program itself are gathered by `build.rs` in
//! one folder, whose path is the compile-time variable `HEARTH_ENGINE_RUNTIME`. It reaches tests by `env!`, and
//! packaging in the `env` of this crate's `build-script-executed` message (`cargo build --message-format=json`).
//!
//! # Exit codes
//!
//! See [`exit::Exit`]. Assertions, lost devices and memory that ran out in native code have codes of their own
//! (`llama::fatal` tells how they are recognised). stderr carries the log, one JSON object per line, never a word of a conversation; the
//! variable `HEARTH_ENGINE_LOG` chooses how much (`tracing-subscriber`'s directives, `info` by default).

mod answer;
mod desk;
mod draft;
pub mod exit;
mod failure;
mod fit;
pub mod llama;
mod load;
mod memory;
mod outbox;
mod prepare;
mod probe;
mod progress;
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
