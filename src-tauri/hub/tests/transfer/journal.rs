//! A journal that is a database with one connection.

use std::{io, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use hearth_hub::transfer::{Journal, Phase, Progress, SegmentDone};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

use crate::stage::{Stage, TestJournal};

struct OneConnection<'stage> {
    journal: &'stage TestJournal,
    connection: Semaphore,
}

impl OneConnection<'_> {
    /// Holds the only connection for a while.
    async fn connected(&self) -> io::Result<tokio::sync::SemaphorePermit<'_>> {
        let acquired = timeout(Duration::from_secs(5), self.connection.acquire()).await;
        let permit = acquired.map_err(|_| io::Error::other("nobody gives the connection back"))?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        permit.map_err(io::Error::other)
    }
}

impl Journal for OneConnection<'_> {
    fn done<'journal>(&'journal self, segments: &'journal [SegmentDone]) -> BoxFuture<'journal, io::Result<()>> {
        async {
            let _held = self.connected().await?;
            self.journal.done(segments).await
        }
        .boxed()
    }

    fn lost(&self, segment: u32) -> BoxFuture<'_, io::Result<()>> {
        async move {
            let _held = self.connected().await?;
            self.journal.lost(segment).await
        }
        .boxed()
    }
}

/// Of a fault: a lost segment was written down beside the keeper, who held the connection and was not let on.
#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_lost_while_others_are_written_down_stops_nothing() {
    let stage = Stage::new();
    stage.fetch().await.expect("whole");
    // All is there, every second segment has been spoiled, and a few are to be fetched.
    let mut bytes = stage.content.clone();
    for segment in (0..10).step_by(2) {
        bytes[(segment << 20) + 99] ^= 1;
    }
    std::fs::write(stage.partial(), bytes).expect("written");
    for segment in [1, 3, 5, 7, 9] {
        stage.journal.lost(segment).await.expect("in memory");
    }
    let journal = OneConnection { journal: &stage.journal, connection: Semaphore::new(1) };
    let (progress, _told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
    stage.fetch_with(&journal, &progress).await.expect("whole");
    stage.assert_whole();
}
