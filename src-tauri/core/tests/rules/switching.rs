//! Which model answers in which conversation.

use std::{fs, path::PathBuf};

use hearth_core::{
    App,
    error::ErrorCode,
    view::{ConversationId, LocalModelId, MessageBody, NamedModel},
};

use crate::{
    choosing::{id, use_model},
    computer::{Computer, library, model_of},
    model_file,
    stage::{StagedEngine, exchange, finished, follow_up, is_ready, started},
};

/// A computer with one more model than the starter.
fn two_models() -> (Computer, PathBuf) {
    let computer = Computer::new(Vec::new());
    let snapshot = computer.cache().join("models--ada--tiny/snapshots").join("a".repeat(40));
    fs::create_dir_all(&snapshot).expect("made");
    let other = model_file::write(&snapshot, "Other-1B-Q4_K_M.gguf", "Other");
    (computer, other)
}

async fn choose(app: &App, conversation: Option<ConversationId>, model: &LocalModelId) {
    use_model(app, conversation, model).await.expect("chosen");
}

fn writer(body: &MessageBody) -> &str {
    match body {
        MessageBody::Assistant { model, .. } => model,
        MessageBody::User { .. } => panic!("not an answer"),
    }
}

/// Asks on in a conversation whose model has to be loaded first, and says which file that was.
async fn ask_with_load(app: &App, engine: &mut StagedEngine, conversation: ConversationId) -> (PathBuf, String) {
    let parent = app.open_conversation(conversation).await.expect("opened").messages.last().map(|last| last.id);
    let mut answer = app.send(Some(conversation), parent, "And a cold one?".into()).await.expect("sent");
    started(&mut answer).await;
    let load = engine.load().await;
    engine.answer("Blue.").await;
    let message = finished(&mut answer).await;
    (load.path, writer(&message.body).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_chosen_in_the_middle_of_a_conversation_answers_there_and_nowhere_else() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let second = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    assert_eq!(first.model, None);
    library(&app).await;

    choose(&app, Some(first.summary.id), &id(&other)).await;
    assert_eq!(engine.load().await.path, other, "the running one is unloaded");
    let (first, _) = follow_up(&app, &mut engine, first.summary.id, "And a cold one?", "Blue.").await;
    assert_eq!(first.model, Some(NamedModel { id: id(&other), name: "Other 1B".into() }));
    assert_eq!(writer(&first.messages[3].body), "Other 1B");
    assert_eq!(writer(&first.messages[1].body), "starter", "what was written before stays as it is");

    let asked = ask_with_load(&app, &mut engine, second.summary.id).await;
    assert_eq!(asked, (computer.stage.starter(), "starter".into()), "elsewhere the default answers");
    let asked = ask_with_load(&app, &mut engine, first.summary.id).await;
    assert_eq!(asked, (other, "Other 1B".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_keeps_its_model_and_new_ones_use_the_default() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    library(&app).await;
    choose(&app, Some(conversation.summary.id), &id(&other)).await;
    engine.load().await;
    is_ready(&app).await;
    drop(app);
    drop(engine);

    let (app, mut engine) = computer.open().await;
    let asked = ask_with_load(&app, &mut engine, conversation.summary.id).await;
    assert_eq!(asked.0, other);
    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    started(&mut answer).await;
    assert_eq!(engine.load().await.path, computer.stage.starter());
    engine.answer("Red.").await;
    finished(&mut answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_that_was_chosen_answers_in_new_conversations_and_survives() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    library(&app).await;
    choose(&app, None, &id(&other)).await;
    assert_eq!(engine.load().await.path, other);
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    assert_eq!(conversation.model, None, "it follows the default");
    assert_eq!(writer(&conversation.messages[1].body), "Other 1B");
    choose(&app, None, &id(&computer.stage.starter())).await;
    assert_eq!(engine.load().await.path, computer.stage.starter());
    let (conversation, _) = follow_up(&app, &mut engine, conversation.summary.id, "And a cold one?", "Blue.").await;
    assert_eq!(writer(&conversation.messages[3].body), "starter");
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_again_asks_the_conversation_s_model() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    library(&app).await;
    choose(&app, Some(first.summary.id), &id(&other)).await;
    engine.load().await;
    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    started(&mut answer).await;
    assert_eq!(engine.load().await.path, computer.stage.starter());
    engine.answer("Red.").await;
    finished(&mut answer).await;

    let mut answer = app.try_again(first.messages[1].id).await.expect("begun");
    let (conversation, _) = started(&mut answer).await;
    assert_eq!(writer(&conversation.messages[1].body), "Other 1B");
    assert_eq!(engine.load().await.path, other);
    engine.answer("Orange.").await;
    finished(&mut answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_a_model_that_is_gone_or_damaged_is_refused_unstored() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    let mine = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    library(&app).await;
    choose(&app, Some(mine.summary.id), &id(&other)).await;
    engine.load().await;
    // Another conversation takes the engine.
    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    started(&mut answer).await;
    engine.load().await;
    engine.answer("Red.").await;
    finished(&mut answer).await;

    let before = app.open_conversation(mine.summary.id).await.expect("opened");
    let last = before.messages.last().map(|last| last.id);
    for (bytes, code) in [(Some("not a model"), ErrorCode::ModelDamaged), (None, ErrorCode::ModelMissing)] {
        match bytes {
            Some(bytes) => fs::write(&other, bytes).expect("written"),
            None => fs::remove_file(&other).expect("removed"),
        }
        let refused = app.send(Some(mine.summary.id), last, "And a cold one?".into()).await.map(drop);
        let error = refused.expect_err("refused");
        assert_eq!((error.code, error.details.path), (code, Some(other.to_string_lossy().into_owned())));
        assert_eq!(app.open_conversation(mine.summary.id).await.expect("opened"), before);
    }
    choose(&app, Some(mine.summary.id), &id(&computer.stage.starter())).await;
    follow_up(&app, &mut engine, mine.summary.id, "And a cold one?", "Blue.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_model_that_was_found_and_can_be_used_can_be_chosen() {
    let (computer, other) = two_models();
    fs::write(other.with_file_name("damaged.gguf"), "not a model").expect("written");
    fs::write(other.with_file_name("whisper.gguf"), model_file::bytes("Whisper", "whisper")).expect("written");
    let secret = model_file::write(computer.stage.folder(), "elsewhere.gguf", "Elsewhere");
    let (app, _engine) = computer.open().await;
    let found = library(&app).await;
    for (path, code) in [
        (secret, ErrorCode::NotFound),
        (other.with_file_name("damaged.gguf"), ErrorCode::ModelDamaged),
        (other.with_file_name("whisper.gguf"), ErrorCode::ModelUnsupported),
    ] {
        let refused = use_model(&app, None, &id(&path)).await;
        assert_eq!(refused.expect_err("refused").code, code, "{path:?}");
    }
    let gone = Some(ConversationId(99));
    let refused = use_model(&app, gone, &id(&other)).await;
    assert_eq!(refused.expect_err("refused").code, ErrorCode::NotFound);
    assert!(found.models.iter().any(|model| model.id == id(&other)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_says_when_it_last_answered_and_comes_first() {
    let (computer, other) = two_models();
    let (app, mut engine) = computer.open().await;
    assert_eq!(library(&app).await.models[0].last_used_at, None);
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    computer.stage.clock.advance(60);
    choose(&app, None, &id(&other)).await;
    engine.load().await;
    let shown = library(&app).await;
    assert_eq!(model_of(&shown, &id(&other)).last_used_at, None, "to be loaded is not to answer");
    assert_eq!(shown.models[0].last_used_at, Some(1_800_000_000), "the one that has answered comes first");
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let shown = library(&app).await;
    assert_eq!((&shown.models[0].id, shown.models[0].last_used_at), (&id(&other), Some(1_800_000_060)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_follows_the_starter_model_to_where_an_update_has_put_it() {
    let (computer, _) = two_models();
    let (app, mut engine) = computer.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    library(&app).await;
    choose(&app, Some(conversation.summary.id), &id(&computer.stage.starter())).await;
    app.shutdown().await;
    drop(app);

    let moved = model_file::write(&computer.stage.home(), "starter.gguf", "Starter");
    fs::remove_file(computer.stage.starter()).expect("removed");
    let mut config = computer.config();
    config.starter_model.path.clone_from(&moved);
    let app = App::new(config);
    let mut engine = computer.stage.ready_engine().await;
    is_ready(&app).await;
    let (found, _) = follow_up(&app, &mut engine, conversation.summary.id, "And a cold one?", "Blue.").await;
    assert_eq!(found.model.map(|model| model.id), Some(id(&moved)));
    assert_eq!(library(&app).await.models.iter().filter(|model| model.is_starter).count(), 1);
}
