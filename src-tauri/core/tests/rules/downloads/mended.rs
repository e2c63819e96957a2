//! Damaged models that are downloaded again.

use std::{fs, path::Path};

use hearth_core::{
    App, Config, ModelFolders,
    view::{DownloadRequest, LocalModelState, ModelDamage},
};

use super::{FILE, REPO, one_model};
use crate::{
    computer::{done, fetch, library, model_of, request},
    model_file,
    stage::is_ready,
};

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
