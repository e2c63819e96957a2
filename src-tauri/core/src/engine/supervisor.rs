//! The task that owns the engine's process: starts it, has the chosen model loaded, and starts it again when it dies.

use std::{io, ops::ControlFlow, sync::Arc, time::Duration};

use hearth_ipc::{Client, ComputePath, ConnectError, EngineEnd, EngineLauncher, LoadEvent, LoadRequest};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, timeout},
};

use super::{Order, Readiness, ReadyModel};
use crate::{
    error::{AppError, ErrorCode, chain},
    model::{self, ModelChoice, StarterModel},
    view::{EngineState, NamedModel},
};

/// Waited before each new start in a row. After the last one, somebody has to do something.
const BACK_OFF: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];
/// An engine that was ready for this long did not fail because of how it was started.
const SOUND_AFTER: Duration = Duration::from_secs(3);
/// For ending in order. What it would still do is of no use to anybody.
const SHUT_DOWN_LIMIT: Duration = Duration::from_millis(1500);

pub(super) struct Supervisor {
    launcher: Arc<dyn EngineLauncher>,
    starter: StarterModel,
    choice: ModelChoice,
    orders: mpsc::UnboundedReceiver<Order>,
    states: watch::Sender<EngineState>,
    readiness: watch::Sender<Readiness>,
    /// Who waits for the chosen model.
    waiting: Option<oneshot::Sender<()>>,
    /// Failed starts in a row.
    failures: usize,
}

/// Who waits for the end of it all, if anybody does.
type Farewell = Option<oneshot::Sender<()>>;

