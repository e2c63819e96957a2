//! The engine as the rest of the app sees it: a process with a model, ready or not.
//!
//! One task, the `supervisor`, owns the process; this is the handle on that task.

mod attending;
mod loading;
mod supervisor;
mod usage;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use hearth_ipc::{Client, ComputePath, EngineLauncher, LoadedModel};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    error::{AppError, ErrorCode},
    hardware::Compute,
    library::Disks,
    model::{Manner, ModelChoice, StarterModel},
    view::EngineState,
};
use supervisor::Supervisor;
pub(crate) use usage::Activity;
use usage::{Lease, Usage};

/// What the engine needs of the app.
pub(crate) struct Parts {
    pub(crate) launcher: Arc<dyn EngineLauncher>,
    pub(crate) starter: StarterModel,
    pub(crate) compute: Compute,
    pub(crate) disks: Arc<dyn Disks>,
}

/// A handle on the engine. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    orders: mpsc::UnboundedSender<Order>,
    states: watch::Receiver<EngineState>,
    readiness: watch::Receiver<Readiness>,
    /// The model that was asked for last; absent until the first choice is known.
    chosen: Chosen,
    usage: Arc<watch::Sender<Usage>>,
    /// Whether the person looks at the app.
    focus: watch::Sender<bool>,
}

type Chosen = Arc<Mutex<Option<ModelChoice>>>;

/// A model that can answer.
#[derive(Debug, Clone)]
pub(crate) struct ReadyModel {
    pub(crate) client: Client,
    pub(crate) choice: ModelChoice,
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    /// What computes, in words.
    pub(crate) device: String,
    pub(crate) manner: Manner,
    /// What its process computes with.
    pub(crate) compute: ComputePath,
    /// What it was given.
    pub(crate) loaded: Arc<LoadedModel>,
    /// Held by whoever was given it to be used.
    lease: Option<Arc<Lease>>,
}

impl ReadyModel {
    /// It has done what it was asked: it is none of those that bring the engine down.
    pub(crate) fn served(&self) {
        if let Some(lease) = &self.lease {
            lease.served();
        }
    }
}

/// Whether there is one.
#[derive(Debug, Clone)]
enum Readiness {
    /// Soon.
    NotYet,
    Ready(ReadyModel),
    /// As soon as somebody asks for it.
    Resting(ModelChoice),
    /// Not this one, until something is done.
    Trouble(AppError, ModelChoice),
}

/// What the supervisor is asked to do.
#[derive(Debug)]
enum Order {
    /// Use this model. The other end learns when it is ready, or is dropped.
    Load(ModelChoice, oneshot::Sender<()>),
    /// Try the chosen model once more.
    Reload,
    /// Somebody asks for the model that rests.
    Wake,
    /// End the process in order.
    ShutDown(oneshot::Sender<()>),
}

impl Engine {
    /// Starts a process, and loads the model into it as soon as the choice is known.
    pub(crate) fn start(parts: Parts, choice: impl Future<Output = ModelChoice> + Send + 'static) -> Self {
        let (orders, ordered) = mpsc::unbounded_channel();
        let (states_sender, states) = watch::channel(EngineState::Starting);
        let (readiness_sender, readiness) = watch::channel(Readiness::NotYet);
        let (usage, focus) = (Arc::new(watch::Sender::new(Usage::default())), watch::Sender::new(true));
        let chosen = Chosen::default();
        let first = {
            let chosen = Arc::clone(&chosen);
            async move {
                let choice = choice.await;
                // What was asked for meanwhile is newer.
                lock(&chosen).get_or_insert_with(|| choice.clone());
                choice
            }
        };
        let ends = supervisor::Ends {
            orders: ordered,
            states: states_sender,
            readiness: readiness_sender,
            usage: usage.subscribe(),
            focus: focus.subscribe(),
        };
        tokio::spawn(Supervisor::new(parts, ends).run(first));
        Self { orders, states, readiness, chosen, usage, focus }
    }

    /// Whether it has something to do. Does not keep it alive.
    pub(crate) fn activity(&self) -> Activity {
        Activity { states: self.states.clone(), usage: self.usage.subscribe() }
    }

