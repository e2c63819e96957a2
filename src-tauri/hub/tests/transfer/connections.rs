//! One connection has a trouble of its own, and the others are there.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use hearth_fake_hub::{Aim, Fault, Host};
use hearth_hub::transfer::{Phase, Progress};
use tokio::sync::watch;

use crate::stage::Stage;

/// Lets something happen to the next questions once several connections are at work.
async fn fetch_while_one_has(fault: Fault) -> Stage {
    let stage = Stage::of_size(32 << 20, |repository| repository);
    stage.hub.limit_bytes_per_second(Some(4 << 20));
    let connections = || -> BTreeSet<u64> {
        let requests = stage.hub.requests();
        requests.iter().filter(|request| request.host == Host::Cdn).map(|request| request.connection).collect()
    };
    let (result, ()) = tokio::join!(stage.fetch(), async {
        while connections().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stage.hub.faults().next_at(Aim::Content, fault);
    });
    result.expect("whole");
    stage.assert_whole();
    assert_eq!(stage.hub.faults().waiting(), 0, "it has happened");
    stage
}

/// Of a fault: the segment was kept through the wait, and the whole file waited for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_asked_to_wait_leaves_its_bytes_to_the_others() {
    let begun = Instant::now();
    fetch_while_one_has(Fault::TooManyRequests { retry_after: Duration::from_mins(9) }).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

/// Of a fault: a byte now and then is no stall, so it went on for days.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_crawls_leaves_its_bytes_to_the_others() {
    let begun = Instant::now();
    fetch_while_one_has(Fault::Crawl { after_bytes: 50_000 }).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_at_a_file_is_told_as_bytes_that_come() {
    let stage = Stage::new();
    stage.hub.faults().next(Fault::FlippedBit { at_byte: 54_321 });
    stage.hub.limit_bytes_per_second(Some(4 << 20));
    let (progress, mut told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
    let watched = tokio::spawn(async move {
        let mut most_bytes = 0;
        let is_looked_at_again = |progress: &Progress| {
            let goes_back = progress.received_bytes < most_bytes;
            most_bytes = most_bytes.max(progress.received_bytes);
            goes_back && progress.phase == Phase::Receiving
        };
        told.wait_for(is_looked_at_again).await.is_ok()
    });
    stage.fetch_telling(&progress).await.expect("whole");
    drop(progress);
    assert!(watched.await.expect("no panic"), "it is told that bytes come again");
    stage.assert_whole();
}
