//! What this computer computes with: what there is, what came of trying it, and what is used.
//!
//! [`Compute`] is the handle on what is known; the `tester` finds it out in throwaway engines while nothing else is to
//! be done; `choose` decides. The engine's supervisor asks for the path before it starts a process, and tells of each
//! one that crashed.

mod choose;
mod crashes;
mod known;
mod probe;
mod report;
mod settings;
mod tester;
mod trial;
mod trying;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hearth_ipc::{ComputePath, EngineLauncher};
use tokio::{
    sync::{Notify, watch},
    task::spawn_blocking,
};

use crate::{
    computer::{self, Identity},
    error::{AppError, chain},
    store::{self, Opening, StoreError},
    view::{HardwareSettings, PathReport},
};

pub(crate) use choose::Chosen;
pub(crate) use crashes::Crash;
pub(crate) use known::Graphics;
pub(crate) use report::{About, report};
pub(crate) use tester::Tester;
pub(crate) use trial::{Trial, shown_path};
pub(crate) use trying::{Mark, Purpose};

use known::Known;

/// What is tried, and when.
#[derive(Debug, Clone)]
pub struct HardwareTrials {
    /// What this system could compute with besides the processor.
    paths: Vec<ComputePath>,
    /// Nothing is tried until nothing else was done for so long.
    settle: Duration,
    /// A trial takes no longer.
    limit: Duration,
    /// Nor the very first ones.
    first_limit: Duration,
}

impl HardwareTrials {
    /// What a system like this one could have.
    pub fn of_this_system() -> Self {
        let limit = Duration::from_secs(15);
        Self {
            paths: if cfg!(target_os = "macos") {
                vec![ComputePath::Metal]
            } else {
                vec![ComputePath::Cuda, ComputePath::Vulkan]
            },
            settle: Duration::from_secs(2),
            limit,
            // Windows has each new library looked through before it is loaded.
            first_limit: if cfg!(windows) { Duration::from_secs(90) } else { limit },
        }
    }

    /// Nothing: the processor computes.
    pub fn none() -> Self {
        let none = Duration::ZERO;
        Self { paths: Vec::new(), settle: none, limit: none, first_limit: none }
    }

    /// These paths besides the processor, as soon as nothing else is to be done, for at most so long each.
    pub fn of(paths: Vec<ComputePath>, limit: Duration) -> Self {
        Self { paths, settle: Duration::ZERO, limit, first_limit: limit }
    }
}

/// What [`Compute`] needs of the app.
pub(crate) struct ComputeParts {
    pub(crate) launcher: Arc<dyn EngineLauncher>,
    pub(crate) starter: PathBuf,
    pub(crate) opening: Opening,
    pub(crate) computer: Arc<dyn computer::Hardware>,
    pub(crate) trials: HardwareTrials,
}

/// What is known of what computes. Clones share it.
#[derive(Clone)]
pub(crate) struct Compute {
    inner: Arc<Inner>,
}

struct Inner {
    parts: ComputeParts,
    known: Mutex<Known>,
    chosen: watch::Sender<Chosen>,
    settings: watch::Sender<HardwareSettings>,
    /// Grows with everything that the page could want to know.
    changes: watch::Sender<u64>,
    /// There may be something to try.
    asked: Notify,
}

