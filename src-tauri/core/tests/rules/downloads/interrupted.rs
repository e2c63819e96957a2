//! Downloads that were interrupted, in every way, and go on.

use std::{fs, time::Duration};

use hearth_core::{
    App, Config, ModelFolders,
    error::ErrorCode,
    view::{Download, DownloadId, DownloadState, DownloadTrouble},
};
use hearth_fake_hub::{Aim, Fault};

use super::{FILE, REPO, begin_slowly, code, one_model};
use crate::computer::{Computer, done, download, request};

/// Pauses a download: how far it is then.
async fn pause(app: &App, id: DownloadId) -> Download {
    app.pause_download(id).await.expect("paused");
    download(app, id, "the pause", |one| one.state == DownloadState::Paused).await
}

/// Goes on with it, on a fast line.
async fn resume(computer: &Computer, app: &App, id: DownloadId) {
    computer.hub.limit_bytes_per_second(None);
    computer.hub.forget_requests();
    app.resume_download(id).await.expect("resumed");
}

/// It comes to its end, and so many bytes are asked for until then.
async fn is_whole_after(computer: &Computer, app: &App, id: DownloadId, bytes: &[u8], asked_bytes: u64) {
    let model = done(app, id).await;
    assert_eq!(computer.hub.asked_bytes(), asked_bytes);
    assert!(fs::read(model.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_download_fetches_only_what_is_missing() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    let paused = pause(&app, id).await;
    assert!(paused.received_bytes > 0 && paused.received_bytes < bytes.len() as u64, "{paused:?}");

    resume(&computer, &app, id).await;
    is_whole_after(&computer, &app, id, &bytes, bytes.len() as u64 - paused.received_bytes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on_by_itself_when_the_app_is_opened_again() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.shutdown().await;
    drop(app);
    let (app, there) = open_offline(&computer, computer.config(), id).await;
    is_whole_after(&computer, &app, id, &bytes, bytes.len() as u64 - there.received_bytes).await;
}

/// What the disk holds at one moment is what `kill -9` leaves.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_leaves_of_a_download_is_not_fetched_again() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    let left = tempfile::TempDir::new().expect("a folder");
    // First the journal, then the files: it speaks of nothing that is not there yet.
    let home = left.path().join("home");
    fs::create_dir_all(&home).expect("made");
    for file in ["hearth.db", "hearth.db-wal"] {
        fs::copy(computer.stage.home().join(file), home.join(file)).expect("copied");
    }
    let cache = left.path().join("hub");
    for file in computer.files() {
        let to = cache.join(file.strip_prefix(computer.cache()).expect("below"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(&file, &to).expect("copied");
    }
    app.shutdown().await;

    let model_folders = ModelFolders { hugging_face: vec![cache], ..ModelFolders::default() };
    let config = Config { home, model_folders, ..computer.config() };
    let (app, there) = open_offline(&computer, config, id).await;
    assert!(there.received_bytes > 0, "{there:?}");
    is_whole_after(&computer, &app, id, &bytes, bytes.len() as u64 - there.received_bytes).await;
}

/// Opens the app without a network, so that there is time to see how far the download is; then the network is back.
async fn open_offline(computer: &Computer, config: Config, id: DownloadId) -> (App, Download) {
    computer.hub.limit_bytes_per_second(None);
    computer.hub.offline();
    let app = App::new(config);
    let waits = |one: &Download| matches!(one.state, DownloadState::Waiting { trouble: DownloadTrouble::Network, .. });
    let there = download(&app, id, "the wait for the network", waits).await;
    computer.hub.forget_requests();
    computer.hub.online().expect("the port is still free");
    (app, there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_file_that_is_gone_is_fetched_from_its_beginning() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.pause_download(id).await.expect("paused");
    let [partial] = &computer.files()[..] else { panic!("{:?}", computer.files()) };
    fs::remove_file(partial).expect("removed");
    resume(&computer, &app, id).await;
    is_whole_after(&computer, &app, id, &bytes, bytes.len() as u64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_a_download_waits_and_goes_on_by_itself() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    computer.hub.offline();
    let waits = |one: &Download| matches!(one.state, DownloadState::Waiting { trouble: DownloadTrouble::Network, .. });
    let waiting = download(&app, id, "the wait", waits).await;
    assert_eq!((waiting.bytes_per_second, waiting.seconds_left), (None, None));
    computer.hub.limit_bytes_per_second(None);
    computer.hub.online().expect("the port is still free");
    assert!(fs::read(done(&app, id).await.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failure_of_a_download_survives() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    for _ in 0..400 {
        computer.hub.faults().next_at(Aim::Content, Fault::MissingContentRange);
    }
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    let failed = download(&app, begun.id, "the failure", |one| code(one).is_some()).await;
    assert_eq!(code(&failed), Some(ErrorCode::HubTrouble));
    app.shutdown().await;
    drop(app);
    let (app, _engine) = computer.open().await;
    let list = app.bootstrap().await.expect("bootstrap").downloads;
    assert_eq!(list[0].state, failed.state);
}

/// Of a fault: what was on a stick that is not plugged in was forgotten, and begun anew on the disk below.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_whose_disk_is_not_plugged_in_goes_on_when_it_is_again() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    let paused = pause(&app, id).await;
    let elsewhere = computer.stage.folder().join("unplugged");
    fs::rename(computer.cache(), &elsewhere).expect("unplugged");
    app.resume_download(id).await.expect("tried");
    let failed = download(&app, id, "the failure", |one| code(one).is_some()).await;
    assert_eq!(code(&failed), Some(ErrorCode::FolderUnsuitable));
    assert!(!computer.cache().exists(), "nothing is begun in its place");

    fs::rename(&elsewhere, computer.cache()).expect("plugged in");
    resume(&computer, &app, id).await;
    is_whole_after(&computer, &app, id, &bytes, bytes.len() as u64 - paused.received_bytes).await;
}

/// Of a fault: a pause while the end was written down left a whole file that was fetched again.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_at_the_very_end_costs_nothing() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    for delay in 0..8 {
        let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
        let all = bytes.len() as u64;
        download(&app, begun.id, "all bytes", |one| one.received_bytes == all).await;
        tokio::time::sleep(Duration::from_millis(delay * 3)).await;
        app.pause_download(begun.id).await.expect("paused");
        app.resume_download(begun.id).await.expect("resumed");
        let model = done(&app, begun.id).await;
        assert_eq!(computer.hub.asked_bytes(), all, "after {delay} thirds of a hundredth");
        assert!(fs::read(&model.0).expect("readable") == bytes);
        app.cancel_download(begun.id).await.expect("dismissed");
        fs::remove_dir_all(computer.cache()).expect("removed");
        computer.hub.forget_requests();
    }
}
