//! What the two processes say to each other.
//!
//! Every long request carries an id; every event about it carries the same id. A request ends with
//! exactly one closing event: [`Event::Loaded`], [`Event::Unloaded`], [`Event::Finished`], [`Event::Prepared`],
//! [`Event::Probed`] or [`Event::Failed`].

use serde::{Deserialize, Serialize};

use crate::{
    hardware::{ComputePath, Device, ProbeReport, ProbeRequest},
    outcomes::{EngineFailure, FinishReason, GenerationStats, LoadedModel},
    requests::{GenerateRequest, LoadRequest, PrepareRequest, Restraint},
};

/// Raised whenever a message changes in a way the other side would misread.
pub const PROTOCOL_VERSION: u32 = 3;

/// Chosen by the app, unique within one engine process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// App → engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Replace whatever model is loaded. Answered by [`Event::Loading`]… then [`Event::Loaded`] or [`Event::Failed`].
    Load(LoadRequest),
    /// Free the loaded model and its memory. Answered by [`Event::Unloaded`].
    Unload {
        /// Names this in the event that follows.
        id: RequestId,
    },
    /// Write the next message of a conversation with the loaded model.
    Generate(GenerateRequest),
    /// Read what is certain already of a conversation's next prompt, while there is nothing else to do. Ends at once,
    /// with [`FailureKind::Cancelled`](crate::FailureKind::Cancelled), when any other long request comes; what was read
    /// stays read. Refused with [`FailureKind::Busy`](crate::FailureKind::Busy) while one runs.
    Prepare(PrepareRequest),
    /// Try what this engine was started to compute with. For an engine of its own, which ends after it.
    Probe(ProbeRequest),
    /// How much of the computer may be used, from now on. Nothing answers it.
    Restrain(Restraint),
    /// Stop request `id`. A running generation closes with [`FinishReason::Cancelled`], a running load with
    /// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled). Unknown and finished ids are ignored: the two may cross
    /// on the wire.
    Cancel {
        /// The request to stop.
        id: RequestId,
    },
    /// Ask for an [`Event::Status`] at once, also while something else runs.
    Status,
    /// Finish in order and exit with code 0. The end of stdin means the same.
    Shutdown,
}

/// Engine → app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The first frame. An app that does not know `protocol` ends the engine.
    Hello {
        /// [`PROTOCOL_VERSION`] of the engine.
        protocol: u32,
        /// Version of the engine and of llama.cpp's bindings in it, e.g. `0.1.0+llama-cpp-sys-2.0.1.161`.
        build: String,
        /// What it was started to compute with.
        path: ComputePath,
    },
    /// Sent every second by the I/O thread, so that a busy worker can be told from a dead process.
    Heartbeat {
        /// Grows with every step of real work (a tensor loaded, a batch decoded, a token chosen).
        progress: u64,
    },
    /// How far a load has come.
    Loading {
        /// The load.
        id: RequestId,
        /// From 0 to 1, never falling.
        fraction: f32,
    },
    /// The model is ready.
    Loaded {
        /// The load.
        id: RequestId,
        /// What was loaded.
        model: LoadedModel,
    },
    /// The model is gone and its memory free.
    Unloaded {
        /// The request.
        id: RequestId,
    },
    /// Behind [`Request::Prepare`]: all that is certain is read.
    Prepared {
        /// The request.
        id: RequestId,
        /// Tokens in the KV cache now that the next prompt will begin with.
        tokens: u32,
    },
    /// Behind [`Request::Probe`]: which devices there are. Sent before anything is computed with them.
    Devices {
        /// The probe.
        id: RequestId,
        /// Without the processor itself.
        devices: Vec<Device>,
    },
    /// Behind [`Request::Probe`]: how it went.
    Probed {
        /// The probe.
        id: RequestId,
        /// What was measured.
        report: ProbeReport,
    },
    /// How far the reading of the prompt has come. At most a few a second.
    Reading {
        /// The generation.
        id: RequestId,
        /// Prompt tokens in the KV cache so far, those reused included.
        tokens_read: u32,
        /// Prompt tokens in all.
        tokens_total: u32,
    },
    /// The prompt is read; the next event is the answer's first text.
    Started {
        /// The generation.
        id: RequestId,
        /// Index into [`GenerateRequest::messages`] of the oldest message, a system prompt aside, that the model
        /// still remembers. 0 (or 1 behind a system prompt) when everything fits.
        remembered_from: u32,
        /// Prompt tokens in all.
        prompt_tokens: u32,
        /// Prompt tokens that were still in the KV cache and not read again.
        reused_tokens: u32,
    },
    /// More of the answer: whole UTF-8 characters, no stop text, no special token.
    Delta {
        /// The generation.
        id: RequestId,
        /// What to append.
        text: String,
    },
    /// The answer has ended.
    Finished {
        /// The generation.
        id: RequestId,
        /// Why.
        reason: FinishReason,
        /// What it took.
        stats: GenerationStats,
    },
    /// The request could not be done. The engine stays usable.
    Failed {
        /// The request.
        id: RequestId,
        /// What went wrong.
        failure: EngineFailure,
    },
    /// Answer to [`Request::Status`].
    Status {
        /// The loaded model, if any.
        model: Option<LoadedModel>,
        /// The request the worker is at.
        busy_with: Option<RequestId>,
    },
}
