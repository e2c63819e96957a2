//! How engines that play themselves behave, each path in its own way.

use hearth_core::ProcessEnd;
use hearth_ipc::{Device, DeviceKind, Exit, LoadRequest, Restraint, Speed};

/// How fast the played processor is.
pub(super) const CPU_SPEED: Speed = Speed { prompt: 400.0, generation: 150.0 };
/// A card that is faster than that.
pub(super) const FAST: Speed = Speed { prompt: 9000.0, generation: 300.0 };

/// How engines on one path behave.
#[derive(Debug, Clone)]
pub(super) struct Play {
    /// It ends so before it says anything.
    pub(super) ends_at_once: Option<ProcessEnd>,
    pub(super) devices: Vec<Device>,
    pub(super) probe: Probe,
    pub(super) load: Load,
    pub(super) answer: Answer,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Probe {
    /// It computes so fast, and so far from the processor.
    Measures(Speed, f32),
    /// It ends before it tells its devices.
    Dies,
    /// It ends after that.
    DiesComputing,
    /// It tells its devices, and nothing is heard of it again.
    Hangs,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    Works,
    Dies(i32),
    Hangs,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Works,
    Dies(i32),
    /// It writes until it is told to stop.
    GoesOn,
}

/// What the app has asked of engines on a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    Launched,
    ProbeBegun,
    /// It was computed to the end.
    Probed,
    Loaded(LoadRequest),
    Asked,
    Restrained(Restraint),
    Unloaded,
}

impl Play {
    /// What the processor does.
    pub(super) fn sound() -> Self {
        Self {
            ends_at_once: None,
            devices: Vec::new(),
            probe: Probe::Measures(CPU_SPEED, 0.0),
            load: Load::Works,
            answer: Answer::Works,
        }
    }

    /// A graphics card that works.
    pub(super) fn card(speed: Speed) -> Self {
        Self { devices: vec![device(DeviceKind::Gpu, "1.0")], probe: Probe::Measures(speed, 0.002), ..Self::sound() }
    }

    /// There is no library for it.
    pub(super) fn missing() -> Self {
        Self { ends_at_once: Some(ProcessEnd::Exited(Exit::NoBackend as i32)), ..Self::sound() }
    }
}

pub(super) fn device(kind: DeviceKind, driver: &str) -> Device {
    Device {
        name: "Vulkan0".into(),
        description: "A card".into(),
        kind,
        memory_bytes: 8 << 30,
        free_bytes: 7 << 30,
        driver: Some(driver.into()),
    }
}
