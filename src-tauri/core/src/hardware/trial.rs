//! What came of trying a path, and with what it was tried.

use hearth_ipc::{ComputePath, Device, DeviceKind, ProbeReport, Speed};
use serde::{Deserialize, Serialize};

use crate::view;

/// Rounding makes a path differ from the processor by some thousandths of a nat, lower precision by some hundredths. A
/// fault makes it more than 1, or not a number.
const DIVERGENCE_LIMIT: f32 = 0.2;
/// A failure before the devices were told: nobody can see whether another driver is there now, so it is tried again
/// after a week.
const BLIND_SECONDS: u32 = 7 * 24 * 60 * 60;

/// One trial of one path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trial {
    pub(crate) path: ComputePath,
    pub(crate) subject: Subject,
    pub(crate) outcome: Outcome,
    /// In seconds since 1970 (UTC).
    pub(crate) tried_at: u32,
}

/// What was tried. With another of these the outcome may be another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// Version of the engine; empty if it ended before it said so.
    pub(crate) build: String,
    /// Version of the system, whose kernel holds the drivers.
    pub(crate) system: String,
    /// The processor.
    pub(crate) processor: String,
    /// What it computes on, with the drivers; `None` if the engine ended before it said so.
    pub(crate) devices: Option<Vec<Device>>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// There is no library for it.
    Missing,
    /// There is no device.
    NoDevice,
    /// It computed.
    Measured {
        /// How fast.
        speed: Speed,
        /// How fast the processor did the same, a moment apart.
        cpu_speed: Speed,
        /// How far from the processor's results.
        divergence: f32,
    },
    /// The engine ended, or could not do it.
    Crashed {
        /// Why, in English, for the log and the report.
        cause: String,
    },
    /// It did not end in time.
    TimedOut,
}

impl Subject {
    /// Whether these are the same devices with the same drivers. How much of their memory is free changes all the time.
    pub(crate) fn has_devices(&self, devices: &[Device]) -> bool {
        let same = |one: &Device, other: &Device| {
            one.name == other.name
                && one.description == other.description
                && one.kind == other.kind
                && one.driver == other.driver
        };
        let known = self.devices.as_deref();
        known.is_some_and(|known| known.len() == devices.len() && known.iter().zip(devices).all(|(a, b)| same(a, b)))
    }

    /// In short, as a text that is the same for the same subject.
    pub(crate) fn in_short(&self) -> String {
        let device = |device: &Device| {
            format!("{} {} ({})", device.name, device.description, device.driver.as_deref().unwrap_or("?"))
        };
        let devices: Vec<String> = self.devices.iter().flatten().map(device).collect();
        format!("{} | {} | {}", self.build, self.system, devices.join(", "))
    }

    /// Whether the engine is this one, as far as it has said which it is.
    pub(crate) fn is_of_build(&self, build: Option<&str>) -> bool {
        self.build.is_empty() || build.is_none_or(|build| build == self.build)
    }
}

impl Outcome {
    pub(crate) fn of(report: &ProbeReport) -> Self {
        let finite = |speed: Speed| Speed { prompt: finite(speed.prompt), generation: finite(speed.generation) };
        // Not a number has no place in JSON.
        let divergence = if report.divergence.is_finite() { report.divergence } else { f32::MAX };
        Self::Measured { speed: finite(report.speed), cpu_speed: finite(report.cpu_speed), divergence }
    }

    /// Whether it computed what the processor does.
    pub(crate) fn is_right(&self) -> bool {
        // Not a number is not below the limit, either.
        matches!(self, Self::Measured { divergence, .. } if *divergence < DIVERGENCE_LIMIT)
    }

    /// As the page is told.
    pub(crate) fn view(&self) -> view::PathOutcome {
        match self {
            Self::Missing => view::PathOutcome::Missing,
            Self::NoDevice => view::PathOutcome::NoDevice,
            Self::Measured { speed, .. } if self.is_right() => view::PathOutcome::Works {
                prompt_tokens_per_second: speed.prompt,
                generation_tokens_per_second: speed.generation,
            },
            Self::Measured { .. } => view::PathOutcome::WrongResults,
            Self::Crashed { .. } => view::PathOutcome::Crashed,
            Self::TimedOut => view::PathOutcome::TimedOut,
        }
    }
}

impl Trial {
    /// Whether it has to be tried again before anything is asked of the engine itself.
    pub(crate) fn is_stale(&self, build: Option<&str>, system: &str, processor: &str, now: u32) -> bool {
        let is_blind = self.path != ComputePath::Cpu
            && self.subject.devices.is_none()
            && !matches!(self.outcome, Outcome::Missing)
            && now.saturating_sub(self.tried_at) >= BLIND_SECONDS;
        !self.subject.is_of_build(build)
            || self.subject.system != system
            || self.subject.processor != processor
            || is_blind
    }

