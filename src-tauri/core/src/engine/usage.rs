//! Who uses the loaded model: while somebody does, it is neither exchanged nor freed, and nothing else computes.

use std::sync::Arc;

use tokio::sync::watch;

use crate::view::EngineState;

/// How the model is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// So many hold it now.
    pub(super) held: u32,
    /// So many have ever begun to.
    pub(super) begun: u64,
    /// So many were served to their end.
    pub(super) served: u64,
}

/// The right to use the loaded model. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Lease {
    usage: Arc<watch::Sender<Usage>>,
}

impl Lease {
    pub(super) fn take(usage: &Arc<watch::Sender<Usage>>) -> Arc<Self> {
        usage.send_modify(|usage| {
            usage.held += 1;
            usage.begun += 1;
        });
        Arc::new(Self { usage: Arc::clone(usage) })
    }

    pub(super) fn served(&self) {
        self.usage.send_modify(|usage| usage.served += 1);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.usage.send_modify(|usage| usage.held -= 1);
    }
}

/// Whether the engine has something to do, for those who wait for it to have nothing.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(super) states: watch::Receiver<EngineState>,
    pub(super) usage: watch::Receiver<Usage>,
}

impl Activity {
    /// Waits until nothing is loaded and nothing written. `false` when the app ends.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        self.until(true).await
    }

    /// Waits until something is loaded or written, or the app ends.
    pub(crate) async fn is_disturbed(&mut self) {
        self.until(false).await;
    }

    /// Waits until the app ends.
    pub(crate) async fn over(&mut self) {
        while self.states.changed().await.is_ok() {}
    }

    async fn until(&mut self, quiet: bool) -> bool {
        loop {
            let is_settled = match &*self.states.borrow_and_update() {
                EngineState::Starting | EngineState::Loading { .. } => false,
                EngineState::Ready { .. } | EngineState::Resting { .. } | EngineState::Trouble { .. } => true,
            };
            let is_held = self.usage.borrow_and_update().held > 0;
            if (is_settled && !is_held) == quiet {
                return true;
            }
            let goes_on = tokio::select! {
                changed = self.states.changed() => changed.is_ok(),
                changed = self.usage.changed() => changed.is_ok(),
            };
            if !goes_on {
                return false;
            }
        }
    }
}
