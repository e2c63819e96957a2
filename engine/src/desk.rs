//! What is being worked on, and with which model: known to all threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hearth_ipc::{Event, LoadedModel, RequestId};

/// There is one place to work at: one request at a time.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    busy_with: Option<RequestId>,
    model: Option<LoadedModel>,
}

impl Desk {
    /// Takes the place for `id`; `prepare` runs before anybody can know that it is taken. If it was taken already,
    /// the error says by whom.
    pub(crate) fn take(&self, id: RequestId, prepare: impl FnOnce()) -> Result<(), RequestId> {
        let mut state = self.state();
        if let Some(other) = state.busy_with {
            return Err(other);
        }
        prepare();
        state.busy_with = Some(id);
        Ok(())
    }

    /// Frees the place. To be called before the closing event is sent: who has read that may ask for more.
    pub(crate) fn leave(&self) {
        self.state().busy_with = None;
    }

    /// Runs `action` if `id` is what is worked on, and before that changes.
    pub(crate) fn if_busy_with(&self, id: RequestId, action: impl FnOnce()) {
        let state = self.state();
        if state.busy_with == Some(id) {
            action();
        }
    }

    /// Puts another model on the desk, or clears it.
    pub(crate) fn set_model(&self, model: Option<LoadedModel>) {
        self.state().model = model;
    }

    /// The answer to "status".
    pub(crate) fn status(&self) -> Event {
        let state = self.state();
        Event::Status { model: state.model.clone(), busy_with: state.busy_with }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves whole values here, so they are as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_for_one_request_at_a_time() {
        let desk = Desk::default();
        assert_eq!(desk.take(RequestId(1), || ()), Ok(()));
        assert_eq!(desk.take(RequestId(2), || panic!("the place is taken")), Err(RequestId(1)));
        desk.leave();
        assert_eq!(desk.take(RequestId(2), || ()), Ok(()));
    }

    #[test]
    fn a_cancel_reaches_only_the_request_it_names() {
        let desk = Desk::default();
        let mut reached = Vec::new();
        desk.if_busy_with(RequestId(1), || reached.push("before"));
        desk.take(RequestId(1), || ()).expect("the place is free");
        desk.if_busy_with(RequestId(2), || reached.push("another"));
        desk.if_busy_with(RequestId(1), || reached.push("this one"));
        desk.leave();
        desk.if_busy_with(RequestId(1), || reached.push("after"));
        assert_eq!(reached, ["this one"]);
    }
}
