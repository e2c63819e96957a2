//! The task that owns the engine's process: starts it with what computes best, has the chosen model loaded, and starts it
//! again when it dies.

use std::{io, ops::ControlFlow, time::Duration};

use hearth_ipc::{Client, ComputePath, ConnectError, EngineEnd, EngineLauncher, Restraint};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};

use super::{
    Order, Parts, Readiness,
    attending::{self, Next},
    loading::{Loaded, Wishes},
    usage::Usage,
};
use crate::{
    error::{AppError, ErrorCode, chain},
    hardware::{Mark, Purpose},
    model::ModelChoice,
    view::{EngineState, NamedModel},
};

/// Waited before each new start in a row. After the last one, somebody has to do something.
const BACK_OFF: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];
/// An engine that was ready for this long did not fail because of how it was started.
const SOUND_AFTER: Duration = Duration::from_secs(3);
/// For ending in order. What it would still do is of no use to anybody.
const SHUT_DOWN_LIMIT: Duration = Duration::from_millis(1500);
/// A model that has ended the engine so often in a row is not loaded again by itself.
const MOST_STRIKES: u32 = 2;

pub(super) struct Supervisor {
    pub(super) parts: Parts,
    pub(super) ends: Ends,
    pub(super) choice: ModelChoice,
    /// Who waits for the chosen model.
    pub(super) waiting: Option<oneshot::Sender<()>>,
    /// What the loaded model takes of memory: free, as soon as another is loaded.
    pub(super) held_bytes: u64,
    /// What this process was last told of how much of the computer it may use.
    pub(super) restraint: Restraint,
    /// Failed starts in a row.
    failures: usize,
    /// How often the chosen model has ended the engine in a row.
    strikes: u32,
    /// How much was served when it last did.
    served: u64,
    /// On the disk, as long as a driver may take the computer with it.
    mark: Option<Mark>,
}

/// Its ends of the channels that the handles hold the others of.
pub(super) struct Ends {
    pub(super) orders: mpsc::UnboundedReceiver<Order>,
    pub(super) states: watch::Sender<EngineState>,
    pub(super) readiness: watch::Sender<Readiness>,
    pub(super) usage: watch::Receiver<Usage>,
    pub(super) focus: watch::Receiver<bool>,
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
    /// It died.
    Died { end: EngineEnd, during: During },
    /// Something else is to compute.
    Elsewhere,
    /// Nobody needs it for now.
    Rest,
    /// The app ends.
    ShutDown(Farewell),
}

/// What a process was at when it died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum During {
    /// It loaded the chosen model.
    Loading,
    /// It was asked something, having been ready for this long.
    Use(Duration),
    /// Nothing that the chosen model could be blamed for, having been ready for this long.
    Rest(Duration),
}

impl Supervisor {
    pub(super) fn new(parts: Parts, ends: Ends) -> Self {
        Self {
            parts,
            ends,
            choice: ModelChoice::Starter,
            waiting: None,
            held_bytes: 0,
            restraint: Restraint::default(),
            failures: 0,
            strikes: 0,
            served: 0,
            mark: None,
        }
    }

    /// Until the app ends.
    pub(super) async fn run(mut self, choice: impl Future<Output = ModelChoice>) {
        self.choice = choice.await;
        loop {
            let path = self.parts.compute.chosen().borrow().path;
            self.mark(path, Purpose::Load).await;
            let over = match launch(&*self.parts.launcher, path).await {
                Ok(client) => {
                    self.parts.compute.meet(client.build());
                    self.serve(&client, path).await
                }
                Err(error) => Over::NotStarted(error),
            };
            self.held_bytes = 0;
            let next = match over {
                Over::ShutDown(done) => ControlFlow::Break(done),
                Over::Elsewhere => ControlFlow::Continue(()),
                Over::Rest => self.rest().await,
                Over::NotStarted(_) | Over::Died { .. } => self.recover(&over, path).await,
            };
            if let ControlFlow::Break(done) = next {
                // Whoever is told that it is over finds nothing of it left.
                self.unmark();
                return confirm(done);
            }
        }
    }

    /// One process, from its hello to its end.
    async fn serve(&mut self, client: &Client, path: ComputePath) -> Over {
        self.restraint = Restraint::default();
        loop {
            if self.parts.compute.chosen().borrow().path != path {
                shut_down(client).await;
                self.unmark();
                return Over::Elsewhere;
            }
            let wishes = Wishes::of(&self.parts.compute.settings().borrow(), path);
            let is_loaded = match self.load(client, path, wishes).await {
                Loaded::Ready => true,
                Loaded::Refused => false,
                Loaded::Replaced => continue,
                Loaded::Died(end) => return Over::Died { end, during: During::Loading },
                Loaded::ShutDown(done) => {
                    shut_down(client).await;
                    return Over::ShutDown(done);
                }
            };
            match self.attend(client, path, wishes, is_loaded).await {
                Next::Load => {}
                Next::Elsewhere => {
                    attending::unload(client).await;
                    shut_down(client).await;
                    return Over::Elsewhere;
                }
                Next::Rest => {
                    self.ends.states.send_replace(EngineState::Resting { model: self.named() });
                    self.parts.compute.tell_change();
                    attending::unload(client).await;
                    // What is left of it would still wake up each second.
                    shut_down(client).await;
                    return Over::Rest;
                }
                Next::Died { end, ready_for, was_used } => {
                    let during = if was_used { During::Use(ready_for) } else { During::Rest(ready_for) };
                    return Over::Died { end, during };
                }
                Next::ShutDown(done) => {
                    shut_down(client).await;
                    return Over::ShutDown(done);
                }
            }
        }
    }