/// Why a process could not be had.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("the engine's program cannot be started")]
    Launch(#[from] io::Error),
    #[error("the engine was started, but cannot be used")]
    Connect(#[from] ConnectError),
}

/// Why a process is not served any longer.
enum Over {
    /// It could not be started.
    NotStarted(StartError),
    /// It died, having been ready for this long, if it ever was.
    Died { end: EngineEnd, ready_for: Option<Duration> },
    /// The app ends.
    ShutDown(Farewell),
}

/// How an attempt to load the chosen model went.
enum Loaded {
    /// It can answer.
    Ready,
    /// It cannot be used.
    Refused,
    /// Another was chosen meanwhile.
    Replaced,
    Died(EngineEnd),
    ShutDown(Farewell),
}

impl Supervisor {
    pub(super) fn new(
        launcher: Arc<dyn EngineLauncher>,
        starter: StarterModel,
        orders: mpsc::UnboundedReceiver<Order>,
        states: watch::Sender<EngineState>,
        readiness: watch::Sender<Readiness>,
    ) -> Self {
        Self { launcher, starter, choice: ModelChoice::Starter, orders, states, readiness, waiting: None, failures: 0 }
    }

    /// Until the app ends.
    pub(super) async fn run(mut self, choice: impl Future<Output = ModelChoice>) {
        // The process starts while the choice is looked up.
        let (mut started, choice) = tokio::join!(launch(&*self.launcher), choice);
        self.choice = choice;
        loop {
            let over = match started {
                Ok(client) => self.serve(client).await,
                Err(error) => Over::NotStarted(error),
            };
            if let Over::ShutDown(done) = over {
                return confirm(done);
            }
            if let ControlFlow::Break(done) = self.recover(&over).await {
                return confirm(done);
            }
            started = launch(&*self.launcher).await;
        }
    }

    /// One process, from its hello to its end.
    async fn serve(&mut self, client: Client) -> Over {
        loop {
            let mut ready_since = None;
            match self.load(&client).await {
                Loaded::Ready => ready_since = Some(Instant::now()),
                Loaded::Refused => {}
                Loaded::Replaced => continue,
                Loaded::Died(end) => return Over::Died { end, ready_for: None },
                Loaded::ShutDown(done) => {
                    shut_down(&client).await;
                    return Over::ShutDown(done);
                }
            }
            let order = tokio::select! {
                order = self.orders.recv() => order,
                end = client.ended() => {
                    return Over::Died { end, ready_for: ready_since.map(|since| since.elapsed()) };
                }
            };
            if let ControlFlow::Break(done) = self.obey(order) {
                shut_down(&client).await;
                return Over::ShutDown(done);
            }
        }
    }

    /// The chosen model, from the safe check of its file to its being ready.
    async fn load(&mut self, client: &Client) -> Loaded {
        let path = self.choice.path(&self.starter.path).to_owned();
        let named = self.choice.named(&self.starter.path);
        self.tell_loading(named.clone(), 0.0);
        if let Err(error) = model::check(&path).await {
            return self.refuse(error);
        }
        let request = LoadRequest::new(client.new_id(), path.clone());
        let mut load = client.load(request);
        let mut replaced = false;
        loop {
            tokio::select! {
                event = load.next() => match event {
                    Some(LoadEvent::Progress(_)) if replaced => {}
                    Some(LoadEvent::Progress(fraction)) => self.tell_loading(named.clone(), fraction),
                    Some(LoadEvent::Loaded(_) | LoadEvent::Failed(_)) if replaced => return Loaded::Replaced,
                    Some(LoadEvent::Loaded(loaded)) => {
                        tracing::info!(model = loaded.name, device = loaded.device, "a model is ready");
                        let manner = model::manner(&loaded, &self.starter);
                        let model = model::info(loaded, &self.starter.path);
                        let ready = ReadyModel {
                            client: client.clone(),
                            choice: self.choice.clone(),
                            path: path.clone(),
                            name: model.name.clone(),
                            device: model.device.clone(),
                            manner,
                        };
                        self.states.send_replace(EngineState::Ready { model });
                        self.readiness.send_replace(Readiness::Ready(ready));
                        if let Some(waiting) = self.waiting.take() {
                            // Whoever no longer waits does not want to know.
                            waiting.send(()).ok();
                        }
                        return Loaded::Ready;
                    }
                    Some(LoadEvent::Failed(failure)) => return self.refuse(AppError::of_engine(&failure).about(&path)),
                    Some(LoadEvent::EngineEnded(end)) => return Loaded::Died(end),
                    None => return Loaded::Died(client.ended().await),
                },
                order = self.orders.recv() => {
                    if let ControlFlow::Break(done) = self.obey(order) {
                        return Loaded::ShutDown(done);
                    }
                    replaced = true;
                    load.cancel();
                    self.tell_loading(self.choice.named(&self.starter.path), 0.0);
                }
            }
        }
    }

    /// After a failure: waits as long as it must, or until somebody does something. Breaks if that is to end it all.
    async fn recover(&mut self, over: &Over) -> ControlFlow<Farewell> {
        let cause = match over {
            Over::NotStarted(error) => chain(error),
            Over::Died { end, ready_for } => {
                if ready_for.is_some_and(|ready_for| ready_for >= SOUND_AFTER) {
                    self.failures = 0;
                }
                end.to_string()
            }
            Over::ShutDown(_) => return ControlFlow::Continue(()),
        };
        if let Some(delay) = BACK_OFF.get(self.failures) {
            self.failures += 1;
            tracing::warn!(cause, ?delay, "the engine is started again");
            self.readiness.send_replace(Readiness::NotYet);
            self.states.send_replace(EngineState::Starting);
            return tokio::select! {
                () = sleep(*delay) => ControlFlow::Continue(()),
                order = self.orders.recv() => self.obey(order),
            };
        }
        tracing::error!(cause, "the engine is not started again by itself");
        self.tell_trouble(self.given_up(over, cause));
        let order = self.orders.recv().await;
        self.readiness.send_replace(Readiness::NotYet);
        self.states.send_replace(EngineState::Starting);
        self.obey(order)
    }

    /// What to say when starting again has not helped.
    fn given_up(&self, over: &Over, cause: String) -> AppError {
        const SIGKILL: i32 = 9;
        let code = match over {
            // The system ends a process that takes more memory than there is.
            Over::Died { end: EngineEnd::Killed(SIGKILL), ready_for: None } => ErrorCode::OutOfMemory,
            Over::Died { ready_for: None, .. } if self.choice != ModelChoice::Starter => ErrorCode::ModelUnsupported,
            Over::Died { .. } => ErrorCode::EngineCrashed,
            Over::NotStarted(_) | Over::ShutDown(_) => ErrorCode::EngineUnavailable,
        };
        let error = AppError::new(code, cause);
        if code == ErrorCode::ModelUnsupported { error.about(self.choice.path(&self.starter.path)) } else { error }
    }

    /// Takes an order to heart. Breaks if it is to end it all, as also when nobody is left to give orders.
    fn obey(&mut self, order: Option<Order>) -> ControlFlow<Farewell> {
        match order {
            Some(Order::Load(choice, waiting)) => {
                self.choice = choice;
                self.waiting = Some(waiting);
            }
            Some(Order::Reload) => {}
            Some(Order::ShutDown(done)) => return ControlFlow::Break(Some(done)),
            None => return ControlFlow::Break(None),
        }
        self.failures = 0;
        ControlFlow::Continue(())
    }

    fn tell_loading(&self, model: NamedModel, fraction: f32) {
        self.readiness.send_if_modified(|readiness| {
            let changes = !matches!(readiness, Readiness::NotYet);
            *readiness = Readiness::NotYet;
            changes
        });
        self.states.send_replace(EngineState::Loading { model, fraction });
    }

    fn tell_trouble(&mut self, error: AppError) {
        self.waiting = None;
        let model = Some(self.choice.named(&self.starter.path));
        self.states.send_replace(EngineState::Trouble { error: error.clone(), model });
        self.readiness.send_replace(Readiness::Trouble(error, self.choice.clone()));
    }

    fn refuse(&mut self, error: AppError) -> Loaded {
        tracing::warn!(code = ?error.code, cause = error.message, "the model cannot be used");
        self.tell_trouble(error);
        Loaded::Refused
    }
}

async fn launch(launcher: &dyn EngineLauncher) -> Result<Client, StartError> {
    Ok(Client::connect(launcher.launch(ComputePath::Cpu)?).await?)
}

async fn shut_down(client: &Client) {
    client.shut_down();
    if timeout(SHUT_DOWN_LIMIT, client.ended()).await.is_err() {
        tracing::warn!("the engine did not end in time and is ended by force");
        client.kill();
        client.ended().await;
    }
}

fn confirm(done: Farewell) {
    if let Some(done) = done {
        // Whoever no longer waits does not want to know.
        done.send(()).ok();
    }
}
