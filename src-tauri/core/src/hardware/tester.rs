//! The task that tries what computes, while nothing else is to be done.

use std::sync::Arc;

use hearth_ipc::ComputePath;
use tokio::time::sleep;

use super::{
    Compute, Purpose,
    known::Due,
    probe::{Probe, Probed},
    trial::{Outcome, Trial},
};
use crate::engine::Activity;

/// Tries what has to be tried.
pub(crate) struct Tester {
    compute: Compute,
    activity: Activity,
}

impl Tester {
    pub(crate) fn new(compute: Compute, activity: Activity) -> Self {
        Self { compute, activity }
    }

    /// As long as the engine is looked after. An answer or a load that begins ends a trial, which begins anew afterwards.
    pub(crate) async fn run(self) {
        let mut activity = self.activity.clone();
        while activity.is_quiet().await {
            let Some(due) = self.compute.known().due() else {
                tokio::select! {
                    () = self.compute.inner.asked.notified() => {}
                    () = activity.over() => {}
                }
                continue;
            };
            tokio::select! {
                () = activity.is_disturbed() => {}
                () = async {
                    sleep(self.compute.inner.parts.trials.settle).await;
                    self.try_out(due).await;
                } => {}
            }
            self.set_testing(None);
        }
    }

    async fn try_out(&self, due: Due) {
        let Due { path, known } = due;
        let parts = &self.compute.inner.parts;
        let is_first = !self.compute.known().has_trials();
        let probe = Probe {
            launcher: Arc::clone(&parts.launcher),
            path,
            model: parts.starter.clone(),
            limit: if is_first { parts.trials.first_limit } else { parts.trials.limit },
        };
        let mark = self.compute.mark(path, Purpose::Probe).await;
        let probed = probe.run(known.as_ref(), || self.set_testing(Some(path))).await;
        drop(mark);
        if let Probed::Tried(build, devices, outcome) = probed {
            let subject = self.compute.known().subject(build, devices);
            let tried_at = self.compute.now();
            if let Outcome::Measured { cpu_speed, .. } = outcome
                && path != ComputePath::Cpu
            {
                let outcome = Outcome::Measured { speed: cpu_speed, cpu_speed, divergence: 0.0 };
                let subject = self.compute.known().subject(subject.build.clone(), None);
                self.compute.keep(Trial { path: ComputePath::Cpu, subject, outcome, tried_at }).await;
                self.compute.known().set_seen(ComputePath::Cpu);
            }
            self.compute.keep(Trial { path, subject, outcome, tried_at }).await;
        }
        self.compute.known().set_seen(path);
    }

    fn set_testing(&self, path: Option<ComputePath>) {
        if self.compute.known().testing() != path {
            self.compute.change(|known| known.set_testing(path));
        }
    }
}
