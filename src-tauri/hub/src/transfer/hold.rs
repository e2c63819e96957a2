//! Tells when nothing of a transfer touches its file any more.
//!
//! Dropping the future of a transfer ends it, but a thread that waits for a disk cannot be dropped. Whoever is about to
//! move the file, or to begin another transfer of it, waits for the last of these threads.

use std::convert::Infallible;

use tokio::sync::mpsc;

/// For as long as this or a clone of it lives, the file may still be read or written.
#[derive(Debug, Clone)]
pub struct Hold {
    /// To be dropped is all they are for.
    held: Vec<mpsc::Sender<Infallible>>,
}

/// Knows when a [`Hold`] and all its clones are gone.
#[derive(Debug)]
pub struct Released(mpsc::Receiver<Infallible>);

/// A hold, and what waits for its end.
pub fn hold() -> (Hold, Released) {
    let (hold, released) = mpsc::channel(1);
    (Hold { held: vec![hold] }, Released(released))
}

impl Hold {
    /// One that both are for.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.held.extend(other.held.iter().cloned());
        self
    }
}

impl Released {
    /// Returns when nothing touches the file any more. Dropping the future loses nothing.
    pub async fn wait(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_file_is_released_when_the_last_hold_on_it_is_gone() {
        let (first, mut released) = hold();
        let second = first.clone();
        drop(first);
        assert!(released.wait().now_or_never().is_none());
        let (third, mut also_released) = hold();
        let both = third.and(&second);
        drop(second);
        assert!(released.wait().now_or_never().is_none() && also_released.wait().now_or_never().is_none());
        drop(both);
        assert!(released.wait().now_or_never().is_some() && also_released.wait().now_or_never().is_some());
    }
}
