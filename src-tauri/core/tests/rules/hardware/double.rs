//! Engines that play themselves, and an app on them.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use hearth_core::{
    App, Config, EngineLauncher, EngineProcess, HardwareTrials, ProcessEnd,
    view::{ComputePath as Shown, Hardware, PathOutcome},
};
use hearth_ipc::{
    ComputePath, EngineFailure, Event, FailureKind, FinishReason, GenerateRequest, GenerationStats, LoadRequest,
    PROTOCOL_VERSION, ProbeReport, ProbeRequest, Request, RequestId,
    codec::{read_async, write_async},
};
use tokio::{
    io::{DuplexStream, ReadHalf, WriteHalf, split},
    sync::{mpsc, oneshot, watch},
};

use super::plays::{Answer, CPU_SPEED, Load, Play, Probe, Seen};
use crate::stage::{Stage, loaded_model, soon};

/// Starts engines that play themselves. A path of which nothing is said is missing.
pub(super) struct Engines {
    plays: Mutex<HashMap<ComputePath, Play>>,
    seen: watch::Sender<Vec<(ComputePath, Seen)>>,
}

impl Engines {
    pub(super) fn new(plays: impl IntoIterator<Item = (ComputePath, Play)>) -> Arc<Self> {
        let all = [(ComputePath::Cpu, Play::sound())].into_iter().chain(plays);
        Arc::new(Self { plays: Mutex::new(all.collect()), seen: watch::Sender::default() })
    }

    /// From now on, this path behaves so.
    pub(super) fn play(&self, path: ComputePath, play: Play) {
        self.plays.lock().expect("sound").insert(path, play);
    }

    /// All that was asked so far.
    pub(super) fn seen(&self) -> Vec<(ComputePath, Seen)> {
        self.seen.borrow().clone()
    }

    /// Forgets what was asked so far.
    pub(super) fn forget(&self) {
        self.seen.send_replace(Vec::new());
    }

    pub(super) fn count(&self, path: ComputePath, what: impl Fn(&Seen) -> bool) -> usize {
        self.seen.borrow().iter().filter(|(on, seen)| *on == path && what(seen)).count()
    }

    /// Waits until something was asked so often on a path.
    pub(super) async fn wait(&self, path: ComputePath, times: usize, what: impl Fn(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let is_there = |seen: &Vec<(ComputePath, Seen)>| {
            seen.iter().filter(|(on, seen)| *on == path && what(seen)).count() >= times
        };
        soon("what the engine is asked", seen.wait_for(is_there)).await.expect("engines").len();
    }

    /// The last load on a path.
    pub(super) fn last_load(&self, path: ComputePath) -> LoadRequest {
        let seen = self.seen.borrow();
        let loads = seen.iter().rev().filter_map(|(on, seen)| match seen {
            Seen::Loaded(load) if *on == path => Some(load.clone()),
            _ => None,
        });
        loads.into_iter().next().expect("a load")
    }

    fn play_of(&self, path: ComputePath) -> Play {
        self.plays.lock().expect("sound").get(&path).cloned().unwrap_or_else(Play::missing)
    }

    fn see(&self, path: ComputePath, seen: Seen) {
        self.seen.send_modify(|all| all.push((path, seen)));
    }
}

/// The launcher is the shared thing itself.
pub(super) struct Launcher(pub(super) Arc<Engines>);

impl EngineLauncher for Launcher {
    fn launch(&self, path: ComputePath) -> io::Result<EngineProcess> {
        self.0.see(path, Seen::Launched);
        let (app, engine) = tokio::io::duplex(1 << 20);
        let (events, requests) = split(app);
        let (reader, writer) = split(engine);
        let (end, ended) = oneshot::channel();
        let played = Played { path, reader, said: speak(writer), engines: Arc::clone(&self.0), writing: None };
        tokio::spawn(async move {
            let how = played.run().await;
            end.send(how).ok();
        });
        let end = Box::pin(async { ended.await.unwrap_or(ProcessEnd::Unknown) });
        Ok(EngineProcess { events: Box::new(events), requests: Box::new(requests), end })
    }
}

struct Played {
    path: ComputePath,
    reader: ReadHalf<DuplexStream>,
    said: mpsc::UnboundedSender<Event>,
    engines: Arc<Engines>,
    /// An answer without an end.
    writing: Option<RequestId>,
}

impl Played {
    fn play(&self) -> Play {
        self.engines.play_of(self.path)
    }

    async fn run(mut self) -> ProcessEnd {
        if let Some(end) = self.play().ends_at_once {
            return end;
        }
        self.say(Event::Hello { protocol: PROTOCOL_VERSION, build: "played".into(), path: self.path });
        while let Ok(Some(request)) = read_async::<Request>(&mut self.reader).await {
            let end = match request {
                Request::Probe(probe) => self.probe(probe).await,
                Request::Load(load) => self.load(&load),
                Request::Generate(generate) => self.answer(generate),
                Request::Unload { id } => {
                    self.engines.see(self.path, Seen::Unloaded);
                    self.say(Event::Unloaded { id });
                    None
                }
                Request::Restrain(restraint) => {
                    self.engines.see(self.path, Seen::Restrained(restraint));
                    None
                }
                Request::Cancel { id } => {
                    if self.writing == Some(id) {
                        self.finish(id, FinishReason::Cancelled);
                    }
                    None
                }
                Request::Shutdown => Some(ProcessEnd::Exited(0)),
                Request::Status | Request::Prepare(_) => None,
            };
            if let Some(end) = end {
                return end;
            }
        }
        ProcessEnd::Exited(0)
    }

