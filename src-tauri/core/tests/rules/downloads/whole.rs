//! What a download brings.

use std::{fs, path::Path};

use hearth_core::{
    error::ErrorCode,
    view::{DownloadRequest, LocalModelState},
};
use hearth_fake_hub::{Aim, Content, Fault, File, Storage};

use super::{FILE, REPO, code, one_model};
use crate::{
    computer::{
        Computer, SEGMENT_BYTES, done, download, downloads, fetch, library, model, model_of, repository, request,
    },
    model_file,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_download_becomes_a_model_that_can_be_used_and_that_other_programs_find() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let mut changes = app.library_changes();
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    assert_eq!((&*begun.name, &*begun.label, &*begun.repo, &*begun.file), ("tiny", "Q4_K_M", REPO, FILE));
    assert_eq!(begun.total_bytes, bytes.len() as u64);
    let id = done(&app, begun.id).await;
    assert!(changes.has_changed().expect("a library"), "the page is told that a model has come");
    changes.mark_unchanged();

    let found = model_of(&library(&app).await, &id);
    assert_eq!((found.state, found.repo.as_deref()), (LocalModelState::Ready, Some(REPO)));
    assert!(fs::read(&id.0).expect("readable") == bytes, "every byte is at its place");
    let main = fs::read_to_string(computer.cache().join("models--ada--tiny/refs/main")).expect("a reference");
    assert!(id.0.contains(main.trim()), "the branch leads to the commit");
    let kept = app.downloads().borrow().clone();
    assert_eq!((kept.len(), kept[0].received_bytes), (1, bytes.len() as u64), "it stays in the list");
    app.cancel_download(begun.id).await.expect("dismissed");
    downloads(&app, "an empty list", <[_]>::is_empty).await;
    assert!(Path::new(&id.0).exists(), "to dismiss it is not to delete it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_whose_file_was_renamed_is_found_by_its_label() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    let old_name = DownloadRequest { label: Some("Q4_K_M".into()), ..request(REPO, "old-name.gguf") };
    let begun = app.start_download(old_name).await.expect("begun");
    assert_eq!(begun.file, FILE);
    done(&app, begun.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_commit_is_fetched_as_it_was_and_is_not_made_the_branch() {
    let (computer, old) = one_model();
    let commit = repository(REPO, &[]).newest().sha.clone();
    let newer = File { content: Content::bytes(model("Newer", 1)), storage: Storage::Lfs };
    computer.hub.replace_file(REPO, FILE, newer);
    let (app, _engine) = computer.open().await;
    let asked = DownloadRequest { commit: Some(commit.clone()), ..request(REPO, FILE) };
    let begun = app.start_download(asked).await.expect("begun");
    let model = done(&app, begun.id).await;
    assert!(model.0.contains(&commit), "{model:?}");
    assert!(fs::read(model.0).expect("readable") == old);
    assert!(!computer.cache().join("models--ada--tiny/refs/main").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_model_and_its_projector_are_one_download_and_are_found_when_both_are_whole() {
    const FIRST: &str = "seer-Q4_K_M-00001-of-00002.gguf";
    let parts = [model_file::part("Seer", 0, 2), model_file::part("Seer", 1, 2)];
    let eyes = model_file::bytes("Eyes", "clip");
    let total: usize = parts.iter().chain([&eyes]).map(Vec::len).sum();
    let [first, second] = parts;
    let files = [(FIRST, first), ("seer-Q4_K_M-00002-of-00002.gguf", second), ("mmproj-F16.gguf", eyes)];
    let computer = Computer::new(vec![repository("ada/seer", &files)]);
    let (app, _engine) = computer.open().await;
    computer.hub.limit_bytes_per_second(Some(400));
    let begun = app.start_download(request("ada/seer", FIRST)).await.expect("begun");
    assert_eq!((begun.name.as_str(), begun.total_bytes), ("seer", total as u64));
    downloads(&app, "half of it", |list| list[0].received_bytes > 0).await;
    computer.hub.offline();
    assert_eq!(library(&app).await.models.len(), 1, "the starter alone: half a model is none");
    computer.hub.limit_bytes_per_second(None);
    computer.hub.online().expect("online again");
    let id = done(&app, begun.id).await;
    assert_eq!(app.downloads().borrow().len(), 1);
    let found = model_of(&library(&app).await, &id);
    assert_eq!((found.state, found.has_projector), (LocalModelState::Ready, true));
    assert_eq!(library(&app).await.models.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projector_that_two_builds_need_is_fetched_once() {
    let (small, large, eyes) = (model("Small", 1), model("Large", 1), model_file::bytes("Eyes", "clip"));
    let total = small.len() + large.len() + eyes.len();
    let files = [("seer-Q4_K_M.gguf", small), ("seer-Q8_0.gguf", large), ("mmproj-F16.gguf", eyes)];
    let computer = Computer::new(vec![repository("ada/seer", &files)]);
    let (app, _engine) = computer.open().await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES));
    let mut ids = Vec::new();
    for file in ["seer-Q4_K_M.gguf", "seer-Q8_0.gguf"] {
        ids.push(app.start_download(request("ada/seer", file)).await.expect("begun").id);
    }
    for id in ids {
        let id = done(&app, id).await;
        assert!(model_of(&library(&app).await, &id).has_projector);
    }
    assert_eq!(computer.hub.asked_bytes(), total as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_was_announced_is_never_placed_and_can_be_tried_again() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    for _ in 0..100 {
        computer.hub.faults().next_at(Aim::Content, Fault::FlippedBit { at_byte: 5 });
    }
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    let failed = download(&app, begun.id, "the failure", |one| code(one).is_some()).await;
    assert_eq!(code(&failed), Some(ErrorCode::DownloadCorrupt));
    assert_eq!(library(&app).await.models.len(), 1, "the starter alone");
    computer.hub.faults().stop();
    app.resume_download(begun.id).await.expect("tried again");
    assert!(fs::read(done(&app, begun.id).await.0).expect("readable") == bytes);
}

/// Of a fault: what could not be taken away was given the name of the sound file beside it.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_half_fetched_beside_a_whole_file_must_go_first() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let model = fetch(&app, REPO, FILE).await;
    let blob = fs::canonicalize(&model.0).expect("a blob");
    let partial = blob.with_file_name(format!("{}.hearth.incomplete", blob.file_name().expect("a name").display()));
    fs::create_dir(&partial).expect("made");
    app.shutdown().await;
    drop(app);
    let (app, _engine) = computer.open().await;
    app.start_download(request(REPO, FILE)).await.expect_err("it is in the way");
    assert!(fs::read(&blob).expect("readable") == bytes);
    fs::remove_dir(&partial).expect("removed");
    assert_eq!(fetch(&app, REPO, FILE).await, model);
}
