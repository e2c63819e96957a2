//! Disks that are full, folders that cannot be written, files that are damaged.

use hearth_core::{
    App,
    error::{AppError, ErrorCode},
};

use crate::stage::{Stage, exchange};

async fn bootstrap_error(app: &App) -> AppError {
    app.bootstrap().await.map(drop).expect_err("the history cannot be opened")
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_and_tried_again() {
    let stage = Stage::new();
    // Works for every user: where the folder should be, there is a file.
    std::fs::write(stage.home(), "").expect("written");
    let app = App::new(stage.config());
    let mut engine = stage.ready_engine().await;
    let error = bootstrap_error(&app).await;
    assert_eq!(error.code, ErrorCode::ReadOnly);
    assert_eq!(error.details.path.as_deref(), Some(&*stage.home().to_string_lossy()));
    let sent = app.send(None, None, "Is anybody there?".into()).await.map(drop);
    assert_eq!(sent.expect_err("refused").code, ErrorCode::ReadOnly, "the text stays in the composer");

    std::fs::remove_file(stage.home()).expect("removed");
    app.bootstrap().await.expect("opened");
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_told() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.home().join("hearth.db")).expect("made");
    let app = App::new(stage.config());
    assert_eq!(bootstrap_error(&app).await.code, ErrorCode::ReadOnly);
}

#[tokio::test]
async fn a_damaged_history_is_told_and_left_as_it_is() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.home()).expect("made");
    let damaged = "this was a database once".repeat(400);
    std::fs::write(stage.home().join("hearth.db"), &damaged).expect("written");
    let app = App::new(stage.config());
    let error = bootstrap_error(&app).await;
    assert_eq!(error.code, ErrorCode::HistoryDamaged);
    assert_eq!(error.details.path.as_deref(), Some(&*stage.home().to_string_lossy()));
    let left = std::fs::read_to_string(stage.home().join("hearth.db")).expect("still there");
    assert_eq!(left, damaged, "what may still be saved is not touched");
}
