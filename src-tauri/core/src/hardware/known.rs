//! Everything that is known of what computes.

use std::collections::{BTreeMap, BTreeSet};

use hearth_ipc::{ComputePath, DeviceKind, Speed};

use super::{
    choose::{self, Candidate, Chosen, DeviceMemory, Standing},
    crashes::{self, Crash},
    trial::{Outcome, Subject, Trial, shown_device, shown_path},
};
use crate::view::{PathOutcome, PathReport};

/// Graphics that a model would be given to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Graphics {
    /// Free memory of its own, in bytes. What shares the computer's memory has none.
    pub(crate) free_bytes: u64,
    /// How many times faster it writes than the processor.
    pub(crate) gain: f64,
}

/// What to try next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Due {
    pub(super) path: ComputePath,
    /// With these it was tried before: nothing is to be done if they are the same.
    pub(super) known: Option<Subject>,
}

/// Everything that is known.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What there could be besides the processor, the likeliest first.
    paths: Vec<ComputePath>,
    processor: String,
    system: String,
    build: Option<String>,
    trials: BTreeMap<ComputePath, Trial>,
    crashes: Vec<Crash>,
    /// They have crashed just now: something else goes on with what was being done.
    set_aside: BTreeSet<ComputePath>,
    /// Being tried.
    testing: Option<ComputePath>,
    /// Somebody has asked for these.
    asked: BTreeSet<ComputePath>,
    /// Looked at in this run.
    seen: BTreeSet<ComputePath>,
}

impl Known {
    pub(super) fn new(paths: Vec<ComputePath>) -> Self {
        Self { paths, ..Self::default() }
    }

    /// What earlier runs knew, as far as it is still so.
    pub(super) fn restore(
        &mut self,
        processor: String,
        system: String,
        trials: Vec<Trial>,
        crashes: Vec<Crash>,
        now: u32,
    ) {
        (self.processor, self.system) = (processor, system);
        self.trials = trials.into_iter().map(|trial| (trial.path, trial)).collect();
        self.crashes = crashes;
        self.forget_stale(now);
    }