    /// Whether looking at its devices could harm: the engine ended before it had told any.
    pub(crate) fn is_blind(&self) -> bool {
        self.subject.devices.is_none() && !matches!(self.outcome, Outcome::Missing)
    }
}

/// The path as the page knows it.
pub(crate) fn shown_path(path: ComputePath) -> view::ComputePath {
    match path {
        ComputePath::Cpu => view::ComputePath::Cpu,
        ComputePath::Vulkan => view::ComputePath::Vulkan,
        ComputePath::Cuda => view::ComputePath::Cuda,
        ComputePath::Metal => view::ComputePath::Metal,
    }
}

/// The path as the engine knows it.
pub(crate) fn path_of(shown: view::ComputePath) -> ComputePath {
    match shown {
        view::ComputePath::Cpu => ComputePath::Cpu,
        view::ComputePath::Vulkan => ComputePath::Vulkan,
        view::ComputePath::Cuda => ComputePath::Cuda,
        view::ComputePath::Metal => ComputePath::Metal,
    }
}

/// A device as the page is told.
pub(crate) fn shown_device(device: &Device) -> view::ComputeDevice {
    view::ComputeDevice {
        name: if device.description.is_empty() { device.name.clone() } else { device.description.clone() },
        kind: match device.kind {
            DeviceKind::Gpu => view::ComputeDeviceKind::Gpu,
            DeviceKind::IntegratedGpu => view::ComputeDeviceKind::IntegratedGpu,
            DeviceKind::Software => view::ComputeDeviceKind::Software,
            DeviceKind::Other => view::ComputeDeviceKind::Other,
        },
        memory_bytes: device.memory_bytes,
        free_bytes: device.free_bytes,
        driver: device.driver.clone(),
    }
}

/// The page's numbers are plain ones; infinity is not.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A card of that kind.
    pub(crate) fn device(kind: DeviceKind, driver: &str) -> Device {
        Device {
            name: "Vulkan0".into(),
            description: "A card".into(),
            kind,
            memory_bytes: 8 << 30,
            free_bytes: 7 << 30,
            driver: Some(driver.into()),
        }
    }

    fn trial(outcome: Outcome, devices: Option<Vec<Device>>) -> Trial {
        let subject = Subject { build: "1".into(), system: "Debian 12".into(), processor: "A".into(), devices };
        Trial { path: ComputePath::Vulkan, subject, outcome, tried_at: 1000 }
    }

    #[test]
    fn what_differs_too_far_or_is_not_a_number_is_wrong() {
        let right = |divergence| {
            let speed = Speed { prompt: 1.0, generation: 1.0 };
            Outcome::Measured { speed, cpu_speed: speed, divergence }.is_right()
        };
        assert!(right(0.0) && right(0.05));
        assert!(!right(0.5) && !right(f32::MAX) && !right(f32::NAN));
    }

    #[test]
    fn another_driver_is_another_subject_and_more_free_memory_is_not() {
        let known = trial(Outcome::TimedOut, Some(vec![device(DeviceKind::Gpu, "550.1")])).subject;
        let busy = Device { free_bytes: 1, ..device(DeviceKind::Gpu, "550.1") };
        assert!(known.has_devices(&[busy]));
        assert!(!known.has_devices(&[device(DeviceKind::Gpu, "550.2")]));
        assert!(!known.has_devices(&[]));
    }

    #[test]
    fn a_trial_is_stale_with_another_engine_system_or_processor() {
        let trial = trial(Outcome::NoDevice, Some(Vec::new()));
        assert!(!trial.is_stale(Some("1"), "Debian 12", "A", 1000));
        assert!(!trial.is_stale(None, "Debian 12", "A", u32::MAX), "its devices are looked at anyway");
        assert!(trial.is_stale(Some("2"), "Debian 12", "A", 1000));
        assert!(trial.is_stale(Some("1"), "Debian 13", "A", 1000));
        assert!(trial.is_stale(Some("1"), "Debian 12", "B", 1000));
    }

    #[test]
    fn a_failure_before_the_devices_were_told_is_left_alone_for_a_week() {
        let trial = trial(Outcome::Crashed { cause: "signal 11".into() }, None);
        assert!(!trial.is_stale(Some("1"), "Debian 12", "A", 1000 + BLIND_SECONDS - 1));
        assert!(trial.is_stale(Some("1"), "Debian 12", "A", 1000 + BLIND_SECONDS));
    }
}
