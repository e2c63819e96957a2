//! Tries one path in a throwaway engine.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hearth_ipc::{
    Client, ComputePath, ConnectError, Device, EngineEnd, EngineLauncher, Exit, KvCacheType, ProbeEvent, ProbeRequest,
};
use tokio::time::{Instant, timeout, timeout_at};

use super::trial::{Outcome, Subject};
use crate::error::chain;

/// For ending in order, once all is known.
const END_LIMIT: Duration = Duration::from_secs(2);

/// What to try, and with what.
pub(super) struct Probe {
    pub(super) launcher: Arc<dyn EngineLauncher>,
    pub(super) path: ComputePath,
    /// The small model to try it with.
    pub(super) model: PathBuf,
    pub(super) limit: Duration,
}

/// What is found out on the way: it stays known if the engine ends.
#[derive(Debug, Default)]
struct Seen {
    build: String,
    devices: Option<Vec<Device>>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Probed {
    /// The devices are those that `known` has; nothing was computed.
    AsKnown,
    /// Build, devices and outcome.
    Tried(String, Option<Vec<Device>>, Outcome),
}

/// Ends the process with whoever waits for it: what a probe takes of the computer is needed for something else.
struct Throwaway(Client);

impl Drop for Throwaway {
    fn drop(&mut self) {
        self.0.kill();
    }
}

impl Probe {
    /// Tries it. With a `known` subject, which has not changed as far as can be seen from outside, only until the devices
    /// are known to be the same. `on_change` is told that it is tried in earnest. Dropping the future ends the engine.
    pub(super) async fn run(&self, known: Option<&Subject>, on_change: impl Fn() + Send) -> Probed {
        let seen = Mutex::new(Seen::default());
        let outcome = match timeout(self.limit, self.attempt(&seen, known, &on_change)).await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => return Probed::AsKnown,
            Err(_) => Outcome::TimedOut,
        };
        let Seen { build, devices } = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        Probed::Tried(build, devices, outcome)
    }

    /// `None` when everything is as known.
    async fn attempt(
        &self,
        seen: &Mutex<Seen>,
        known: Option<&Subject>,
        on_change: &(impl Fn() + Send),
    ) -> Option<Outcome> {
        let see = |change: &dyn Fn(&mut Seen)| change(&mut seen.lock().unwrap_or_else(PoisonError::into_inner));
        if known.is_none() {
            on_change();
        }
        let connected = match self.launcher.launch(self.path) {
            Ok(process) => Client::connect(process).await,
            Err(error) => return Some(Outcome::Crashed { cause: chain(&error) }),
        };
        let client = match connected {
            Ok(client) => Throwaway(client),
            Err(ConnectError::Ended(end)) => return Some(of_end(&EngineEnd::from(end), self.path)),
            Err(ConnectError::Silent) => return Some(Outcome::TimedOut),
            Err(error) => return Some(Outcome::Crashed { cause: chain(&error) }),
        };
        see(&|seen| client.0.build().clone_into(&mut seen.build));
        let mut probe = client.0.probe(ProbeRequest {
            id: client.0.new_id(),
            model: self.model.clone(),
            kv_cache: KvCacheType::F16,
        });
        let is_of_build = known.is_none_or(|known| known.is_of_build(Some(client.0.build())));
        let outcome = loop {
            match probe.next().await {
                Some(ProbeEvent::Devices(devices)) => {
                    see(&|seen| seen.devices = Some(devices.clone()));
                    if self.path != ComputePath::Cpu && devices.is_empty() {
                        break Outcome::NoDevice;
                    }
                    match known {
                        Some(known) if is_of_build && known.has_devices(&devices) => {
                            drop(probe);
                            end(&client.0).await;
                            return None;
                        }
                        Some(_) => on_change(),
                        None => {}
                    }
                }
                Some(ProbeEvent::Probed(report)) => {
                    see(&|seen| seen.devices = Some(report.devices.clone()));
                    break Outcome::of(&report);
                }
                Some(ProbeEvent::Failed(failure)) => {
                    break Outcome::Crashed { cause: format!("{:?}: {}", failure.kind, failure.cause) };
                }
                Some(ProbeEvent::EngineEnded(end)) => break of_end(&end, self.path),
                None => break of_end(&client.0.ended().await, self.path),
            }
        };
        drop(probe);
        end(&client.0).await;
        Some(outcome)
    }
}

/// An engine that ends in order leaves its driver in order. One that does not is ended when its handle is dropped.
async fn end(client: &Client) {
    client.shut_down();
    timeout_at(Instant::now() + END_LIMIT, client.ended()).await.ok();
}

fn of_end(end: &EngineEnd, path: ComputePath) -> Outcome {
    match end {
        EngineEnd::Exited(code) if Exit::of_code(*code) == Some(Exit::NoBackend) && path != ComputePath::Cpu => {
            Outcome::Missing
        }
        EngineEnd::Silent(_) | EngineEnd::Stuck(_) => Outcome::TimedOut,
        end => Outcome::Crashed { cause: end.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use hearth_ipc::ProcessEnd;

    use super::*;

    #[test]
    fn an_engine_without_the_library_is_told_from_one_that_crashes() {
        let of = |end| of_end(&EngineEnd::from(end), ComputePath::Vulkan);
        assert_eq!(of(ProcessEnd::Exited(Exit::NoBackend as i32)), Outcome::Missing);
        assert!(matches!(of(ProcessEnd::Killed(11)), Outcome::Crashed { .. }));
        assert!(matches!(of(ProcessEnd::Exited(Exit::Assertion as i32)), Outcome::Crashed { .. }));
        assert_eq!(of_end(&EngineEnd::Silent(15), ComputePath::Vulkan), Outcome::TimedOut);
        let cpu = of_end(&EngineEnd::Exited(Exit::NoBackend as i32), ComputePath::Cpu);
        assert!(matches!(cpu, Outcome::Crashed { .. }), "an app without any library is broken");
    }
}
