//! Transfers that were ended and go on.

use std::{collections::BTreeSet, time::Duration};

use hearth_hub::transfer::{Phase, Progress, Trouble};
use tokio::{sync::watch, time::timeout};

use crate::stage::{SEGMENT_BYTES, Stage};

/// Drops a transfer once some segments are in the journal.
async fn interrupt(stage: &Stage) -> BTreeSet<u64> {
    stage.hub.limit_bytes_per_second(Some(3 << 20));
    let interrupted = timeout(Duration::from_secs(20), async {
        tokio::select! {
            result = stage.fetch() => panic!("it should have taken longer: {result:?}"),
            () = async {
                while stage.journal.entries().len() < 3 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            } => {}
        }
    });
    interrupted.await.expect("segments arrive");
    stage.released().await;
    stage.hub.limit_bytes_per_second(None);
    stage.hub.forget_requests();
    stage.journal.entries().iter().map(|done| u64::from(done.segment) * SEGMENT_BYTES).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_download_asks_only_for_what_is_missing() {
    let stage = Stage::new();
    let there = interrupt(&stage).await;
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    let again: Vec<_> = there.iter().filter(|segment| stage.asked_for(**segment) > 0).collect();
    assert!(again.is_empty(), "what is there: {there:?}, asked for: {:?}", stage.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_the_disk_has_spoiled_is_fetched_again_and_no_other() {
    let stage = Stage::new();
    let there = interrupt(&stage).await;
    let spoiled = *there.first().expect("there are some");
    let mut bytes = std::fs::read(stage.partial()).expect("a file");
    bytes[usize::try_from(spoiled).expect("small") + 99] ^= 1;
    std::fs::write(stage.partial(), bytes).expect("written");

    stage.fetch().await.expect("whole");
    stage.assert_whole();
    let again: Vec<u64> = there.into_iter().filter(|segment| stage.asked_for(*segment) > 0).collect();
    assert_eq!(again, [spoiled]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_file_that_somebody_has_deleted_is_fetched_anew() {
    let stage = Stage::new();
    interrupt(&stage).await;
    std::fs::remove_file(stage.partial()).expect("deleted");
    stage.fetch().await.expect("whole");
    stage.assert_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_it_waits_and_goes_on_by_itself() {
    let stage = Stage::new();
    stage.hub.limit_bytes_per_second(Some(8 << 20));
    let (progress, mut told) = watch::channel(Progress { received_bytes: 0, phase: Phase::Connecting });
    let transfer = stage.fetch_telling(&progress);
    let network = async {
        told.wait_for(|progress| progress.received_bytes > 2 << 20).await.expect("it begins");
        stage.hub.offline();
        let waits = |progress: &Progress| matches!(progress.phase, Phase::Waiting { trouble: Trouble::Network, .. });
        told.wait_for(waits).await.expect("it says that it waits");
        stage.hub.online().expect("the port is still free");
    };
    let (result, ()) = tokio::join!(transfer, network);
    result.expect("whole");
    stage.assert_whole();
}
