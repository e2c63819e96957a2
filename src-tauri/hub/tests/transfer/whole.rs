//! When nothing goes wrong.

use hearth_fake_hub::Host;

use crate::stage::{SEGMENT_BYTES, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_whole_and_each_byte_once() {
    let stage = Stage::new();
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    let asked: Vec<u64> = (0..11).map(|segment| segment * SEGMENT_BYTES).collect();
    assert_eq!(stage.asked_from(), asked, "one question for each segment");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_goes_to_the_hub_and_to_no_other_host() {
    let mut stage = Stage::new();
    stage.sign_in();
    stage.fetch().await.expect("whole");
    let requests = stage.hub.requests();
    let (hub, store): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.host == Host::Hub);
    assert!(!hub.is_empty() && !store.is_empty(), "both hosts were asked");
    assert!(hub.iter().all(|request| request.has_authorization), "the Hub knows who asks");
    assert!(store.iter().all(|request| !request.has_authorization), "the store must not");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_each_connection_is_limited_several_are_used() {
    let stage = Stage::new();
    stage.hub.limit_bytes_per_second(Some(4 << 20));
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    let connections: std::collections::BTreeSet<u64> = stage
        .hub
        .requests()
        .iter()
        .filter(|request| request.host == Host::Cdn)
        .map(|request| request.connection)
        .collect();
    assert!(connections.len() >= 3, "{connections:?}");
}
