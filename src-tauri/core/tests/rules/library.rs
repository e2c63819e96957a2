//! What is on this computer: shown, removed, given back, moved.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_core::{
    App, Config, ModelFolders,
    error::ErrorCode,
    view::{
        DownloadState, FolderMove, LocalModelId, LocalModelState, ModelAddress, ModelForConversation, Origin,
        OriginProgram, Presence, RemovedModel,
    },
};
use hearth_library::Move;
use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};

use crate::{
    choosing::use_file,
    computer::{Computer, SEGMENT_BYTES, done, download, fetch, library, model, model_of, repository, request},
    model_file,
    stage::{exchange, is_ready, soon},
};

const REPO: &str = "ada/tiny";
const FILE: &str = "tiny-Q4_K_M.gguf";

fn one_model() -> Computer {
    Computer::new(vec![repository(REPO, &[(FILE, model("Tiny", 1))])])
}

/// Removes a model and says what that freed.
async fn remove(app: &App, model: &LocalModelId) -> RemovedModel {
    app.remove_model(model.clone()).await.expect("removed")
}

fn has(models: &[hearth_core::view::LocalModel], id: &LocalModelId) -> bool {
    models.iter().any(|model| model.id == *id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_starter_model_is_always_there_and_stays() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    let list = library(&app).await;
    let [starter] = &list.models[..] else { panic!("{:#?}", list.models) };
    assert!(starter.is_starter);
    assert_eq!(starter.state, LocalModelState::Ready);
    assert_eq!(starter.origins, [Origin { program: OriginProgram::Hearth, name: None }]);
    assert_eq!(list.folder, computer.cache().to_string_lossy());
    assert_eq!(list.free_bytes, Some(1 << 40));
    let refused = app.remove_model(starter.id.clone()).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::InUse);
    assert!(computer.stage.starter().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_used_comes_first_then_the_damaged_then_the_foreign() {
    let computer = one_model();
    let snapshot = computer.cache().join("models--ada--mixed/snapshots").join("a".repeat(40));
    fs::create_dir_all(&snapshot).expect("made");
    fs::write(snapshot.join("a-foreign.gguf"), model_file::bytes("Whisper", "whisper")).expect("written");
    fs::write(snapshot.join("b-damaged.gguf"), "not a model").expect("written");
    model_file::write(&snapshot, "z-sound-Q4_K_M.gguf", "Sound");
    let (app, _engine) = computer.open().await;
    let list = library(&app).await;
    let shown: Vec<_> = list.models.iter().map(|model| (&*model.name, model.repo.as_deref())).collect();
    let mixed = Some("ada/mixed");
    assert_eq!(shown, [("starter", None), ("z sound", mixed), ("b damaged", mixed), ("a foreign", mixed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_opened_is_found_again() {
    let computer = one_model();
    let opened = model_file::write(computer.stage.folder(), "Mine-1B-Q4_K_M.gguf", "Mine");
    let (app, mut engine) = computer.open().await;
    assert_eq!(library(&app).await.models.len(), 1);
    use_file(&app, opened.clone()).await.expect("begun");
    engine.load().await;
    app.shutdown().await;
    drop((app, engine));

    let (app, _engine) = computer.open().await;
    let id = LocalModelId(opened.to_string_lossy().into_owned());
    let found = model_of(&library(&app).await, &id);
    assert_eq!(found.name, "Mine 1B");
    assert_eq!(found.origins, [Origin { program: OriginProgram::Folder, name: None }]);
    fs::remove_file(&opened).expect("removed");
    assert_eq!(library(&app).await.models.len(), 1, "what is not there is not shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_model_is_gone_and_can_be_brought_back() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    let bytes = fs::read(&id.0).expect("readable");
    let plan = app.plan_removal(id.clone()).await.expect("planned");
    assert_eq!((plan.freed_bytes, &*plan.name), (bytes.len() as u64, "tiny"));
    let cache = Origin { program: OriginProgram::HuggingFaceCache, name: Some(REPO.into()) };
    assert_eq!((plan.leaves, plan.shared_with), (vec![cache], vec![]));

    let mut changes = app.library_changes();
    changes.mark_unchanged();
    let removed = remove(&app, &id).await;
    assert_eq!((removed.freed_bytes, &*removed.name), (bytes.len() as u64, "tiny"));
    assert!(changes.has_changed().expect("a library"));
    let list = library(&app).await;
    assert!(!has(&list.models, &id));
    assert_eq!(list.removed, std::slice::from_ref(&removed));
    assert_eq!(list.free_bytes, Some((1 << 40) + bytes.len() as u64), "what is in the bin counts as free");

    app.undo_removal(removed.id).await.expect("brought back");
    let list = library(&app).await;
    assert!(has(&list.models, &id) && list.removed.is_empty());
    assert!(fs::read(&id.0).expect("readable") == bytes);
    assert_eq!(app.undo_removal(removed.id).await.expect_err("done already").code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_app_frees_what_was_removed_and_so_does_asking_for_it() {
    for asks in [true, false] {
        let computer = one_model();
        let (app, _engine) = computer.open().await;
        let id = fetch(&app, REPO, FILE).await;
        remove(&app, &id).await;
        assert!(!computer.files().is_empty(), "it can still come back");
        if asks {
            app.free_removed().await.expect("freed");
            assert!(library(&app).await.removed.is_empty());
        } else {
            app.shutdown().await;
        }
        assert_eq!(computer.files(), [] as [PathBuf; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_that_is_loaded_is_let_go_before_it_is_removed() {
    let computer = one_model();
    let (app, mut engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    app.use_model(ModelForConversation { conversation: None, model: id.clone() }).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    let removing = tokio::spawn({
        let (app, id) = (app.clone(), id.clone());
        async move { app.remove_model(id).await }
    });
    let load = engine.load_request().await;
    assert_eq!(load.path, computer.stage.starter());
    assert!(Path::new(&id.0).exists(), "not before the engine has let it go");
    engine.loaded(&load).await;
    removing.await.expect("ended").expect("removed");
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    app.shutdown().await;
    drop(app);
    let app = App::new(computer.config());
    let mut engine = computer.stage.engine().await;
    engine.hello().await;
    assert_eq!(engine.load().await.path, computer.stage.starter(), "nor is it asked for again");
    is_ready(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_download_counts_on_cannot_be_removed() {
    let eyes = model_file::bytes("Eyes", "clip");
    let files =
        [("seer-Q4_K_M.gguf", model("Small", 1)), ("seer-Q8_0.gguf", model("Large", 2)), ("mmproj-F16.gguf", eyes)];
    let computer = Computer::new(vec![repository("ada/seer", &files)]);
    let (app, _engine) = computer.open().await;
    let small = fetch(&app, "ada/seer", "seer-Q4_K_M.gguf").await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 4));
    let large = app.start_download(request("ada/seer", "seer-Q8_0.gguf")).await.expect("begun").id;
    let refused = app.remove_model(small.clone()).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::InUse, "its projector is that of the other");
    app.cancel_download(large).await.expect("cancelled");
    remove(&app, &small).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_needs_the_room_empties_the_bin() {
    let other = repository("ada/other", &[("other.gguf", model("Other", 1))]);
    let computer = Computer::new(vec![repository(REPO, &[(FILE, model("Tiny", 1))]), other]);
    let (app, _engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    let removed = remove(&app, &id).await;
    computer.disks.leave((64 << 20) + 1000);
    fetch(&app, "ada/other", "other.gguf").await;
    assert!(library(&app).await.removed.is_empty(), "{removed:?}");
}

/// Waits until a move has ended.
async fn moved(app: &App) -> FolderMove {
    let mut states = app.folder_moves();
    let is_over = |state: &FolderMove| !matches!(state, FolderMove::Idle | FolderMove::Moving { .. });
    soon("the end of the move", states.wait_for(|state| is_over(state))).await.expect("told").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_folder_is_used_from_then_on_by_everything_that_used_the_old_one() {
    let computer = Computer::new(vec![
        repository(REPO, &[(FILE, model("Tiny", 1))]),
        repository("ada/large", &[("large.gguf", model("Large", 6))]),
    ]);
    let (app, mut engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    let bytes = fs::read(&id.0).expect("readable");
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let here = Some(conversation.summary.id);
    app.use_model(ModelForConversation { conversation: here, model: id.clone() }).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES));
    let coming = app.start_download(request("ada/large", "large.gguf")).await.expect("begun").id;
    download(&app, coming, "some segments", |one| one.received_bytes > 2 * SEGMENT_BYTES).await;

    let to = computer.stage.folder().join("new/models");
    let plan = app.plan_folder_move(to.clone()).await.expect("possible");
    assert_eq!(plan.folder, to.to_string_lossy());
    assert!(plan.total_bytes >= bytes.len() as u64, "{plan:?}");
    assert!(computer.cache().exists(), "nothing is moved before that is asked for");
    app.move_models_folder().await.expect("begun");
    assert_eq!(moved(&app).await, FolderMove::Moved { folder: plan.folder.clone(), left_behind: None });
    assert!(!computer.cache().exists());

    let new_path = to.join(Path::new(&id.0).strip_prefix(computer.cache()).expect("below"));
    let new_id = LocalModelId(new_path.to_string_lossy().into_owned());
    assert_eq!(engine.load().await.path, new_path, "the engine has it from its new place");
    let opened = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(opened.model.map(|model| model.id), Some(new_id.clone()));
    let list = library(&app).await;
    assert_eq!((list.folder.as_str(), model_of(&list, &new_id).state), (&*plan.folder, LocalModelState::Ready));
    assert_eq!(list.models.len(), 2);
    let told = app.downloads().borrow().clone();
    assert_eq!(told[0].state, DownloadState::Done { model: new_id });

    computer.hub.limit_bytes_per_second(None);
    let large = done(&app, coming).await;
    assert!(Path::new(&large.0).starts_with(&to), "a download goes on at the new place: {large:?}");
    assert!(!computer.cache().exists());
    app.shutdown().await;
    drop((app, engine));
    let (app, _engine) = computer.open().await;
    assert_eq!(library(&app).await.folder, plan.folder, "also the next time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_a_kill_has_interrupted_goes_on_by_itself() {
    let computer = one_model();
    let (app, mut engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    app.use_model(ModelForConversation { conversation: None, model: id.clone() }).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    app.shutdown().await;
    drop((app, engine));
    // Everything has been moved, and nobody has remembered it.
    let (to, journal) = (computer.stage.folder().join("new"), computer.stage.home().join("move.json"));
    let plan = Move::plan(&computer.cache(), &to, &journal).expect("possible");
    drop(plan.run(|_| std::ops::ControlFlow::Continue(())).expect("moved"));

    let app = App::new(computer.config());
    let mut engine = computer.stage.engine().await;
    engine.hello().await;
    let new_path = to.join(Path::new(&id.0).strip_prefix(computer.cache()).expect("below"));
    assert_eq!(engine.load().await.path, new_path, "the first that is loaded");
    assert!(matches!(moved(&app).await, FolderMove::Moved { left_behind: None, .. }));
    assert!(!journal.exists());
    assert_eq!(library(&app).await.folder, to.to_string_lossy());
    computer.hub.forget_requests();
    fetch(&app, REPO, FILE).await;
    assert_eq!(computer.asked_bytes(), 0, "it is still known to be here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_holds_other_things_gets_one_of_its_own_for_the_models() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    fetch(&app, REPO, FILE).await;
    let filled = computer.stage.folder().join("disk");
    fs::create_dir_all(&filled).expect("made");
    fs::write(filled.join("photo.jpg"), "").expect("written");
    let plan = app.plan_folder_move(filled.clone()).await.expect("possible");
    assert_eq!(plan.folder, filled.join("hub").to_string_lossy());
    app.move_models_folder().await.expect("begun");
    assert!(matches!(moved(&app).await, FolderMove::Moved { .. }));
    assert!(filled.join("photo.jpg").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_hold_the_models_is_refused() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    fetch(&app, REPO, FILE).await;
    let refused = app.plan_folder_move(computer.cache().join("inside")).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::FolderUnsuitable);
    computer.disks.leave(1000);
    let plan = app.plan_folder_move(computer.stage.folder().join("far")).await.expect("the page says what is missing");
    assert!(plan.free_bytes == Some(1000) && plan.total_bytes > 1000, "{plan:?}");
    let refused = app.move_models_folder().await.expect_err("refused");
    assert_eq!((refused.code, refused.details.free_bytes), (ErrorCode::NotEnoughSpace, Some(1000)));
    let plan = app.plan_folder_move(computer.stage.folder().join("near")).await.expect("possible");
    assert_eq!(plan.free_bytes, None, "a rename needs no room");
    app.move_models_folder().await.expect("begun");
    assert!(matches!(moved(&app).await, FolderMove::Moved { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_gets_a_folder_for_the_models_though_it_is_empty() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    let mounted = computer.stage.folder().join("far");
    fs::create_dir(&mounted).expect("made");
    let plan = app.plan_folder_move(mounted.clone()).await.expect("possible");
    assert_eq!(plan.folder, mounted.join("hub").to_string_lossy(), "no folder can take its place");
}

/// It was: the new folder was said to be the one that is not needed any more.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_the_old_folder_is_named_also_after_a_kill() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    fetch(&app, REPO, FILE).await;
    app.shutdown().await;
    drop(app);
    let (to, journal) = (computer.stage.folder().join("new"), computer.stage.home().join("move.json"));
    let plan = Move::plan(&computer.cache(), &to, &journal).expect("possible");
    drop(plan.run(|_| std::ops::ControlFlow::Continue(())).expect("moved"));
    // The volume of the old one is not plugged in.
    fs::remove_dir(computer.cache().parent().expect("a folder")).expect("removed");

    let (app, _engine) = computer.open().await;
    let [folder, old] = [&to, &computer.cache()].map(|path| path.to_string_lossy().into_owned());
    assert_eq!(moved(&app).await, FolderMove::Moved { folder, left_behind: Some(old) });
}

/// It was: the page said that nothing was moved.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_cannot_be_remembered_is_a_move_and_is_remembered_at_the_next_start() {
    let computer = one_model();
    let (app, engine) = computer.open().await;
    fetch(&app, REPO, FILE).await;
    let database = SqliteConnectOptions::new().filename(computer.stage.home().join("hearth.db"));
    let mut database = database.connect().await.expect("opened");
    let refuse = "CREATE TRIGGER full BEFORE INSERT ON settings BEGIN SELECT RAISE(ABORT, 'no room'); END";
    database.execute(refuse).await.expect("made");

    let (to, journal) = (computer.stage.folder().join("new"), computer.stage.home().join("move.json"));
    app.plan_folder_move(to.clone()).await.expect("possible");
    app.move_models_folder().await.expect("begun");
    let folder = to.to_string_lossy().into_owned();
    let there = FolderMove::Moved { folder: folder.clone(), left_behind: None };
    assert_eq!(moved(&app).await, there);
    let list = library(&app).await;
    assert_eq!((&list.folder, list.models.len()), (&folder, 2), "this run uses the new place");
    assert!(journal.exists());
    app.shutdown().await;
    drop((app, engine));

    database.execute("DROP TRIGGER full").await.expect("dropped");
    let (app, engine) = computer.open().await;
    assert_eq!(moved(&app).await, there);
    assert!(!journal.exists());
    app.shutdown().await;
    drop((app, engine));
    let (app, _engine) = computer.open().await;
    assert_eq!(library(&app).await.folder, folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_not_carried_along() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    let id = fetch(&app, REPO, FILE).await;
    let removed = remove(&app, &id).await;
    let to = computer.stage.folder().join("new");
    app.plan_folder_move(to.clone()).await.expect("possible");
    assert_eq!(library(&app).await.removed, std::slice::from_ref(&removed), "nothing is moved yet");
    app.move_models_folder().await.expect("begun");
    assert!(matches!(moved(&app).await, FolderMove::Moved { .. }));
    let names = fs::read_dir(&to).expect("there").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["CACHEDIR.TAG"]);
    assert!(library(&app).await.removed.is_empty());
    assert_eq!(app.undo_removal(removed.id).await.expect_err("it is gone").code, ErrorCode::NotFound);
}

/// It was: `HF_HUB_CACHE=/models/` let every conversation forget its model.
#[tokio::test(flavor = "multi_thread")]
async fn a_stroke_at_the_end_of_the_folder_changes_nothing() {
    let computer = one_model();
    let model_folders = ModelFolders { hugging_face: vec![computer.cache().join("")], ..ModelFolders::default() };
    let app = App::new(Config { model_folders, ..computer.config() });
    let mut engine = computer.stage.ready_engine().await;
    is_ready(&app).await;
    let id = fetch(&app, REPO, FILE).await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await.summary.id;
    app.use_model(ModelForConversation { conversation: Some(conversation), model: id.clone() }).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    let to = computer.stage.folder().join("new");
    app.plan_folder_move(to.clone()).await.expect("possible");
    app.move_models_folder().await.expect("begun");
    assert!(matches!(moved(&app).await, FolderMove::Moved { .. }));
    let new_path = to.join(Path::new(&id.0).strip_prefix(computer.cache()).expect("below"));
    let model = app.open_conversation(conversation).await.expect("opened").model.expect("its own");
    assert_eq!(model.id, LocalModelId(new_path.to_string_lossy().into_owned()));
}

/// It was: the first of them was deleted, whichever was meant.
#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn a_name_that_stands_for_two_models_stands_for_none() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let computer = one_model();
    let snapshot = computer.cache().join("models--ada--odd/snapshots").join("a".repeat(40));
    fs::create_dir_all(&snapshot).expect("made");
    for name in [b"odd-\xfe.gguf", b"odd-\xff.gguf"] {
        fs::write(snapshot.join(OsStr::from_bytes(name)), model_file::bytes("Odd", "llama")).expect("written");
    }
    let (app, _engine) = computer.open().await;
    let models = library(&app).await.models;
    let ids: Vec<_> = models.iter().filter(|model| !model.is_starter).map(|model| &model.id).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    assert_eq!(app.remove_model(ids[0].clone()).await.expect_err("refused").code, ErrorCode::NotFound);
    assert_eq!(computer.files().len(), 2);
}

/// It was: Jan's own names were shortened in one place and not in the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_model_has_one_name() {
    let computer = one_model();
    let jan = computer.stage.folder().join("jan");
    let folder = jan.join("llamacpp/models/ada/seer");
    fs::create_dir_all(&folder).expect("made");
    model_file::write(&folder, "seer-Q4_K_M.gguf", "Seer");
    fs::write(folder.join("model.yml"), "model_path: llamacpp/models/ada/seer/seer-Q4_K_M.gguf\n").expect("written");
    let mut config = computer.config();
    config.model_folders.jan = vec![jan];
    let app = App::new(config);
    let _engine = computer.stage.ready_engine().await;
    let list = library(&app).await;
    let model = list.models.iter().find(|model| !model.is_starter).expect("found");
    let removed = remove(&app, &model.id).await;
    assert_eq!(removed.name, model.name);
    assert_eq!(library(&app).await.removed, [removed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_moved_only_to_a_folder_that_was_chosen() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    assert_eq!(app.move_models_folder().await.expect_err("none was chosen").code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_s_page_says_which_of_its_builds_are_here_and_which_are_coming() {
    let files = [("tiny-Q4_K_M.gguf", model("Small", 1)), ("tiny-Q8_0.gguf", model("Large", 2))];
    let computer = Computer::new(vec![repository(REPO, &files)]);
    let (app, _engine) = computer.open().await;
    let presences = async || {
        let address = ModelAddress { repo: REPO.into(), revision: None, file: None, tag: None };
        let page = app.model_page(address).await.expect("a page");
        page.builds.into_iter().map(|build| build.presence).collect::<Vec<_>>()
    };
    assert_eq!(presences().await, [Presence::Absent, Presence::Absent]);
    let small = fetch(&app, REPO, FILE).await;
    computer.hub.limit_bytes_per_second(Some(SEGMENT_BYTES / 4));
    let coming = app.start_download(request(REPO, "tiny-Q8_0.gguf")).await.expect("begun").id;
    let expected = [Presence::Here { model: small.clone() }, Presence::Downloading { download: coming }];
    assert_eq!(presences().await, expected);
    app.cancel_download(coming).await.expect("cancelled");
    remove(&app, &small).await;
    assert_eq!(presences().await, [Presence::Absent, Presence::Absent]);
}
