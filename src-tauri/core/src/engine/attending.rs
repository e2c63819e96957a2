//! Looks after a loaded model until something has to change: it is used or left alone, other programs need the
//! computer, or it is to compute with something else.

use std::{ops::ControlFlow, time::Duration};

use hearth_ipc::{Client, ComputePath, EngineEnd, Restraint};
use tokio::{
    sync::oneshot,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{Order, Readiness, loading::Wishes, supervisor::Supervisor};
use crate::{computer::Power, view::HardwareSettings};

/// How often it is asked whether other programs need the computer.
const LOOK_INTERVAL: Duration = Duration::from_secs(30);
/// Whoever has just used the model is likely to use it again: it is not freed for others so soon.
const LEAST_REST: Duration = Duration::from_mins(1);
/// What is written down of a conversation when its model goes takes a while on a slow disk.
const UNLOAD_LIMIT: Duration = Duration::from_secs(30);

/// What has to change.
pub(super) enum Next {
    /// A model is to be loaded: another one, or the same in another way.
    Load,
    /// Something else computes from now on.
    Elsewhere,
    /// Nobody needs it.
    Rest,
    /// It ended, after it was ready for so long; while it was used, or not.
    Died {
        end: EngineEnd,
        ready_for: Duration,
        was_used: bool,
    },
    ShutDown(Option<oneshot::Sender<()>>),
}

impl Supervisor {
    /// Looks after what this process holds, which `is_loaded` if it can answer.
    pub(super) async fn attend(
        &mut self,
        client: &Client,
        compute: ComputePath,
        wishes: Wishes,
        is_loaded: bool,
    ) -> Next {
        let ready_since = Instant::now();
        let (mut chosen, mut settings) = (self.parts.compute.chosen(), self.parts.compute.settings());
        let mut looks = interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut unused_since, mut calm_at) = (ready_since, self.ends.usage.borrow().begun);
        let (mut power, mut is_short) = (Power::default(), false);
        loop {
            let usage = *self.ends.usage.borrow_and_update();
            let is_used = usage.held > 0;
            if !is_used && usage.begun != calm_at && !client.has_ended() {
                (unused_since, calm_at) = (Instant::now(), usage.begun);
            }
            let now = *settings.borrow_and_update();
            let rest_at = rest_at(unused_since, &now, is_short).filter(|_| is_loaded && !is_used);
            let next = if is_used {
                None
            } else if chosen.borrow_and_update().path != compute {
                Some(Next::Elsewhere)
            } else if Wishes::of(&now, compute) != wishes {
                Some(Next::Load)
            } else {
                rest_at.filter(|at| *at <= Instant::now()).map(|_| Next::Rest)
            };
            if let Some(next) = next
                && self.take_away(matches!(next, Next::Rest))
            {
                return next;
            }
            if let Some(threads) = self.loaded_threads().filter(|_| is_loaded) {
                let restraint = restraint(&now, power, threads, *self.ends.focus.borrow_and_update() || is_used);
                if restraint != self.restraint {
                    client.restrain(restraint);
                    self.restraint = restraint;
                }
            }
            tokio::select! {
                biased;
                end = client.ended() => {
                    let was_used = self.ends.usage.borrow().begun != calm_at;
                    return Next::Died { end, ready_for: ready_since.elapsed(), was_used };
                }
                order = self.ends.orders.recv() => {
                    if matches!(order, Some(Order::Wake)) {
                        continue;
                    }
                    return match self.obey(order) {
                        ControlFlow::Break(done) => Next::ShutDown(done),
                        ControlFlow::Continue(()) => Next::Load,
                    };
                }
                // Whoever sends these lives as long as this does, or gives an order when it ends.
                Ok(()) = chosen.changed() => {}
                Ok(()) = settings.changed() => {}
                Ok(()) = self.ends.usage.changed() => {}
                Ok(()) = self.ends.focus.changed() => {}
                () = sleep_until(rest_at.unwrap_or(ready_since)), if rest_at.is_some() => {}
                _ = looks.tick(), if is_loaded => {
                    let look = |computer: &dyn crate::computer::Hardware| {
                        (computer.power(), computer.is_short_of_memory())
                    };
                    (power, is_short) = self.parts.compute.computer(look).await;
                }
            }
        }
    }

    /// Nobody is given the model any more. `false`, and everything is as before, if somebody just was.
    fn take_away(&mut self, rests: bool) -> bool {
        let choice = self.choice.clone();
        let before =
            self.ends.readiness.send_replace(if rests { Readiness::Resting(choice) } else { Readiness::NotYet });
        let is_free = self.ends.usage.borrow().held == 0;
        if !is_free {
            self.ends.readiness.send_replace(before);
        }
        is_free
    }

    fn loaded_threads(&self) -> Option<u32> {
        match &*self.ends.readiness.borrow() {
            Readiness::Ready(model) => Some(model.loaded.threads),
            _ => None,
        }
    }
}

/// Frees the model and waits until what is to be kept of it is on the disk.
pub(super) async fn unload(client: &Client) {
    match timeout(UNLOAD_LIMIT, client.unload().done()).await {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => tracing::warn!(cause = failure.cause, "the model cannot be freed in order"),
        Err(_) => tracing::warn!("the model was not freed in time"),
    }
}

/// When the model is freed.
fn rest_at(unused_since: Instant, settings: &HardwareSettings, is_short: bool) -> Option<Instant> {
    let minutes = settings.unload_after_minutes.map(|minutes| Duration::from_mins(minutes.into()));
    let patience = if is_short { Some(minutes.map_or(LEAST_REST, |wanted| wanted.min(LEAST_REST))) } else { minutes };
    patience.map(|patience| unused_since + patience)
}

/// How much of the computer the engine may use. `threads` are those that the load chose.
fn restraint(settings: &HardwareSettings, power: Power, threads: u32, is_in_use: bool) -> Restraint {
    let is_saving = settings.fewer_threads_on_battery && power.is_on_battery;
    Restraint { threads: is_saving.then(|| threads.div_ceil(2)), background: !is_in_use }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_battery_half_the_threads_compute_if_that_is_wished() {
        let wished = HardwareSettings { fewer_threads_on_battery: true, ..HardwareSettings::default() };
        let on_battery = Power { has_battery: true, is_on_battery: true };
        let threads = |settings: &HardwareSettings, power| restraint(settings, power, 7, true).threads;
        assert_eq!(threads(&wished, on_battery), Some(4));
        assert_eq!(threads(&wished, Power { is_on_battery: false, ..on_battery }), None);
        assert_eq!(threads(&HardwareSettings::default(), on_battery), None);
    }

    #[tokio::test]
    async fn a_model_rests_sooner_when_others_need_its_memory() {
        let now = Instant::now();
        let usual = HardwareSettings::default();
        let never = HardwareSettings { unload_after_minutes: None, ..usual };
        assert_eq!(rest_at(now, &usual, false), Some(now + Duration::from_mins(30)));
        assert_eq!(rest_at(now, &usual, true), Some(now + LEAST_REST));
        assert_eq!(rest_at(now, &never, false), None);
        assert_eq!(rest_at(now, &never, true), Some(now + LEAST_REST));
    }
}
