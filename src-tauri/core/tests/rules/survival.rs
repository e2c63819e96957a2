//! What is left when everything is killed.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use hearth_core::{
    App,
    view::{AnswerState, ConversationId, Interruption},
};

use crate::stage::{Stage, answer_state, exchange, is_ready, started, text_of, texts};

#[tokio::test]
async fn a_conversation_is_there_after_the_app_was_closed_and_opened_again() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let before = exchange(&app, &mut engine, "What is a hearth made of?", "Of stone.").await;
    let closing = tokio::spawn(async move { app.shutdown().await });
    assert_eq!(engine.request().await, Some(hearth_ipc::Request::Shutdown));
    engine.die();
    closing.await.expect("closed");

    let (app, _engine) = stage.open().await;
    let bootstrap = app.bootstrap().await.expect("bootstrap");
    assert_eq!(bootstrap.conversations, std::slice::from_ref(&before.summary));
    let after = app.open_conversation(before.summary.id).await.expect("opened");
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_killed_app_loses_nothing_of_an_answer_that_is_older_than_a_second() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let id = conversation.summary.id;

    let request = engine.begin("Once upon a time").await;
    text_of(&mut answer, 16).await;
    engine.delta(request.id, " there was a fire").await;
    text_of(&mut answer, 17).await;

    let seen_at = Instant::now();
    loop {
        if left_behind(&stage, id).await.is_some_and(|text| text == "Once upon a time there was a fire") {
            break;
        }
        assert!(seen_at.elapsed() < Duration::from_secs(1), "what was seen must be on the disk within a second");
    }
}

#[tokio::test]
async fn a_question_is_on_the_disk_before_it_is_seen_as_sent() {
    let stage = Stage::new();
    let (app, _engine) = stage.open().await;
    let mut answer = app.send(None, None, "Is anybody there now?".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;

    let copy = copy_of(&stage.home());
    let reopened = reopen(&stage, copy.path());
    let found = reopened.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(texts(&found), ["Is anybody there now?", ""]);
    assert_eq!(
        *answer_state(&found.messages[1]),
        AnswerState::Interrupted { by: Interruption::App },
        "an answer that nobody writes any more is marked, also an empty one"
    );
}

#[tokio::test]
async fn closing_the_app_marks_the_answer_that_was_being_written() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let request = engine.begin("Once").await;
    text_of(&mut answer, 4).await;

    let closing = tokio::spawn(async move { app.shutdown().await });
    engine.obey_cancel(request.id).await;
    assert_eq!(engine.request().await, Some(hearth_ipc::Request::Shutdown), "answers end before their engine");
    engine.die();
    closing.await.expect("closed");

    let app = App::new(stage.config());
    let found = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(texts(&found), ["Tell me a long story", "Once"]);
    assert_eq!(*answer_state(&found.messages[1]), AnswerState::Interrupted { by: Interruption::App });
}

#[tokio::test]
async fn settings_survive() {
    use hearth_core::view::{Language, Settings, Theme};

    let stage = Stage::new();
    let (app, _engine) = stage.open().await;
    let chosen = Settings { theme: Theme::Dark, language: Language::De };
    app.update_settings(chosen).await.expect("saved");

    let app = App::new(stage.config());
    let _engine = stage.ready_engine().await;
    is_ready(&app).await;
    let bootstrap = app.bootstrap().await.expect("bootstrap");
    assert_eq!((bootstrap.settings.theme, bootstrap.settings.language), (Theme::Dark, Language::De));
}

/// The last message of a conversation as a `kill -9` at this moment would leave it.
async fn left_behind(stage: &Stage, id: ConversationId) -> Option<String> {
    let copy = copy_of(&stage.home());
    let found = reopen(stage, copy.path()).open_conversation(id).await.ok()?;
    texts(&found).last().map(|text| (*text).to_owned())
}

/// What the disk holds at this moment. (The shared memory file is not copied: it does not outlive its processes.)
fn copy_of(home: &Path) -> tempfile::TempDir {
    let copy = tempfile::TempDir::new().expect("a folder");
    for file in ["hearth.db", "hearth.db-wal"] {
        std::fs::copy(home.join(file), copy.path().join(file)).expect("copied");
    }
    copy
}

fn reopen(stage: &Stage, home: &Path) -> App {
    App::new(hearth_core::Config { home: home.to_owned(), ..stage.config() })
}
