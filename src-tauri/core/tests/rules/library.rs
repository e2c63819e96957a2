//! What is on this computer: shown, removed, given back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_core::{
    App,
    error::ErrorCode,
    view::{
        LocalModelId, LocalModelState, ModelAddress, ModelForConversation, Origin, OriginProgram, Presence,
        RemovedModel,
    },
};

use crate::{
    choosing::use_file,
    computer::{Computer, SEGMENT_BYTES, fetch, library, model, model_of, repository, request},
    model_file,
    stage::{exchange, is_ready},
};

pub(crate) const REPO: &str = "ada/tiny";

pub(crate) const FILE: &str = "tiny-Q4_K_M.gguf";

pub(crate) fn one_model() -> Computer {
    Computer::new(vec![repository(REPO, &[(FILE, model("Tiny", 1))])])
}

/// Removes a model and says what that freed.
pub(crate) async fn remove(app: &App, model: &LocalModelId) -> RemovedModel {
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