    /// Until somebody asks for a model.
    async fn rest(&mut self) -> ControlFlow<Farewell> {
        tracing::info!("the model rests");
        let order = self.ends.orders.recv().await;
        self.tell_starting();
        self.obey(order)
    }

    /// After a failure: waits as long as it must, or until somebody does something. Breaks if that is to end it all.
    async fn recover(&mut self, over: &Over, path: ComputePath) -> ControlFlow<Farewell> {
        let cause = match over {
            Over::NotStarted(error) => chain(error),
            Over::Died { end, .. } => end.to_string(),
            Over::Elsewhere | Over::Rest | Over::ShutDown(_) => return ControlFlow::Continue(()),
        };
        if path != ComputePath::Cpu {
            tracing::warn!(cause, path = path.as_str(), "the engine ended; something else goes on");
            self.parts.compute.crashed(path).await;
            self.unmark();
            // What graphics do is no fault of the model.
            self.tell_starting();
            return ControlFlow::Continue(());
        }
        let is_struck_out = self.count(over);
        if let Some(delay) = BACK_OFF.get(self.failures).filter(|_| !is_struck_out) {
            self.failures += 1;
            tracing::warn!(cause, ?delay, "the engine is started again");
            self.tell_starting();
            let delay = sleep(*delay);
            tokio::pin!(delay);
            loop {
                tokio::select! {
                    () = &mut delay => return ControlFlow::Continue(()),
                    order = self.ends.orders.recv() => if !matches!(order, Some(Order::Wake)) {
                        return self.obey(order);
                    },
                }
            }
        }
        tracing::error!(cause, "the engine is not started again by itself");
        self.tell_trouble(self.given_up(over, cause, is_struck_out));
        let order = self.ends.orders.recv().await;
        self.tell_starting();
        self.obey(order)
    }

    /// Counts a failure. Whether the chosen model is to blame, and for the last time.
    fn count(&mut self, over: &Over) -> bool {
        let Over::Died { during, .. } = over else { return false };
        if let During::Use(ready_for) | During::Rest(ready_for) = during
            && *ready_for >= SOUND_AFTER
        {
            self.failures = 0;
        }
        let served = self.ends.usage.borrow().served;
        if served != std::mem::replace(&mut self.served, served) {
            (self.failures, self.strikes) = (0, 0);
        }
        if !matches!(during, During::Rest(_)) {
            self.strikes += 1;
        }
        self.strikes >= MOST_STRIKES && !matches!(during, During::Rest(_))
    }

    /// What to say when starting again has not helped, or would not.
    fn given_up(&self, over: &Over, cause: String, is_struck_out: bool) -> AppError {
        let code = match over {
            Over::Died { end, during } => match ErrorCode::of_engine_end(end, *during == During::Loading) {
                ErrorCode::EngineCrashed | ErrorCode::EngineStuck if is_struck_out => ErrorCode::ModelCrashes,
                code => code,
            },
            _ => ErrorCode::EngineUnavailable,
        };
        let error = AppError::new(code, cause);
        match code {
            ErrorCode::ModelCrashes | ErrorCode::OutOfMemory => error.about(self.choice.path(&self.parts.starter.path)),
            _ => error,
        }
    }

    /// Takes an order to heart. Breaks if it is to end it all, as also when nobody is left to give orders.
    pub(super) fn obey(&mut self, order: Option<Order>) -> ControlFlow<Farewell> {
        match order {
            Some(Order::Load(choice, waiting)) => {
                self.choice = choice;
                self.waiting = Some(waiting);
            }
            Some(Order::Reload | Order::Wake) => {}
            Some(Order::ShutDown(done)) => return ControlFlow::Break(Some(done)),
            None => return ControlFlow::Break(None),
        }
        (self.failures, self.strikes) = (0, 0);
        self.parts.compute.forgive();
        ControlFlow::Continue(())
    }

    /// Writes down that this path is used, unless that is written down already.
    pub(super) async fn mark(&mut self, path: ComputePath, purpose: Purpose) {
        if self.mark.is_none() {
            self.mark = self.parts.compute.mark(path, purpose).await;
        }
    }

    /// It went well, or what became of it is known.
    pub(super) fn unmark(&mut self) {
        self.mark = None;
    }

    fn named(&self) -> NamedModel {
        self.choice.named(&self.parts.starter.path)
    }

    fn tell_starting(&self) {
        self.ends.readiness.send_replace(Readiness::NotYet);
        self.ends.states.send_replace(EngineState::Starting);
        self.parts.compute.tell_change();
    }

    pub(super) fn tell_loading(&self, model: NamedModel, fraction: f32) {
        self.ends.readiness.send_if_modified(|readiness| {
            let changes = !matches!(readiness, Readiness::NotYet);
            *readiness = Readiness::NotYet;
            changes
        });
        self.ends.states.send_replace(EngineState::Loading { model, fraction });
    }

    fn tell_trouble(&mut self, error: AppError) {
        self.waiting = None;
        let model = Some(self.named());
        self.ends.states.send_replace(EngineState::Trouble { error: error.clone(), model });
        self.ends.readiness.send_replace(Readiness::Trouble(error, self.choice.clone()));
        self.parts.compute.tell_change();
    }

    pub(super) fn refuse(&mut self, error: AppError) -> Loaded {
        tracing::warn!(code = ?error.code, cause = error.message, "the model cannot be used");
        self.tell_trouble(error);
        Loaded::Refused
    }
}

async fn launch(launcher: &dyn EngineLauncher, path: ComputePath) -> Result<Client, StartError> {
    Ok(Client::connect(launcher.launch(path)?).await?)
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
