//! The engine as the rest of the app sees it: a process with a model, ready or not.
//!
//! One task, the `supervisor`, owns the process; this is the handle on that task.

mod supervisor;

use std::sync::Arc;

use hearth_ipc::{Client, EngineLauncher};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    error::{AppError, ErrorCode},
    model::{Manner, ModelChoice, StarterModel},
    model_name,
    view::EngineState,
};
use supervisor::Supervisor;

/// A handle on the engine. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    orders: mpsc::UnboundedSender<Order>,
    states: watch::Receiver<EngineState>,
    readiness: watch::Receiver<Readiness>,
}

/// A model that can answer.
#[derive(Debug, Clone)]
pub(crate) struct ReadyModel {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) manner: Manner,
}

/// Whether there is one.
#[derive(Debug, Clone)]
enum Readiness {
    /// Soon.
    NotYet,
    Ready(ReadyModel),
    /// Not until something is done.
    Trouble(AppError),
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
        tokio::spawn(Supervisor::new(launcher, starter, ordered, states_sender, readiness_sender).run(choice));
        Self { orders, states, readiness }
    }

    /// The state as the page is told about it, now and later.
    pub(crate) fn states(&self) -> watch::Receiver<EngineState> {
        self.states.clone()
    }

    /// Refuses if there is no hope of an answer unless something is done first.
    pub(crate) fn require_hope(&self) -> Result<(), AppError> {
        match &*self.readiness.borrow() {
            Readiness::Trouble(error) => Err(error.clone()),
            Readiness::NotYet | Readiness::Ready(_) => Ok(()),
        }
    }

    /// The name of the model that will answer, as far as it is known; empty while even that is not.
    pub(crate) fn model_name(&self) -> String {
        match &*self.states.borrow() {
            EngineState::Loading { model, .. } => model.clone(),
            EngineState::Ready { model } => model.name.clone(),
            EngineState::Starting | EngineState::Trouble { .. } => String::new(),
        }
    }

    /// Waits until a model can answer, or there is no hope of it.
    pub(crate) async fn ready(&self) -> Result<ReadyModel, AppError> {
        let mut readiness = self.readiness.clone();
        let settled = readiness.wait_for(|readiness| match readiness {
            Readiness::NotYet => false,
            // The supervisor will notice in a moment, too.
            Readiness::Ready(model) => !model.client.has_ended(),
            Readiness::Trouble(_) => true,
        });
        match settled.await.map(|readiness| readiness.clone()) {
            Ok(Readiness::Ready(model)) => Ok(model),
            Ok(Readiness::Trouble(error)) => Err(error),
            Ok(Readiness::NotYet) | Err(_) => Err(AppError::new(ErrorCode::ModelNotReady, "the app is closing")),
        }
    }

    /// Uses another model. Resolves to whether it became ready.
    pub(crate) async fn load(&self, choice: ModelChoice) -> bool {
        let (ready, is_ready) = oneshot::channel();
        self.order(Order::Load(choice, ready));
        is_ready.await.is_ok()
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

/// What the chosen model is called.
fn name_of(choice: &ModelChoice, starter: &std::path::Path) -> String {
    model_name::of_file(choice.path(starter))
}
