//! Downloads: begun, interrupted in every way, and whole in the end.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use hearth_core::{
    App, Config, ModelFolders,
    error::ErrorCode,
    view::{
        Download, DownloadId, DownloadRequest, DownloadState, DownloadTrouble, LocalModelState, ModelDamage,
        NetworkSettings, ProxyChoice,
    },
};
use hearth_fake_hub::{Account, Aim, Config as HubContents, Content, FakeHub, Fault, File, Gate, Host, Storage};

use crate::{
    computer::{
        Computer, SEGMENT_BYTES, done, download, downloads, fetch, library, model, model_of, repository, request,
    },
    model_file,
    stage::{is_ready, soon},
};

const REPO: &str = "ada/tiny";
const FILE: &str = "tiny-Q4_K_M.gguf";

/// A Hub with one model of many segments and a rest.
fn one_model() -> (Computer, Vec<u8>) {
    let bytes = [model("Tiny", 24), vec![7; 12_345]].concat();
    (Computer::new(vec![repository(REPO, &[(FILE, bytes.clone())])]), bytes)
}

fn is_running(download: &Download) -> bool {
    !matches!(
        download.state,
        DownloadState::Queued | DownloadState::Paused | DownloadState::Done { .. } | DownloadState::Failed { .. }
    )
}

fn code(download: &Download) -> Option<ErrorCode> {
    match &download.state {
        DownloadState::Failed { error } => Some(error.code),
        _ => None,
    }
}

