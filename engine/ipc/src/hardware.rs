//! What computes, as both processes speak of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::RequestId;

/// What an engine process computes with. It is chosen when the process is started: a graphics driver that crashes or
/// hangs does so while its library is loaded, and one that is not wanted is best not loaded at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComputePath {
    /// The processor, with the best of the variants that were built. Always works.
    #[default]
    Cpu,
    /// Graphics cards of every maker.
    Vulkan,
    /// NVIDIA's graphics cards.
    Cuda,
    /// Apple's graphics.
    Metal,
}

impl ComputePath {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Vulkan, Self::Cuda, Self::Metal];

    /// As the engine is told at its start.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Vulkan => "vulkan",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }

    /// The other way round.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|path| path.as_str() == text)
    }
}

/// Something that computes beside the processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// ggml's name, e.g. `Vulkan0`.
    pub name: String,
    /// The maker's, e.g. `NVIDIA GeForce RTX 3060`.
    pub description: String,
    /// What kind it is.
    pub kind: DeviceKind,
    /// Memory in all, in bytes.
    pub memory_bytes: u64,
    /// Of it, free now.
    pub free_bytes: u64,
    /// Name and version of its driver, where they can be found out.
    pub driver: Option<String>,
}

/// Kinds of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A graphics card with memory of its own.
    Gpu,
    /// Graphics that share the computer's memory.
    IntegratedGpu,
    /// Software that pretends to be a graphics card.
    Software,
    /// Anything else.
    Other,
}

/// What a model takes of one device's memory, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceMemory {
    /// [`Device::name`], or `CPU`.
    pub device: String,
    /// The weights.
    pub weights_bytes: u64,
    /// Keys and values of the whole context.
    pub kv_bytes: u64,
    /// Work space.
    pub compute_bytes: u64,
}

/// How keys and values are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KvCacheType {
    /// As they are computed: 2 bytes for each number.
    #[default]
    F16,
    /// Quantized to 8 bits: half the memory.
    Q8_0,
}

/// What to try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRequest {
    /// Names this in the events that follow.
    pub id: RequestId,
    /// Absolute path of a small model, the starter model.
    pub model: PathBuf,
    /// How the path keeps keys and values, [`F16`](KvCacheType::F16) for a probe of the path itself. What it is compared
    /// with keeps them so.
    pub kv_cache: KvCacheType,
}

/// How a known text was read and continued, by the processor and by the path that was tried. For the processor's own
/// path both are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeReport {
    /// The processor, in words.
    pub processor: String,
    /// Without the processor itself.
    pub devices: Vec<Device>,
    /// Of the processor.
    pub cpu_speed: Speed,
    /// Of the path.
    pub speed: Speed,
    /// How far the path's probabilities of the next token are from the processor's: the largest Kullback-Leibler
    /// divergence at any place of the text, in nats. Rounding makes it some thousandths, a fault makes it more than 1
    /// or not a number (which is sent as infinity's stand-in, [`f32::MAX`]).
    pub divergence: f32,
}

/// How fast a model computes, in tokens per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Reading.
    pub prompt: f32,
    /// Writing.
    pub generation: f32,
}
