//! What ends a transfer, since waiting would not help. Nothing that was fetched is lost.

use hearth_fake_hub::{Aim, Content, Fault, File, Gate, Storage};
use hearth_hub::{Refusal, transfer::TransferError};

use crate::stage::{FILE, REPOSITORY, Stage};

async fn refusal(stage: &Stage) -> Refusal {
    match stage.fetch().await {
        Err(TransferError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gated_repository_says_which_of_the_two_steps_is_missing() {
    let mut stage = Stage::with(|repository| repository.with_gate(Gate::Manual));
    assert_eq!(refusal(&stage).await, Refusal::SignInRequired);
    stage.sign_in();
    assert_eq!(refusal(&stage).await, Refusal::AccessNotGranted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_another_now_is_not_fetched() {
    let stage = Stage::new();
    let other = Content::noise(8, stage.content.len());
    stage.hub.replace_file(REPOSITORY, FILE, File { content: other, storage: Storage::Lfs });
    assert!(matches!(stage.fetch().await, Err(TransferError::Changed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_wrong_each_time_are_never_accepted() {
    let stage = Stage::new();
    for _ in 0..100 {
        stage.hub.faults().next_at(Aim::Content, Fault::FlippedBit { at_byte: 5 });
    }
    assert!(matches!(stage.fetch().await, Err(TransferError::Corrupt)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_every_reply_is_useless_is_given_up() {
    let stage = Stage::new();
    for _ in 0..200 {
        stage.hub.faults().next(Fault::MissingContentRange);
    }
    assert!(matches!(stage.fetch().await, Err(TransferError::Unusable(_))));
    stage.hub.faults().stop();
    stage.fetch().await.expect("it goes on when it is mended");
    stage.assert_whole();
}

/// Of a fault: such a reply cost no wait and counted for nothing, so it was asked for again without end.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_replies_hold_nothing_is_given_up() {
    let stage = Stage::new();
    for _ in 0..10_000 {
        stage.hub.faults().next(Fault::EmptyRange);
    }
    assert!(matches!(stage.fetch().await, Err(TransferError::Unusable(_))));
    assert!(stage.asked().len() < 100, "not without a wait: {} questions", stage.asked().len());
}

/// Of a fault: what was only passed over counted as something that has come.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_lets_only_the_beginning_of_a_file_through_is_given_up() {
    let stage = Stage::new();
    for _ in 0..10_000 {
        stage.hub.faults().next(Fault::CutWhole { after_bytes: 2_500_000 });
    }
    assert!(matches!(stage.fetch().await, Err(TransferError::Unusable(_))));
    assert!(stage.asked().len() < 100, "not without a wait: {} questions", stage.asked().len());
    stage.hub.faults().stop();
    stage.fetch().await.expect("it goes on when it is mended");
    stage.assert_whole();
}

/// Two Hearths that share a cache: each would spoil what the other has written down as done.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_writes_is_left_to_it() {
    let stage = Stage::new();
    let file = std::fs::File::create(stage.partial()).expect("made");
    file.lock().expect("locked");
    assert!(matches!(stage.fetch().await, Err(TransferError::InUse(_))));
    drop(file);
    stage.fetch().await.expect("whole");
    stage.assert_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_is_told() {
    let stage = Stage::new();
    std::fs::remove_dir_all(stage.partial().parent().expect("a folder")).expect("gone");
    assert!(matches!(stage.fetch().await, Err(TransferError::Disk(_))));
}
