//! What other threads may know of, and do to, the work in native code.

use std::{
    ffi::c_void,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

use hearth_ipc::Restraint;

/// A request to stop and a count of steps, shared between the thread that computes and the one that listens.
#[derive(Debug, Default)]
pub struct Interrupt {
    stop: AtomicBool,
    steps: AtomicU64,
    /// A [`Restraint`] in one number, see [`restrain`](Self::restrain).
    restraint: AtomicU64,
    /// Signs of life that count as progress by themselves.
    patience: AtomicU32,
}

/// Stands behind the number of threads, which is 0 where the load's own holds.
const IN_BACKGROUND: u64 = 1 << 32;

impl Interrupt {
    /// Asks the work at hand to stop as soon as it can.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Forgets an earlier [`stop`](Self::stop), before new work is accepted.
    pub fn rearm(&self) {
        self.stop.store(false, Ordering::Release);
    }

    /// Whether the work at hand is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// How much of the computer may be used, from the next decode on.
    pub fn restrain(&self, restraint: Restraint) {
        let background = if restraint.background { IN_BACKGROUND } else { 0 };
        self.restraint.store(u64::from(restraint.threads.unwrap_or(0)) | background, Ordering::Release);
    }

    /// What was last said of that.
    pub fn restraint(&self) -> Restraint {
        let number = self.restraint.load(Ordering::Acquire);
        let threads = u32::try_from(number & !IN_BACKGROUND).unwrap_or(0);
        Restraint { threads: (threads > 0).then_some(threads), background: number & IN_BACKGROUND != 0 }
    }

    /// Counts a step of real work: a tensor loaded, a node of the graph computed, a token chosen.
    pub fn count_step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// What is done now may take so many signs of life without a step; 0 when it is done.
    pub fn be_patient(&self, signs_of_life: u32) {
        self.patience.store(signs_of_life, Ordering::Relaxed);
    }

    /// At each sign of life: counts a step if patience is left.
    pub fn spend_patience(&self) {
        let spent = self.patience.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if spent.is_ok() {
            self.count_step();
        }
    }

    /// Steps of real work since the start. It grows as long as something moves.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }
}

/// A `ggml_abort_callback`: called by one of the computing threads after every node of the graph.
///
/// # Safety
///
/// `interrupt` points to an [`Interrupt`] that lives as long as the context the callback is set on.
pub(super) unsafe extern "C" fn abort_if_stopped(interrupt: *mut c_void) -> bool {
    // SAFETY: the caller's promise; the reference is shared and `Interrupt` is made of atomics.
    let interrupt = unsafe { &*interrupt.cast::<Interrupt>() };
    interrupt.count_step();
    interrupt.is_stopped()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restraint_is_read_as_it_was_said() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.restraint(), Restraint::default());
        for restraint in [
            Restraint { threads: Some(2), background: true },
            Restraint { threads: None, background: true },
            Restraint { threads: Some(u32::MAX), background: false },
            Restraint::default(),
        ] {
            interrupt.restrain(restraint);
            assert_eq!(interrupt.restraint(), restraint);
        }
    }
}
