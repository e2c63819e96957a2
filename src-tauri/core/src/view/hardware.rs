//! What computes, as Settings → Hardware shows it.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// What this computer has to compute with, what came of trying it, and what is used.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct Hardware {
    /// The processor, e.g. `AMD Ryzen 7 7840U`.
    pub processor: String,
    /// Its fast cores: as many threads compute, unless somebody wants otherwise.
    pub fast_cores: u32,
    /// Memory in all, in bytes.
    #[specta(type = Number)]
    pub memory_bytes: u64,
    /// Of it, free now.
    #[specta(type = Number)]
    pub free_bytes: u64,
    /// Whether the computer has a battery.
    pub has_battery: bool,
    /// All that this app could compute with on this system, the processor first.
    pub paths: Vec<PathReport>,
    /// What is used now.
    pub used: ComputePath,
    /// Why that.
    pub reason: PathReason,
    /// Being tried now.
    pub testing: bool,
    /// What the loaded model was given; absent while none is loaded.
    pub load: Option<LoadFacts>,
}

/// What an engine computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ComputePath {
    /// The processor.
    Cpu,
    /// Graphics cards of every maker.
    Vulkan,
    /// NVIDIA's graphics cards.
    Cuda,
    /// Apple's graphics.
    Metal,
}

/// What came of trying one.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct PathReport {
    /// Which.
    pub path: ComputePath,
    /// Its devices; none for the processor, and none where there are none or they are not known.
    pub devices: Vec<ComputeDevice>,
    /// How it went.
    pub outcome: PathOutcome,
    /// In seconds since 1970 (UTC); absent when it was not tried.
    pub tried_at: Option<u32>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ComputeDevice {
    /// The maker's name, e.g. `NVIDIA GeForce RTX 3060`.
    pub name: String,
    /// What kind it is.
    pub kind: ComputeDeviceKind,
    /// Memory in all, in bytes.
    #[specta(type = Number)]
    pub memory_bytes: u64,
    /// Of it, free when it was looked at.
    #[specta(type = Number)]
    pub free_bytes: u64,
    /// Name and version of its driver, where they are known.
    pub driver: Option<String>,
}

/// Kinds of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ComputeDeviceKind {
    /// A graphics card with memory of its own.
    Gpu,
    /// Graphics that share the computer's memory.
    IntegratedGpu,
    /// Software that pretends to be a graphics card.
    Software,
    /// Anything else.
    Other,
}

/// How trying went.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PathOutcome {
    /// Not tried yet.
    Untried,
    /// Being tried.
    Testing,
    /// This app's folder has no library for it.
    Missing,
    /// There is no device for it, or no driver.
    NoDevice,
    /// It computes rightly.
    Works {
        /// Reading the starter model's test text, in tokens per second.
        #[specta(type = Number)]
        prompt_tokens_per_second: f32,
        /// Writing with it.
        #[specta(type = Number)]
        generation_tokens_per_second: f32,
    },
    /// It computes something else than the processor does.
    WrongResults,
    /// The engine ended.
    Crashed,
    /// It did not end in time.
    TimedOut,
    /// It crashed too often with real models, so it is not used until something about it changes or it is tried again.
    Quarantined,
}

/// Why a path is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum PathReason {
    /// Nothing else was tried yet.
    NotTriedYet,
    /// There is nothing else.
    OnlyOne,
    /// It was the fastest.
    Fastest,
    /// What else there is did not work; `path` says what came nearest.
    OthersFailed {
        /// Its outcome is in the list.
        path: ComputePath,
    },
    /// What else there is works, but is slower.
    OthersSlower {
        /// The fastest of those.
        path: ComputePath,
    },
    /// The person wanted it.
    Chosen,
    /// The person wanted another, which does not work.
    ChosenFailed {
        /// That one.
        path: ComputePath,
    },
}

/// What the loaded model was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LoadFacts {
    /// What it is called.
    pub model: String,
    /// Context length in tokens.
    pub context_tokens: u32,
    /// What the model was trained for.
    pub trained_context_tokens: u32,
    /// Threads that compute.
    pub threads: u32,
    /// Most tokens read in one step.
    pub batch_tokens: u32,
    /// Layers in all.
    pub layers: u32,
    /// Of these, on the GPU.
    pub gpu_layers: u32,
    /// How keys and values are kept.
    pub kv_cache: KvCache,
    /// Whether flash attention is used.
    pub flash_attention: bool,
    /// What it takes of each device's memory; none where that is not known.
    pub memory: Vec<MemoryUse>,
}

/// What a model takes of one device's memory, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MemoryUse {
    /// The device.
    pub device: String,
    /// The weights.
    #[specta(type = Number)]
    pub weights_bytes: u64,
    /// Keys and values of the whole context.
    #[specta(type = Number)]
    pub kv_bytes: u64,
    /// Work space.
    #[specta(type = Number)]
    pub compute_bytes: u64,
}

/// How keys and values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KvCache {
    /// 2 bytes for each number.
    F16,
    /// Quantized to 8 bits: half the memory.
    Q8_0,
}

/// What the person has decided about computing. Absent is: the app decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and any of them goes with any other")]
pub struct HardwareSettings {
    /// What computes.
    pub path: Option<ComputePath>,
    /// Context length in tokens.
    pub context_tokens: Option<u32>,
    /// Threads that compute.
    pub threads: Option<u32>,
    /// Layers on the GPU.
    pub gpu_layers: Option<u32>,
    /// How keys and values are kept.
    pub kv_cache: Option<KvCache>,
    /// After so many minutes without a question the model's memory is freed; absent is never.
    pub unload_after_minutes: Option<u32>,
    /// Half the threads while on battery.
    pub fewer_threads_on_battery: bool,
    /// Read ahead while a question is written.
    pub read_ahead: bool,
    /// Also on battery.
    pub read_ahead_on_battery: bool,
    /// Keep the model's memory of conversations on disk, so that returning to one is quick.
    pub keep_memories: bool,
}

impl Default for HardwareSettings {
    fn default() -> Self {
        Self {
            path: None,
            context_tokens: None,
            threads: None,
            gpu_layers: None,
            kv_cache: None,
            unload_after_minutes: Some(30),
            fewer_threads_on_battery: false,
            read_ahead: true,
            read_ahead_on_battery: true,
            keep_memories: true,
        }
    }
}
