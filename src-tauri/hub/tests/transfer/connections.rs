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
    stage.hub.limit_bytes_per_second(Some(8 << 20));
    let (progress, mut told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
    let watched = async {
        told.wait_for(|progress| progress.phase == Phase::Verifying).await.expect("all has come");
        let is_looked_at_again =
            |progress: &Progress| progress.phase == Phase::Receiving && progress.received_bytes < 9 << 20;
        told.wait_for(is_looked_at_again).await.expect("it is told that bytes come again");
    };
    let (result, ()) = tokio::join!(stage.fetch_telling(&progress), watched);
    result.expect("whole");
    stage.assert_whole();
}
