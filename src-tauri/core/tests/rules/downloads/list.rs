//! The list of downloads: what is in it, in which order, and what leaves it.

use std::{
    fs,
    time::{Duration, Instant},
};

use hearth_core::{
    App,
    error::ErrorCode,
    view::{Download, DownloadId, DownloadState},
};

use super::{FILE, REPO, begin_slowly, is_running, one_model};
use crate::{
    computer::{Computer, SEGMENT_BYTES, done, download, downloads, fetch, model, repository, request},
    stage::soon,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_download_leaves_nothing_behind() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.cancel_download(id).await.expect("cancelled");
    downloads(&app, "an empty list", <[_]>::is_empty).await;
    assert_eq!(computer.files(), [] as [std::path::PathBuf; 0]);
    assert_eq!(app.cancel_download(id).await.expect_err("gone").code, ErrorCode::NotFound);

    computer.hub.limit_bytes_per_second(None);
    computer.hub.forget_requests();
    fetch(&app, REPO, FILE).await;
    assert_eq!(computer.hub.asked_bytes(), bytes.len() as u64, "and nothing of it is remembered");
}

/// Four models of one file each.
fn four_models() -> Computer {
    let named = |name: &str| repository(&format!("ada/{name}"), &[(&*format!("{name}.gguf"), model(name, 2))]);
    Computer::new(vec![named("a"), named("b"), named("c"), named("d")])
}

