//! The list of conversations, their names, and what is typed but not sent.

use std::{fs, path::PathBuf};

use hearth_core::{App, error::ErrorCode, view::ConversationId};

use crate::stage::{Stage, exchange, finished, follow_up, soon, started};

const DAY: u32 = 24 * 60 * 60;

#[tokio::test]
async fn the_conversation_with_the_newest_message_comes_first() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let one = exchange(&app, &mut engine, "The first of three", "One.").await.summary.id;
    let two = exchange(&app, &mut engine, "The second of three", "Two.").await.summary.id;
    // Even a clock that is set back does not change the order.
    stage.clock.advance(u32::MAX - DAY);
    follow_up(&app, &mut engine, one, "More of the first", "One more.").await;
    let order: Vec<_> = app.bootstrap().await.expect("bootstrap").conversations.iter().map(|one| one.id).collect();
    assert_eq!(order, [one, two]);
}

#[tokio::test]
async fn a_title_is_made_from_the_question_at_once_if_it_says_enough() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "How do I bake bread? I have flour.".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    assert_eq!(conversation.summary.title.as_deref(), Some("How do I bake bread?"));
    engine.answer("# Bread\n\nTake flour.").await;
    finished(&mut answer).await;
    let after = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(after.summary.title.as_deref(), Some("How do I bake bread?"));
}

#[tokio::test]
async fn a_short_question_leaves_the_title_to_the_answer() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Bread?".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    assert_eq!(conversation.summary.title, None);
    engine.answer("Sure.\n\n## Baking **bread** at home\n\nTake flour.").await;
    finished(&mut answer).await;
    let after = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(after.summary.title.as_deref(), Some("Baking bread at home"));
}

#[tokio::test]
async fn a_name_that_a_person_gave_is_never_replaced() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Bread?".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let id = conversation.summary.id;
    let renamed = app.rename_conversation(id, "  Sunday\n baking ".into()).await.expect("renamed");
    assert_eq!(renamed.title.as_deref(), Some("Sunday baking"));
    engine.answer("# Bread").await;
    finished(&mut answer).await;
    follow_up(&app, &mut engine, id, "What about cake then", "Cake.").await;
    assert_eq!(app.open_conversation(id).await.expect("opened").summary.title.as_deref(), Some("Sunday baking"));
    let unchanged = app.rename_conversation(id, " \n ".into()).await.expect("renamed");
    assert_eq!(unchanged.title.as_deref(), Some("Sunday baking"), "an empty name names nothing");
}

#[tokio::test]
async fn a_deleted_conversation_can_be_brought_back_as_it_was() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let id = conversation.summary.id;
    app.delete_conversation(id).await.expect("deleted");
    assert!(app.bootstrap().await.expect("bootstrap").conversations.is_empty());
    assert_eq!(app.open_conversation(id).await.expect_err("gone").code, ErrorCode::NotFound);
    assert_eq!(app.delete_conversation(id).await.expect_err("gone").code, ErrorCode::NotFound);
    let sent = app.send(Some(id), None, "Anybody in there?".into()).await.map(drop);
    assert_eq!(sent.expect_err("gone").code, ErrorCode::NotFound);
    let switched = app.switch_branch(conversation.messages[1].id).await;
    assert_eq!(switched.expect_err("gone").code, ErrorCode::NotFound);

    assert_eq!(app.restore_conversation(id).await.expect("restored"), conversation.summary);
    assert_eq!(app.open_conversation(id).await.expect("opened"), conversation);
}

#[tokio::test]
async fn a_conversation_is_gone_for_good_30_days_after_it_was_deleted() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let old = exchange(&app, &mut engine, "The older of two", "One.").await.summary.id;
    let recent = exchange(&app, &mut engine, "The newer of two", "Two.").await.summary.id;
    app.delete_conversation(old).await.expect("deleted");
    stage.clock.advance(2 * DAY);
    app.delete_conversation(recent).await.expect("deleted");
    stage.clock.advance(29 * DAY);

    let app = App::new(stage.config());
    assert_eq!(app.restore_conversation(old).await.expect_err("gone").code, ErrorCode::NotFound);
    app.restore_conversation(recent).await.expect("still there");
}

/// What the engine keeps of a conversation, as if it had.
fn remember(stage: &Stage, id: ConversationId) -> PathBuf {
    let folder = stage.home().join("cache").join("conversations").join(id.0.to_string());
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("state"), b"keys and values").expect("a file");
    folder
}

#[tokio::test]
async fn what_the_model_remembers_goes_with_its_conversation_and_stays_while_that_can_be_restored() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let old = exchange(&app, &mut engine, "The older of three", "One.").await.summary.id;
    let recent = exchange(&app, &mut engine, "The newer of three", "Two.").await.summary.id;
    let kept = exchange(&app, &mut engine, "The one that stays", "Three.").await.summary.id;
    let folders = [old, recent, kept].map(|id| remember(&stage, id));
    let foreign = folders[0].with_file_name("notes");
    fs::create_dir(&foreign).expect("a folder");
    app.delete_conversation(old).await.expect("deleted");
    stage.clock.advance(2 * DAY);
    app.delete_conversation(recent).await.expect("deleted");
    assert!(folders[0].exists(), "it can still be restored");
    stage.clock.advance(29 * DAY);

    let app = App::new(stage.config());
    soon("the end of what is not needed", async {
        while folders[0].exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    app.restore_conversation(recent).await.expect("still there");
    assert!(folders[1].exists() && folders[2].exists(), "these can be opened again");
    assert!(foreign.exists(), "what is of no conversation is none of the app's business");
}

#[tokio::test]
async fn each_request_says_whose_memory_it_is() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut ids = Vec::new();
    for question in ["The first of two", "The second of two"] {
        let mut answer = app.send(None, None, question.into()).await.expect("sent");
        let (conversation, _) = started(&mut answer).await;
        let request = engine.answer("Yes.").await;
        assert_eq!(request.conversation, Some(conversation.summary.id.0.to_string()));
        finished(&mut answer).await;
        ids.push(conversation.summary.id);
    }
    assert_ne!(ids[0], ids[1]);
    let (_, request) = follow_up(&app, &mut engine, ids[0], "More of the first", "One more.").await;
    assert_eq!(request.conversation, Some(ids[0].0.to_string()));
}

#[tokio::test]
async fn each_composer_keeps_its_own_draft() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let id = conversation.summary.id;
    app.save_draft(None, "a new chat".into()).await.expect("saved");
    app.save_draft(Some(id), "and".into()).await.expect("saved");
    app.save_draft(Some(id), "and a cold".into()).await.expect("saved");

    let reopened = App::new(stage.config());
    assert_eq!(reopened.bootstrap().await.expect("bootstrap").new_chat_draft, "a new chat");
    assert_eq!(reopened.open_conversation(id).await.expect("opened").draft, "and a cold");

    let (after, _) = follow_up(&app, &mut engine, id, "and a cold one", "Blue.").await;
    assert_eq!(after.draft, "", "what was sent is no draft any more");
    assert_eq!(app.bootstrap().await.expect("bootstrap").new_chat_draft, "a new chat");
    app.save_draft(None, String::new()).await.expect("saved");
    assert_eq!(app.bootstrap().await.expect("bootstrap").new_chat_draft, "");
}

#[tokio::test]
async fn a_draft_needs_its_conversation() {
    let stage = Stage::new();
    let (app, _engine) = stage.open().await;
    let saved = app.save_draft(Some(hearth_core::view::ConversationId(77)), "x".into()).await;
    assert_eq!(saved.expect_err("refused").code, ErrorCode::NotFound);
}
