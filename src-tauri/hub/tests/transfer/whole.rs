//! When nothing goes wrong.

use hearth_fake_hub::{Aim, Fault, Host};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_whole() {
    let stage = Stage::new();
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    assert_eq!(stage.hub.asked_bytes(), stage.content.len() as u64);
}

/// Of a fault: each connection, and each that broke, asked the Hub anew.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_file_is_is_asked_once() {
    let stage = Stage::new();
    stage.hub.limit_bytes_per_second(Some(4 << 20));
    stage.hub.faults().next_at(Aim::Range, Fault::Reset { after_bytes: 100_000 });
    stage.fetch().await.expect("whole");
    let questions = stage.hub.requests().iter().filter(|request| request.host == Host::Hub).count();
    assert_eq!(questions, 1);
}

/// Of a fault: a question for each segment, on a long way, took as long as the bytes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_at_once_is_much_longer_than_a_segment() {
    let stage = Stage::of_size(64 << 20, |repository| repository);
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    let asked = stage.asked();
    assert!(asked.len() <= 32, "{} questions for 64 segments", asked.len());
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
