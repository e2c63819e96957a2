//! The models' folder, and moving it.

use std::{fs, path::Path};

use hearth_core::{
    App, Config, ModelFolders,
    error::ErrorCode,
    view::{DownloadState, FolderMove, LocalModelId, LocalModelState, ModelForConversation},
};
use hearth_library::Move;
use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};

use crate::{
    computer::{Computer, SEGMENT_BYTES, done, download, fetch, library, model, model_of, repository, request},
    library::{FILE, REPO, one_model, remove},
    stage::{exchange, is_ready, soon},
};

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
    assert_eq!(computer.hub.asked_bytes(), 0, "it is still known to be here");
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

#[tokio::test(flavor = "multi_thread")]
async fn models_are_moved_only_to_a_folder_that_was_chosen() {
    let computer = one_model();
    let (app, _engine) = computer.open().await;
    assert_eq!(app.move_models_folder().await.expect_err("none was chosen").code, ErrorCode::NotFound);
}