/// Begins it on a slow line and waits until some of its segments are on the disk: so many bytes take twice the time
/// that the first segment takes.
async fn begin_slowly(computer: &Computer, app: &App) -> DownloadId {
    computer.hub.limit_bytes_per_second(Some(1 << 20));
    let begun = app.start_download(request(REPO, FILE)).await.expect("begun");
    download(app, begun.id, "the first segments", |one| one.received_bytes > 8 * SEGMENT_BYTES).await;
    begun.id
}

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
async fn a_resumed_download_fetches_only_what_is_missing() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.pause_download(id).await.expect("paused");
    let paused = download(&app, id, "the pause", |one| one.state == DownloadState::Paused).await;
    assert!(paused.received_bytes > 0 && paused.received_bytes < bytes.len() as u64, "{paused:?}");

    computer.hub.limit_bytes_per_second(None);
    computer.hub.forget_requests();
    app.resume_download(id).await.expect("resumed");
    let model = done(&app, id).await;
    assert_eq!(computer.asked_bytes(), bytes.len() as u64 - paused.received_bytes);
    assert!(fs::read(model.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on_by_itself_when_the_app_is_opened_again() {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    app.shutdown().await;
    drop(app);
    let (app, there) = open_offline(&computer, computer.config(), id).await;
    let model = done(&app, id).await;
    assert_eq!(computer.asked_bytes(), bytes.len() as u64 - there.received_bytes);
    assert!(fs::read(model.0).expect("readable") == bytes);
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
    let model = done(&app, id).await;
    assert_eq!(computer.asked_bytes(), bytes.len() as u64 - there.received_bytes);
    assert!(fs::read(model.0).expect("readable") == bytes);
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
    computer.hub.limit_bytes_per_second(None);
    computer.hub.forget_requests();
    app.resume_download(id).await.expect("resumed");
    let model = done(&app, id).await;
    assert_eq!(computer.asked_bytes(), bytes.len() as u64);
    assert!(fs::read(model.0).expect("readable") == bytes);
}

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
    assert_eq!(computer.asked_bytes(), bytes.len() as u64, "and nothing of it is remembered");
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
    assert_eq!(computer.asked_bytes(), 0);
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
async fn what_the_hub_does_not_have_is_told_and_not_queued() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    for asked in [request(REPO, "none.gguf"), request("ada/none", FILE), request("no name", FILE)] {
        let refused = app.start_download(asked.clone()).await.expect_err("refused");
        assert_eq!((refused.code, refused.details.name), (ErrorCode::NotOnHub, Some(asked.repo)));
    }
    computer.hub.offline();
    let refused = app.start_download(request(REPO, FILE)).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::Offline);
    assert!(app.downloads().borrow().is_empty());
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
    assert_eq!(computer.asked_bytes(), 0);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_gated_repository_says_which_step_is_missing_and_goes_on_by_itself_after_each() {
    let bytes = model("Gated", 1);
    let gated = repository(REPO, &[(FILE, bytes.clone())]).with_gate(Gate::Manual);
    let accounts = vec![Account { name: "grace".into(), token: "hf_grace".into() }];
    let computer = Computer::with(HubContents { accounts, ..HubContents::serving(vec![gated]) });
    let (app, _engine) = computer.open().await;
    let begun = app.start_download(request(REPO, FILE)).await.expect("in the list");
    let failed = download(&app, begun.id, "the refusal", |one| code(one).is_some()).await;
    let DownloadState::Failed { error } = failed.state else { unreachable!() };
    assert_eq!((error.code, error.details.name.as_deref()), (ErrorCode::SignInRequired, Some(REPO)));
    let address = format!("{}/{REPO}", computer.hub.endpoint());
    assert_eq!(error.details.address, Some(address), "the page with its conditions");

    crate::hub_stage::sign_in(&app, "hf_grace").await.expect("signed in");
    download(&app, begun.id, "the next step", |one| code(one) == Some(ErrorCode::AccessNotGranted)).await;
    computer.hub.grant(REPO, "grace");
    let fetched = |one: &Download| matches!(one.state, DownloadState::Done { .. });
    let done = download(&app, begun.id, "the model", fetched).await;
    let DownloadState::Done { model } = done.state else { unreachable!() };
    assert!(fs::read(model.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_download_goes_another_way_when_the_settings_say_so() {
    let (computer, bytes) = one_model();
    let mirror = FakeHub::start(HubContents::serving(vec![repository(REPO, &[(FILE, bytes.clone())])]));
    let mirror = mirror.expect("a free port");
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    let endpoint = Some(mirror.endpoint().to_owned());
    let settings = NetworkSettings { endpoint, proxy: ProxyChoice::None, proxy_address: None };
    app.update_network_settings(settings).await.expect("changed");
    assert!(fs::read(done(&app, id).await.0).expect("readable") == bytes);
    let asked = mirror.requests().iter().filter(|request| request.host == Host::Cdn).count();
    assert!(asked > 0, "the rest came from there");
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
    assert_eq!(computer.asked_bytes(), total as u64);
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

/// Spoils the model's file and has it downloaded again.
async fn mended(spoil: impl Fn(&Path), damage: ModelDamage) {
    let (computer, bytes) = one_model();
    let (app, _engine) = computer.open().await;
    let model = fetch(&app, REPO, FILE).await;
    app.shutdown().await;
    drop(app);
    let blob = fs::canonicalize(&model.0).expect("a blob");
    spoil(&blob);

    let (app, _engine) = computer.open().await;
    let found = model_of(&library(&app).await, &model);
    assert!(matches!(found.state, LocalModelState::Damaged { damage: is, .. } if is == damage), "{:?}", found.state);
    assert_eq!(found.repo.as_deref(), Some(REPO));
    // The page knows the repository, not the file's name in it.
    let again = DownloadRequest { replaces: Some(model.clone()), ..request(REPO, "") };
    let begun = app.start_download(again).await.expect("begun");
    done(&app, begun.id).await;
    let models = library(&app).await.models;
    assert_eq!(models.len(), 2, "the starter, and it once: {models:#?}");
    assert_eq!(models.iter().filter(|model| model.state == LocalModelState::Ready).count(), 2);
    assert!(fs::read(&model.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_cut_short_is_mended_by_downloading_it_again() {
    mended(|blob| fs::write(blob, &fs::read(blob).expect("read")[..300]).expect("written"), ModelDamage::CutShort)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_has_its_length_and_nothing_else_is_mended_by_downloading_it_again() {
    let zeros = |blob: &Path| fs::write(blob, vec![0; fs::read(blob).expect("read").len()]).expect("written");
    mended(zeros, ModelDamage::NotAModel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_whose_contents_are_gone_is_mended_by_downloading_it_again() {
    mended(|blob| fs::remove_file(blob).expect("removed"), ModelDamage::Gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_model_of_another_program_goes_when_its_replacement_is_there() {
    let (computer, _) = one_model();
    let lm_studio = computer.stage.folder().join("lmstudio");
    let damaged = lm_studio.join("ada/tiny").join(FILE);
    fs::create_dir_all(damaged.parent().expect("a folder")).expect("made");
    fs::write(&damaged, &model_file::bytes("Tiny", "llama")[..200]).expect("written");
    let folders = ModelFolders { lm_studio: vec![lm_studio], ..computer.config().model_folders };
    let app = App::new(Config { model_folders: folders, ..computer.config() });
    let _engine = computer.stage.ready_engine().await;
    is_ready(&app).await;
    let list = library(&app).await;
    let found = list.models.iter().find(|model| !model.is_starter).expect("found").clone();
    assert_eq!(found.repo.as_deref(), Some(REPO), "its folders tell");
    let again = DownloadRequest { replaces: Some(found.id), ..request(REPO, "") };
    let begun = app.start_download(again).await.expect("begun");
    done(&app, begun.id).await;
    assert!(!damaged.exists());
    assert!(library(&app).await.models.iter().all(|model| model.state == LocalModelState::Ready));
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