    async fn probe(&mut self, ProbeRequest { id, .. }: ProbeRequest) -> Option<ProcessEnd> {
        self.engines.see(self.path, Seen::ProbeBegun);
        if matches!(self.play().probe, Probe::Dies) {
            return Some(ProcessEnd::Killed(11));
        }
        self.say(Event::Devices { id, devices: self.play().devices });
        match self.play().probe {
            Probe::DiesComputing => Some(ProcessEnd::Killed(11)),
            Probe::Hangs | Probe::Dies => None,
            Probe::Measures(speed, divergence) => {
                // As an engine does between two steps: whoever has seen enough of the devices has said so by now.
                if tokio::time::timeout(Duration::from_millis(200), self.is_stopped()).await.is_ok() {
                    let failure = EngineFailure { kind: FailureKind::Cancelled, cause: "stopped".into() };
                    self.say(Event::Failed { id, failure });
                    return None;
                }
                let devices = self.play().devices;
                let (processor, cpu_speed) = ("A usual processor".into(), CPU_SPEED);
                let report = ProbeReport { processor, devices, cpu_speed, speed, divergence };
                self.engines.see(self.path, Seen::Probed);
                self.say(Event::Probed { id, report });
                None
            }
        }
    }

    /// Waits for the next frame, which can only say that enough is enough.
    async fn is_stopped(&mut self) {
        while let Ok(Some(request)) = read_async::<Request>(&mut self.reader).await {
            if matches!(request, Request::Cancel { .. } | Request::Shutdown) {
                return;
            }
        }
    }

    fn load(&self, load: &LoadRequest) -> Option<ProcessEnd> {
        self.engines.see(self.path, Seen::Loaded(load.clone()));
        match self.play().load {
            Load::Works => {
                let model = loaded_model(load, self.path);
                self.say(Event::Loaded { id: load.id, model });
                None
            }
            Load::Dies(signal) => Some(ProcessEnd::Killed(signal)),
            Load::Hangs => None,
        }
    }

    fn answer(&mut self, GenerateRequest { id, .. }: GenerateRequest) -> Option<ProcessEnd> {
        self.engines.see(self.path, Seen::Asked);
        self.say(Event::Started { id, remembered_from: 0, prompt_tokens: 10, reused_tokens: 0 });
        self.say(Event::Delta { id, text: "Yes.".into() });
        match self.play().answer {
            Answer::Works => self.finish(id, FinishReason::EndOfTurn),
            Answer::Dies(signal) => return Some(ProcessEnd::Killed(signal)),
            Answer::GoesOn => self.writing = Some(id),
        }
        None
    }

    fn finish(&mut self, id: RequestId, reason: FinishReason) {
        self.writing = None;
        self.say(Event::Finished { id, reason, stats: GenerationStats::default() });
    }

    fn say(&self, event: Event) {
        // The app may be gone.
        self.said.send(event).ok();
    }
}

/// Writes what is said, and each second that the engine lives. Closes the pipe when nobody can say anything any more.
fn speak(mut writer: WriteHalf<DuplexStream>) -> mpsc::UnboundedSender<Event> {
    let (said, mut heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut beats = tokio::time::interval(Duration::from_secs(1));
        beats.tick().await;
        // It always moves: what becomes of one that does not is settled where its signs of life are heard.
        let mut progress = 0;
        loop {
            let event = tokio::select! {
                biased;
                event = heard.recv() => event,
                _ = beats.tick() => {
                    progress += 1;
                    Some(Event::Heartbeat { progress })
                }
            };
            let Some(event) = event else { return };
            if write_async(&mut writer, &event).await.is_err() {
                return;
            }
        }
    });
    said
}

/// An app on these engines that tries CUDA and Vulkan.
pub(super) fn config(stage: &Stage, engines: &Arc<Engines>) -> Config {
    Config {
        engine: Arc::new(Launcher(Arc::clone(engines))),
        hardware_trials: HardwareTrials::of(vec![ComputePath::Cuda, ComputePath::Vulkan], Duration::from_secs(15)),
        ..stage.config()
    }
}

/// Waits until what the page is shown is so.
pub(super) async fn hardware(app: &App, what: &str, condition: impl Fn(&Hardware) -> bool) -> Hardware {
    let mut changes = app.hardware_changes();
    soon(what, async {
        loop {
            let hardware = app.hardware().await.expect("shown");
            if condition(&hardware) {
                return hardware;
            }
            changes.changed().await.expect("an app");
        }
    })
    .await
}

/// Waits until everything was tried.
pub(super) async fn tried(app: &App) -> Hardware {
    hardware(app, "the end of all trials", |hardware| {
        !hardware.testing && hardware.paths.iter().all(|path| path.outcome != PathOutcome::Untried)
    })
    .await
}

pub(super) fn outcome(hardware: &Hardware, path: Shown) -> PathOutcome {
    hardware.paths.iter().find(|report| report.path == path).expect("listed").outcome.clone()
}