async fn begin_four(computer: &Computer, app: &App) -> [DownloadId; 4] {
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 16));
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let begun = app.start_download(request(&format!("ada/{name}"), &format!("{name}.gguf"))).await;
        ids.push(begun.expect("begun").id);
    }
    ids.try_into().expect("four")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_are_fetched_at_a_time_in_the_order_of_the_list() {
    let computer = four_models();
    let (app, _engine) = computer.open().await;
    let mut list = app.downloads();
    let [a, b, c, d] = begin_four(&computer, &app).await;
    let bytes_of_two = |list: &[Download]| list[..2].iter().all(|one| one.received_bytes > 0);
    let list_now = downloads(&app, "bytes of two", bytes_of_two).await;
    assert_eq!(list_now.iter().map(|one| one.id).collect::<Vec<_>>(), [a, b, c, d]);
    assert!(list_now[2..].iter().all(|one| one.state == DownloadState::Queued), "{list_now:?}");

    // The one that is moved to the front of those that wait comes next; those that run go on.
    app.move_download(d, Some(a)).await.expect("moved");
    app.move_download(b, None).await.expect("moved");
    let order: Vec<_> =
        downloads(&app, "the new order", |list| list[3].id == b).await.iter().map(|one| one.id).collect();
    assert_eq!(order, [d, a, c, b]);
    computer.hub.limit_bytes_per_second(Some(4 * SEGMENT_BYTES));
    let mut began = Vec::new();
    soon("the end of all", async {
        loop {
            let now = list.borrow_and_update().clone();
            let comes = |one: &&Download| is_running(one) && one.state != DownloadState::Verifying;
            assert!(now.iter().filter(comes).count() <= 2, "{now:?}");
            for one in now.iter().filter(|one| one.state != DownloadState::Queued) {
                if !began.contains(&one.id) {
                    began.push(one.id);
                }
            }
            if now.iter().all(|one| matches!(one.state, DownloadState::Done { .. })) {
                break;
            }
            list.changed().await.expect("a queue");
        }
    })
    .await;
    assert_eq!(began.iter().position(|id| *id == d), Some(2), "{began:?}");

    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_the_list_and_a_pause_survive() {
    let computer = four_models();
    let (app, _engine) = computer.open().await;
    let [a, b, c, d] = begin_four(&computer, &app).await;
    app.move_download(d, Some(b)).await.expect("moved");
    app.pause_download(a).await.expect("paused");
    app.shutdown().await;
    drop(app);

    computer.hub.offline();
    let app = App::new(computer.config());
    let list = app.bootstrap().await.expect("bootstrap").downloads;
    assert_eq!(list.iter().map(|one| one.id).collect::<Vec<_>>(), [a, d, b, c]);
    assert_eq!(list[0].state, DownloadState::Paused);
    assert!(list[1..].iter().all(|one| one.state != DownloadState::Paused), "{list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_build_asked_for_twice_is_one_download() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    assert_eq!(app.start_download(request(REPO, FILE)).await.expect("the same").id, id);
    app.pause_download(id).await.expect("paused");
    assert_eq!(app.start_download(request(REPO, FILE)).await.expect("the same").id, id);
    download(&app, id, "that it goes on", is_running).await;
    computer.hub.limit_bytes_per_second(None);
    done(&app, id).await;
    assert_eq!(app.start_download(request(REPO, FILE)).await.expect("the same").id, id);
    assert_eq!(app.downloads().borrow().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_here_already_is_not_fetched() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    let model = fetch(&app, REPO, FILE).await;
    app.shutdown().await;
    drop(app);

    let (app, _engine) = computer.open().await;
    assert!(app.bootstrap().await.expect("bootstrap").downloads.is_empty(), "what is done has left the list");
    computer.hub.forget_requests();
    assert_eq!(fetch(&app, REPO, FILE).await, model);
    assert_eq!(computer.hub.asked_bytes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_told_calmly_and_with_speed_and_time() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 2));
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    let speed = |one: &Download| one.bytes_per_second.is_some() && one.seconds_left.is_some();
    let told = download(&app, begun.id, "a speed", speed).await;
    assert_eq!(told.state, DownloadState::Receiving);
    assert!(told.received_bytes < bytes.len() as u64);
    let mut list = app.downloads();
    list.mark_unchanged();
    let begun = Instant::now();
    for _ in 0..6 {
        soon("more bytes", list.changed()).await.expect("a queue");
    }
    assert!(begun.elapsed() > Duration::from_secs(1), "four times a second: {:?}", begun.elapsed());
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_without_room_is_refused_before_a_byte_is_fetched() {
    const RESERVE_BYTES: u64 = 64 << 20;
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    computer.disks.leave(RESERVE_BYTES + 1000);
    let refused = app.start_download(request(REPO, FILE)).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::NotEnoughSpace);
    let details = refused.details;
    assert_eq!((details.needed_bytes, details.free_bytes), (Some(bytes.len() as u64), Some(1000)));
    assert_eq!(details.path.as_deref(), Some(&*computer.cache().to_string_lossy()));
    assert_eq!(computer.hub.asked_bytes(), 0);
    assert!(app.downloads().borrow().is_empty());

    computer.disks.leave(RESERVE_BYTES + bytes.len() as u64);
    fetch(&app, REPO, FILE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_downloads_still_need_is_not_free() {
    let computer = four_models();
    let (app, _engine) = computer.open().await;
    let size = model("a", 2).len() as u64;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 2));
    for name in ["a", "b", "c"] {
        app.start_download(request(&format!("ada/{name}"), &format!("{name}.gguf"))).await.expect("begun");
    }
    // The room for those that run is set aside with their first byte, so it is not free any more; one waits.
    downloads(&app, "bytes of two", |list| list[..2].iter().all(|one| one.received_bytes > 0)).await;
    computer.disks.leave((64 << 20) + size + size / 2);
    let refused = app.start_download(request("ada/d", "d.gguf")).await.expect_err("refused");
    assert_eq!((refused.code, refused.details.free_bytes), (ErrorCode::NotEnoughSpace, Some(size / 2)));
    app.start_download(request("ada/c", "c.gguf")).await.expect("what is in the list needs no further room");
    computer.disks.leave((64 << 20) + 2 * size);
    app.start_download(request("ada/d", "d.gguf")).await.expect("now there is room for both");
    app.shutdown().await;
}

/// Of a fault: the row went first, and what could not be taken away was known to nobody any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_whose_bytes_cannot_be_taken_away_stays_in_the_list() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.pause_download(id).await.expect("paused");
    let [partial] = &computer.files()[..] else { panic!("{:?}", computer.files()) };
    fs::remove_file(partial).expect("removed");
    // What no program removes as a file.
    fs::create_dir(partial).expect("made");
    app.cancel_download(id).await.expect_err("its bytes are still there");
    assert_eq!(app.downloads().borrow()[0].state, DownloadState::Paused);
    fs::remove_dir(partial).expect("removed");
    app.cancel_download(id).await.expect("cancelled");
    downloads(&app, "an empty list", <[_]>::is_empty).await;
}

/// Of a fault: the repository's folders went with the first download, under the feet of the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_download_leaves_its_folders_to_another_one_of_the_repository() {
    let files = [("seer-Q4_K_M.gguf", model("Small", 2)), ("seer-Q8_0.gguf", model("Large", 2))];
    let computer = Computer::new(vec![repository("ada/seer", &files)]);
    let (app, _engine) = computer.open().await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 2));
    let mut ids = Vec::new();
    for (file, _) in &files {
        ids.push(app.start_download(request("ada/seer", file)).await.expect("begun").id);
    }
    downloads(&app, "bytes of both", |list| list.iter().all(|one| one.received_bytes > 0)).await;
    app.pause_download(ids[1]).await.expect("paused");
    for file in computer.files() {
        fs::remove_file(file).expect("removed");
    }
    app.cancel_download(ids[0]).await.expect("cancelled");
    assert!(computer.cache().join("models--ada--seer/blobs").exists(), "the other one needs it");
    computer.hub.limit_bytes_per_second(None);
    app.resume_download(ids[1]).await.expect("resumed");
    done(&app, ids[1]).await;
}