    pub(super) fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }

    pub(super) fn meet(&mut self, build: &str, now: u32) {
        self.build = Some(build.to_owned());
        self.forget_stale(now);
    }

    fn forget_stale(&mut self, now: u32) {
        let (build, system, processor) = (self.build.as_deref(), &self.system, &self.processor);
        self.trials.retain(|_, trial| !trial.is_stale(build, system, processor, now));
    }

    /// What has to be tried, or looked at. Nothing before the engine has said what it is.
    pub(super) fn due(&self) -> Option<Due> {
        self.build.as_ref()?;
        let cpu = [ComputePath::Cpu];
        // The processor last: whoever tries graphics measures it beside them.
        let due = self.paths.iter().chain(&cpu).copied().filter_map(|path| {
            if self.asked.contains(&path) {
                return Some(Due { path, known: None });
            }
            if self.seen.contains(&path) || self.is_quarantined(path) {
                return None;
            }
            match self.trials.get(&path) {
                None if path == ComputePath::Cpu && self.paths.is_empty() => None,
                None => Some(Due { path, known: None }),
                // What ended before it had told anything is not touched again so soon, nor is the processor.
                Some(trial) if path == ComputePath::Cpu || trial.is_blind() => None,
                Some(trial) => Some(Due { path, known: Some(trial.subject.clone()) }),
            }
        });
        due.into_iter().next()
    }

    pub(super) fn ask_all(&mut self) {
        self.asked = self.paths.iter().copied().chain([ComputePath::Cpu]).collect();
        self.crashes.clear();
        self.set_aside.clear();
    }

    /// What is being tried, if anything is.
    pub(super) fn set_testing(&mut self, path: Option<ComputePath>) {
        self.testing = path;
    }

    pub(super) fn testing(&self) -> Option<ComputePath> {
        self.testing
    }

    /// This one needs not be looked at again.
    pub(super) fn set_seen(&mut self, path: ComputePath) {
        self.seen.insert(path);
        self.asked.remove(&path);
    }

    /// A subject as it is now.
    pub(super) fn subject(&self, build: String, devices: Option<Vec<hearth_ipc::Device>>) -> Subject {
        Subject { build, system: self.system.clone(), processor: self.processor.clone(), devices }
    }

    /// What is known of a path's subject, in short.
    pub(super) fn subject_in_short(&self, path: ComputePath) -> String {
        match self.trials.get(&path) {
            Some(trial) => trial.subject.in_short(),
            None => self.subject(String::new(), None).in_short(),
        }
    }

    pub(super) fn has_trials(&self) -> bool {
        !self.trials.is_empty()
    }

    pub(super) fn learn(&mut self, trial: Trial) {
        self.trials.insert(trial.path, trial);
    }

    pub(super) fn crashed(&mut self, crash: Crash) {
        self.set_aside.insert(crash.path);
        self.crashes.push(crash);
    }

    pub(super) fn has_set_aside(&self) -> bool {
        !self.set_aside.is_empty()
    }

    pub(super) fn forgive(&mut self) {
        self.set_aside.clear();
    }

    pub(super) fn is_testing(&self) -> bool {
        self.testing.is_some() || !self.asked.is_empty()
    }

    pub(super) fn chosen(&self, wanted: Option<ComputePath>) -> Chosen {
        let candidate = |path: &ComputePath| Candidate { path: *path, standing: self.standing(*path) };
        choose::choose(&self.paths.iter().map(candidate).collect::<Vec<_>>(), wanted)
    }

    fn standing(&self, path: ComputePath) -> Standing {
        if self.set_aside.contains(&path) || self.is_quarantined(path) {
            return Standing::Failed;
        }
        let Some(trial) = self.trials.get(&path) else { return Standing::Untried };
        match &trial.outcome {
            Outcome::Missing | Outcome::NoDevice => Standing::Absent,
            Outcome::Measured { speed, cpu_speed, .. } if trial.outcome.is_right() => {
                Standing::Works { memory: memory_of(&trial.subject), speed: *speed, cpu_speed: *cpu_speed }
            }
            Outcome::Measured { .. } | Outcome::Crashed { .. } | Outcome::TimedOut => Standing::Failed,
        }
    }

    fn is_quarantined(&self, path: ComputePath) -> bool {
        crashes::is_quarantined(&self.crashes, path, &self.subject_in_short(path))
    }

    pub(super) fn graphics(&self, path: ComputePath) -> Option<Graphics> {
        let trial = self.trials.get(&path).filter(|_| path != ComputePath::Cpu)?;
        let Outcome::Measured { speed, cpu_speed, .. } = trial.outcome else { return None };
        let own = trial.subject.devices.iter().flatten().filter(|device| device.kind == DeviceKind::Gpu);
        Some(Graphics {
            free_bytes: own.map(|device| device.free_bytes).fold(0, u64::saturating_add),
            gain: gain(speed, cpu_speed),
        })
    }

    pub(super) fn reports(&self) -> Vec<PathReport> {
        [ComputePath::Cpu].iter().chain(&self.paths).map(|path| self.report(*path)).collect()
    }

    fn report(&self, path: ComputePath) -> PathReport {
        let trial = self.trials.get(&path);
        let outcome = match trial {
            _ if self.testing == Some(path) => PathOutcome::Testing,
            _ if self.is_quarantined(path) => PathOutcome::Quarantined,
            _ if self.set_aside.contains(&path) => PathOutcome::Crashed,
            Some(trial) => trial.outcome.view(),
            None => PathOutcome::Untried,
        };
        PathReport {
            path: shown_path(path),
            devices: match trial {
                Some(trial) if path != ComputePath::Cpu => {
                    trial.subject.devices.iter().flatten().map(shown_device).collect()
                }
                _ => Vec::new(),
            },
            outcome,
            tried_at: trial.map(|trial| trial.tried_at),
        }
    }
}

/// Where the best of the devices has what it computes with.
fn memory_of(subject: &Subject) -> DeviceMemory {
    let has = |kind| subject.devices.iter().flatten().any(|device| device.kind == kind);
    if has(DeviceKind::Gpu) {
        DeviceMemory::Own
    } else if has(DeviceKind::IntegratedGpu) || has(DeviceKind::Other) {
        DeviceMemory::Shared
    } else {
        DeviceMemory::Pretended
    }
}

fn gain(speed: Speed, cpu_speed: Speed) -> f64 {
    let gain = f64::from(speed.generation) / f64::from(cpu_speed.generation);
    if gain.is_finite() && gain > 0.0 { gain } else { 1.0 }
}