impl Compute {
    /// Knows nothing yet: see [`Self::restore`].
    pub(crate) fn new(parts: ComputeParts) -> Self {
        let known = Known::new(parts.trials.paths.clone());
        let chosen = known.chosen(None);
        let inner = Inner {
            parts,
            known: Mutex::new(known),
            chosen: watch::Sender::new(chosen),
            settings: watch::Sender::new(HardwareSettings::default()),
            changes: watch::Sender::new(0),
            asked: Notify::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What earlier runs have found out and the person has decided. A database that cannot be read is logged: then
    /// everything is tried anew, and the processor computes.
    pub(crate) async fn restore(&self) {
        let Identity { processor, system } = self.identity().await;
        let left_behind = trying::left_behind(self.inner.parts.opening.home()).await;
        let read = async {
            let mut change = self.inner.parts.opening.store().await?.change().await?;
            for crash in &left_behind {
                tracing::warn!(path = crash.path.as_str(), "the app, or the computer, ended while this was tried");
                store::hardware::add_crash(&mut change, crash).await?;
            }
            let trials = store::hardware::trials(&mut change).await?;
            let crashes = store::hardware::crashes(&mut change).await?;
            let settings = settings::load(&mut change).await?;
            change.commit().await?;
            Ok::<_, StoreError>((trials, crashes, settings))
        };
        let (trials, crashes, settings) = read.await.unwrap_or_else(|error| {
            tracing::warn!(cause = chain(&error), "what computes is not known from earlier runs");
            (Vec::new(), left_behind.clone(), HardwareSettings::default())
        });
        self.inner.settings.send_replace(settings);
        let now = self.now();
        self.change(|known| known.restore(processor, system, trials, crashes, now));
    }

    /// What is used from the next start of an engine on, now and later.
    pub(crate) fn chosen(&self) -> watch::Receiver<Chosen> {
        self.inner.chosen.subscribe()
    }

    /// What the person has decided, now and later.
    pub(crate) fn settings(&self) -> watch::Receiver<HardwareSettings> {
        self.inner.settings.subscribe()
    }

    /// Decides anew. Returns what is kept of it: what cannot be is brought to the nearest that can.
    pub(crate) async fn update_settings(&self, wanted: HardwareSettings) -> Result<HardwareSettings, AppError> {
        let cores = self.computer(|computer| computer.cores()).await.threads;
        let kept = settings::possible(wanted, cores, &self.inner.parts.trials.paths);
        let mut change = self.inner.parts.opening.store().await?.change().await?;
        settings::save(&mut change, &kept).await?;
        change.commit().await.map_err(StoreError::from)?;
        self.inner.settings.send_replace(kept);
        self.change(|_| {});
        Ok(kept)
    }

    /// Whether the person wants what is certain of a question read before it is sent.
    pub(crate) async fn reads_ahead(&self) -> bool {
        let settings = *self.inner.settings.borrow();
        let is_saving = !settings.read_ahead_on_battery;
        settings.read_ahead && !(is_saving && self.computer(|computer| computer.power()).await.is_on_battery)
    }

    /// Grows with everything that the page could want to know.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Something that the page could want to know has changed elsewhere.
    pub(crate) fn tell_change(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// Version of the engine, once one has said it.
    pub(crate) fn engine_build(&self) -> Option<String> {
        self.known().build().map(str::to_owned)
    }

    /// All paths and how they are, the processor first.
    pub(crate) fn paths(&self) -> Vec<PathReport> {
        self.known().reports()
    }

    /// Whether something is being tried, or will be because somebody asked for it.
    pub(crate) fn is_testing(&self) -> bool {
        self.known().is_testing()
    }

    /// The graphics that would be used now, as far as a model's size and speed depend on them.
    pub(crate) fn graphics(&self) -> Option<Graphics> {
        let path = self.inner.chosen.borrow().path;
        self.known().graphics(path)
    }

    /// Tries everything once more, as soon as nothing else is to be done. Everything gets another chance.
    pub(crate) async fn test_again(&self) -> Result<(), AppError> {
        let mut change = self.inner.parts.opening.store().await?.change().await?;
        store::hardware::forget_crashes(&mut change).await?;
        change.commit().await.map_err(StoreError::from)?;
        self.change(Known::ask_all);
        self.inner.asked.notify_one();
        Ok(())
    }

    /// What the engine says it is. With another one than before, nothing is known.
    pub(crate) fn meet(&self, build: &str) {
        if self.known().build() != Some(build) {
            let now = self.now();
            self.change(|known| known.meet(build, now));
            // Nothing could be tried before.
            self.inner.asked.notify_one();
        }
    }

    /// Writes down that this path is used for that; see [`Mark`].
    pub(crate) async fn mark(&self, path: ComputePath, purpose: Purpose) -> Option<Mark> {
        let subject = self.known().subject_in_short(path);
        Mark::set(self.inner.parts.opening.home(), purpose, Crash { path, subject, at: self.now() }).await
    }

    /// The app's folder.
    pub(crate) fn home(&self) -> &Path {
        self.inner.parts.opening.home()
    }

    /// An engine on this path has ended while it loaded or answered. It is left alone until [`Self::forgive`], and longer
    /// if that was too often.
    pub(crate) async fn crashed(&self, path: ComputePath) {
        if path == ComputePath::Cpu {
            return;
        }
        let crash = Crash { path, subject: self.known().subject_in_short(path), at: self.now() };
        self.change(|known| known.crashed(crash.clone()));
        let kept = async {
            let mut change = self.inner.parts.opening.store().await?.change().await?;
            store::hardware::add_crash(&mut change, &crash).await?;
            Ok::<_, StoreError>(change.commit().await?)
        };
        if let Err(error) = kept.await {
            tracing::warn!(cause = chain(&error), "a crash is not remembered");
        }
    }

    /// Something else is tried with what has crashed.
    pub(crate) fn forgive(&self) {
        if self.known().has_set_aside() {
            self.change(Known::forgive);
        }
    }

    async fn keep(&self, trial: Trial) {
        tracing::info!(path = trial.path.as_str(), outcome = ?trial.outcome, "a way to compute was tried");
        let kept = async {
            let mut change = self.inner.parts.opening.store().await?.change().await?;
            store::hardware::set_trial(&mut change, &trial).await?;
            Ok::<_, StoreError>(change.commit().await?)
        };
        if let Err(error) = kept.await {
            tracing::warn!(cause = chain(&error), "what came of trying is not remembered");
        }
        self.change(|known| known.learn(trial));
    }

    /// Changes what is known, chooses anew, and tells.
    fn change(&self, change: impl FnOnce(&mut Known)) {
        let chosen = {
            let mut known = self.known();
            change(&mut known);
            known.chosen(self.inner.settings.borrow().path.map(trial::path_of))
        };
        self.inner.chosen.send_if_modified(|current| {
            let changes = *current != chosen;
            if changes {
                tracing::info!(path = chosen.path.as_str(), reason = ?chosen.reason, "what computes was chosen");
            }
            *current = chosen;
            changes
        });
        self.tell_change();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u32 {
        self.inner.parts.opening.now()
    }

    async fn identity(&self) -> Identity {
        self.computer(|computer| computer.identity()).await
    }

    /// Asks the computer, which takes a moment.
    pub(crate) async fn computer<T: Default + Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn computer::Hardware) -> T + Send + 'static,
    ) -> T {
        let computer = Arc::clone(&self.inner.parts.computer);
        spawn_blocking(move || ask(&*computer)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "looking at this computer gave up");
            T::default()
        })
    }
}
