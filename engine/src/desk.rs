//! What is being worked on, and with which model: known to all threads.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hearth_ipc::{Event, LoadedModel, RequestId};

use crate::llama::Interrupt;

/// There is one place to work at: one request at a time. Who works ahead makes room for whoever comes: until that has
/// happened, the newcomer waits behind.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The first is at work, or will be as soon as the worker has heard of it.
    line: VecDeque<Place>,
    is_closed: bool,
    model: Option<LoadedModel>,
}

#[derive(Debug)]
struct Place {
    id: RequestId,
    urgency: Urgency,
    is_stopped: bool,
}

/// Whether a request waits for nobody or makes room for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Somebody waits for it.
    Wanted,
    /// Work ahead, which any other request ends.
    Ahead,
}

impl Desk {
    /// Takes a place for `id`. If another request that somebody waits for has one, the error says which, or if this one
    /// is work ahead and anything has. Work ahead that was there is stopped.
    pub(crate) fn take(&self, id: RequestId, urgency: Urgency, interrupt: &Interrupt) -> Result<(), RequestId> {
        let mut state = self.state();
        if let Some(other) = state.line.iter().find(|place| place.urgency == Urgency::Wanted) {
            return Err(other.id);
        }
        for place in &mut state.line {
            place.is_stopped = true;
            interrupt.stop();
        }
        state.line.push_back(Place { id, urgency, is_stopped: false });
        Ok(())
    }

    /// The worker begins with the first in the line: the stop of an earlier request must not hit this one, and its own
    /// must.
    pub(crate) fn begin(&self, interrupt: &Interrupt) {
        let state = self.state();
        if state.is_closed || state.line.front().is_some_and(|place| place.is_stopped) {
            interrupt.stop();
        } else {
            interrupt.rearm();
        }
    }

    /// Frees the place of the first. To be called before the closing event is sent: who has read that may ask for more.
    pub(crate) fn leave(&self) {
        self.state().line.pop_front();
    }

    /// Stops `id`, if it is at work or waits for that.
    pub(crate) fn stop(&self, id: RequestId, interrupt: &Interrupt) {
        let mut state = self.state();
        let Some(at) = state.line.iter().position(|place| place.id == id) else { return };
        state.line[at].is_stopped = true;
        if at == 0 {
            interrupt.stop();
        }
    }

    /// Stops whatever is at work and all that comes.
    pub(crate) fn close(&self, interrupt: &Interrupt) {
        self.state().is_closed = true;
        interrupt.stop();
    }

    /// Puts another model on the desk, or clears it.
    pub(crate) fn set_model(&self, model: Option<LoadedModel>) {
        self.state().model = model;
    }

    /// The answer to "status".
    pub(crate) fn status(&self) -> Event {
        let state = self.state();
        Event::Status { model: state.model.clone(), busy_with: state.line.front().map(|place| place.id) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves whole values here, so they are as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: RequestId = RequestId(1);
    const TWO: RequestId = RequestId(2);
    const THREE: RequestId = RequestId(3);

    #[test]
    fn the_place_is_for_one_request_at_a_time() {
        let (desk, interrupt) = (Desk::default(), Interrupt::default());
        assert_eq!(desk.take(ONE, Urgency::Wanted, &interrupt), Ok(()));
        assert_eq!(desk.take(TWO, Urgency::Wanted, &interrupt), Err(ONE));
        assert_eq!(desk.take(TWO, Urgency::Ahead, &interrupt), Err(ONE));
        assert!(!interrupt.is_stopped(), "who is refused stops nobody");
        desk.leave();
        assert_eq!(desk.take(TWO, Urgency::Wanted, &interrupt), Ok(()));
    }

    #[test]
    fn work_ahead_makes_room_for_whatever_comes() {
        let (desk, interrupt) = (Desk::default(), Interrupt::default());
        desk.take(ONE, Urgency::Ahead, &interrupt).expect("the place is free");
        desk.begin(&interrupt);
        assert_eq!(desk.take(TWO, Urgency::Ahead, &interrupt), Ok(()));
        assert!(interrupt.is_stopped(), "the first one ends");
        assert_eq!(desk.take(THREE, Urgency::Wanted, &interrupt), Ok(()));
        desk.leave();

        desk.begin(&interrupt);
        assert!(interrupt.is_stopped(), "the second was overtaken before it began, and ends at once");
        desk.leave();

        desk.begin(&interrupt);
        assert!(!interrupt.is_stopped(), "nobody has stopped the third");
    }

    #[test]
    fn a_cancel_reaches_only_the_request_it_names() {
        let (desk, interrupt) = (Desk::default(), Interrupt::default());
        let reached = |id| {
            desk.stop(id, &interrupt);
            interrupt.is_stopped()
        };
        assert!(!reached(ONE), "before");
        desk.take(ONE, Urgency::Wanted, &interrupt).expect("the place is free");
        desk.begin(&interrupt);
        assert!(!reached(TWO), "another");
        assert!(reached(ONE), "this one");
        desk.leave();
        interrupt.rearm();
        assert!(!reached(ONE), "after");
    }

    #[test]
    fn a_cancel_that_comes_before_the_work_begins_is_not_forgotten() {
        let (desk, interrupt) = (Desk::default(), Interrupt::default());
        desk.take(ONE, Urgency::Wanted, &interrupt).expect("the place is free");
        desk.stop(ONE, &interrupt);
        desk.begin(&interrupt);
        assert!(interrupt.is_stopped());
    }

    #[test]
    fn a_closed_desk_lets_nothing_more_run() {
        let (desk, interrupt) = (Desk::default(), Interrupt::default());
        desk.take(ONE, Urgency::Wanted, &interrupt).expect("the place is free");
        desk.close(&interrupt);
        desk.begin(&interrupt);
        assert!(interrupt.is_stopped());
    }
}
