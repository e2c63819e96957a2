//! The engine as the rest of the app sees it: a process with a model, ready or not.
//!
//! One task, the `supervisor`, owns the process; this is the handle on that task.

mod supervisor;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use hearth_ipc::{Client, EngineLauncher};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    error::{AppError, ErrorCode},
    model::{Manner, ModelChoice, StarterModel},
    view::EngineState,
};
use supervisor::Supervisor;

/// A handle on the engine. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    orders: mpsc::UnboundedSender<Order>,
    states: watch::Receiver<EngineState>,
    readiness: watch::Receiver<Readiness>,
    /// The model that was asked for last; absent until the first choice is known.
    chosen: Chosen,
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
}

/// Whether there is one.
#[derive(Debug, Clone)]
enum Readiness {
    /// Soon.
    NotYet,
    Ready(ReadyModel),
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
    /// End the process in order.
    ShutDown(oneshot::Sender<()>),
}

impl Engine {
    /// Starts a process, and loads the model into it as soon as the choice is known.
    pub(crate) fn start(
        launcher: Arc<dyn EngineLauncher>,
        starter: StarterModel,
        choice: impl Future<Output = ModelChoice> + Send + 'static,
    ) -> Self {
        let (orders, ordered) = mpsc::unbounded_channel();
        let (states_sender, states) = watch::channel(EngineState::Starting);
        let (readiness_sender, readiness) = watch::channel(Readiness::NotYet);
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
        tokio::spawn(Supervisor::new(launcher, starter, ordered, states_sender, readiness_sender).run(first));
        Self { orders, states, readiness, chosen }
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
            Readiness::Trouble(..) | Readiness::NotYet | Readiness::Ready(_) => Ok(()),
        }
    }

    /// Waits until this model can answer, or there is no hope of it.
    pub(crate) fn ready(
        &self,
        wanted: ModelChoice,
    ) -> impl Future<Output = Result<ReadyModel, AppError>> + Send + 'static {
        let mut readiness = self.readiness.clone();
        async move {
            let settled = readiness.wait_for(|readiness| match readiness {
                Readiness::NotYet => false,
                // The supervisor will notice in a moment, too.
                Readiness::Ready(model) => model.choice == wanted && !model.client.has_ended(),
                Readiness::Trouble(_, choice) => *choice == wanted,
            });
            match settled.await.map(|readiness| readiness.clone()) {
                Ok(Readiness::Ready(model)) => Ok(model),
                Ok(Readiness::Trouble(error, _)) => Err(error),
                Ok(Readiness::NotYet) | Err(_) => Err(AppError::new(ErrorCode::ModelNotReady, "the app is closing")),
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