    /// Whether the person looks at the app: while they do not, and nothing is written, other programs come first.
    pub(crate) fn set_focus(&self, has_focus: bool) {
        self.focus.send_if_modified(|focus| std::mem::replace(focus, has_focus) != has_focus);
    }

    /// What computes and what the loaded model was given, while one is loaded.
    pub(crate) fn loaded(&self) -> Option<(ComputePath, Arc<LoadedModel>)> {
        match &*self.readiness.borrow() {
            Readiness::Ready(model) => Some((model.compute, Arc::clone(&model.loaded))),
            _ => None,
        }
    }

    /// The model that was asked for last; absent until the first choice is known.
    pub(crate) fn chosen(&self) -> Option<ModelChoice> {
        lock(&self.chosen).clone()
    }

    /// The state as the page is told about it, now and later.
    pub(crate) fn states(&self) -> watch::Receiver<EngineState> {
        self.states.clone()
    }

    /// Refuses if there is no hope of an answer by this model unless something is done first.
    pub(crate) fn require_hope(&self, wanted: &ModelChoice) -> Result<(), AppError> {
        match &*self.readiness.borrow() {
            Readiness::Trouble(error, choice) if choice == wanted => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Waits until this model can answer, or there is no hope of it. One that rests is loaded again. As long as what it
    /// resolves to is held, the model stays.
    pub(crate) fn ready(
        &self,
        wanted: ModelChoice,
    ) -> impl Future<Output = Result<ReadyModel, AppError>> + Send + 'static {
        let (mut readiness, orders, usage) = (self.readiness.clone(), self.orders.clone(), Arc::clone(&self.usage));
        async move {
            loop {
                let settled = readiness.wait_for(|readiness| match readiness {
                    Readiness::NotYet => false,
                    // The supervisor will notice in a moment, too.
                    Readiness::Ready(model) => model.choice == wanted && !model.client.has_ended(),
                    Readiness::Resting(choice) | Readiness::Trouble(_, choice) => *choice == wanted,
                });
                // Inside, because the supervisor looks for leases only after it has said that the model goes.
                let settled = settled.await.map(|readiness| match &*readiness {
                    Readiness::Ready(model) => {
                        Readiness::Ready(ReadyModel { lease: Some(Lease::take(&usage)), ..model.clone() })
                    }
                    other => other.clone(),
                });
                match settled {
                    Ok(Readiness::Ready(model)) => return Ok(model),
                    Ok(Readiness::Trouble(error, _)) => return Err(error),
                    Ok(Readiness::Resting(_)) => {
                        orders.send(Order::Wake).ok();
                        // Should nobody look after it any more, the next turn finds out.
                        readiness.wait_for(|readiness| !matches!(readiness, Readiness::Resting(_))).await.ok();
                    }
                    Ok(Readiness::NotYet) | Err(_) => {
                        return Err(AppError::new(ErrorCode::ModelNotReady, "the app is closing"));
                    }
                }
            }
        }
    }

    /// Uses another model. The future, which may be dropped, resolves to whether it became ready.
    pub(crate) fn load(&self, choice: ModelChoice) -> impl Future<Output = bool> + Send + 'static {
        let (ready, is_ready) = oneshot::channel();
        *lock(&self.chosen) = Some(choice.clone());
        self.order(Order::Load(choice, ready));
        async move { is_ready.await.is_ok() }
    }

    /// Tries the chosen model once more.
    pub(crate) fn reload(&self) {
        self.order(Order::Reload);
    }

    /// Ends the process in order; by force, if that takes too long.
    pub(crate) async fn shut_down(&self) {
        let (done, is_done) = oneshot::channel();
        self.order(Order::ShutDown(done));
        // Dropped instead of answered when the supervisor is already gone: ended is ended.
        is_done.await.ok();
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::debug!("the engine's supervisor has already ended");
        }
    }
}

fn lock(chosen: &Mutex<Option<ModelChoice>>) -> std::sync::MutexGuard<'_, Option<ModelChoice>> {
    chosen.lock().unwrap_or_else(PoisonError::into_inner)
}
