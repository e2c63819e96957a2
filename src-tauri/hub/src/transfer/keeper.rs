//! Writes finished and lost segments into the journal, in the order in which they were finished and lost.
//!
//! It alone touches the journal. A journal may be a database with one connection: whoever waited for it while the keeper
//! holds it, and is not let on, would wait for ever.

use std::io;

use tokio::sync::mpsc;

use super::{Journal, SegmentDone};

/// What the journal is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Done(SegmentDone),
    Lost(u32),
}

/// Until nobody has anything to say any more. What is said meanwhile goes together.
pub(super) async fn keep(journal: &dyn Journal, mut news: mpsc::UnboundedReceiver<Entry>) -> io::Result<()> {
    let mut entries = Vec::new();
    while news.recv_many(&mut entries, usize::MAX).await > 0 {
        let mut done = Vec::new();
        for entry in entries.drain(..) {
            match entry {
                Entry::Done(segment) => done.push(segment),
                Entry::Lost(segment) => {
                    write(journal, &mut done).await?;
                    journal.lost(segment).await?;
                }
            }
        }
        write(journal, &mut done).await?;
    }
    Ok(())
}

async fn write(journal: &dyn Journal, done: &mut Vec<SegmentDone>) -> io::Result<()> {
    if !done.is_empty() {
        journal.done(done).await?;
        done.clear();
    }
    Ok(())
}
