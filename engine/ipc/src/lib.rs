//! The wire between the app and its engine.
//!
//! The engine is a process of its own: it alone links llama.cpp, and a crash in native code must cost
//! one unfinished answer, never the app. This crate is what both sides share: the two closed enums of
//! [`Request`]s and [`Event`]s, the [`codec`] that frames them, and the client handle the app uses.
//!
//! It is not for deciding anything. It knows no llama.cpp (feature unification would pull the native
//! library into the app), no database and no window.

mod client;
pub mod codec;
mod connection;
mod cores;
mod defaults;
mod engine_log;
mod exit;
mod hardware;
mod launch;
mod messages;
mod outcomes;
mod requests;
mod running;

pub use client::{Client, ConnectError, EngineEnd};
pub use codec::CodecError;
pub use cores::Cores;
pub use defaults::{BATCH_TOKENS, DEFAULT_CONTEXT_TOKENS, LEAST_CONTEXT_TOKENS, WEIGHTS_COPY_SHARE};
pub use exit::Exit;
pub use hardware::{ComputePath, Device, DeviceKind, DeviceMemory, KvCacheType, ProbeReport, ProbeRequest, Speed};
pub use launch::{EngineLauncher, EngineProcess, EngineProgram, ProcessEnd};
pub use messages::{Event, PROTOCOL_VERSION, Request, RequestId};
pub use outcomes::{
    EngineFailure, FailureKind, FinishReason, GenerationStats, LoadedModel, SamplingSource, TemplateSource,
};
pub use requests::{
    ChatMessage, GenerateRequest, LoadRequest, LoadSettings, PrepareRequest, Restraint, Role, Sampling, StateCache,
};
pub use running::{
    Generation, GenerationEvent, Load, LoadEvent, Preparation, PreparationEnd, Probe, ProbeEvent, Unloading,
};
