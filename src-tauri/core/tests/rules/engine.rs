//! What happens when the engine dies, or cannot be started at all.

use std::time::{Duration, Instant};

use hearth_core::{
    App, Config,
    error::ErrorCode,
    view::{AnswerState, EngineState, Interruption},
};
use hearth_ipc::{ComputePath, Role};

use crate::choosing::use_starter;
use crate::stage::{Stage, answer_state, finished, is_ready, said, started, state, text, text_of};

#[tokio::test]
async fn a_crash_in_the_middle_of_an_answer_keeps_what_was_written_and_the_next_message_works() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    engine.begin("Once upon").await;
    text_of(&mut answer, 9).await;

    let died_at = Instant::now();
    engine.die();
    let message = finished(&mut answer).await;
    assert_eq!(text(&message), "Once upon");
    assert_eq!(*answer_state(&message), AnswerState::Interrupted { by: Interruption::Engine });

    let mut engine = stage.ready_engine().await;
    is_ready(&app).await;
    assert!(died_at.elapsed() < Duration::from_secs(2), "the engine must be back within two seconds");

    let mut more = app.continue_answer(id).await.expect("continued");
    started(&mut more).await;
    let request = engine.answer(" a time").await;
    assert_eq!(request.messages[1], said(Role::Assistant, "Once upon"));
    assert_eq!(text(&finished(&mut more).await), "Once upon a time");
    let stored = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(*answer_state(&stored.messages[1]), AnswerState::Complete);
}

#[tokio::test]
async fn a_message_sent_while_the_engine_is_down_waits_for_the_next_one() {
    let stage = Stage::new();
    let (app, engine) = stage.open().await;
    engine.die();
    let mut answer = app.send(None, None, "Are you still there?".into()).await.expect("not refused");
    started(&mut answer).await;
    let mut engine = stage.ready_engine().await;
    engine.answer("Again.").await;
    assert_eq!(text(&finished(&mut answer).await), "Again.");
}

#[tokio::test]
async fn an_engine_that_dies_at_the_very_moment_it_is_asked_is_replaced_unnoticed() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Are you still there?".into()).await.expect("sent");
    started(&mut answer).await;
    engine.generate_request().await;
    engine.die();
    let mut engine = stage.ready_engine().await;
    engine.answer("Yes.").await;
    let message = finished(&mut answer).await;
    assert_eq!((text(&message), answer_state(&message)), ("Yes.", &AnswerState::Complete));
}

/// With a model that needs not be looked up in the database, so that time can be paused: nothing real is waited for.
fn without_history(stage: &Stage) -> Config {
    Config { model_override: Some(stage.starter()), ..stage.config() }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_cannot_be_started_is_tried_four_times_and_then_told() {
    let stage = Stage::new();
    stage.break_launcher(true);
    let begun = tokio::time::Instant::now();
    let app = App::new(without_history(&stage));
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, .. } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::EngineUnavailable);
    assert_eq!(begun.elapsed().as_secs(), 5, "at once, after one second, after four");

    let sent = app.send(None, None, "Is anybody there?".into()).await.map(drop);
    assert_eq!(sent.expect_err("no hope").code, ErrorCode::EngineUnavailable, "the text stays in the composer");

    stage.break_launcher(false);
    app.reload_model().await.expect("tried again");
    let _engine = stage.ready_engine().await;
    is_ready(&app).await;
}

#[tokio::test(start_paused = true)]
async fn a_model_that_ends_every_engine_is_given_up() {
    let stage = Stage::new();
    let app = App::new(without_history(&stage));
    for _ in 0..2 {
        let mut engine = stage.engine().await;
        engine.hello().await;
        engine.load_request().await;
        engine.die();
    }
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, model } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::OutOfMemory, "a system that is out of memory ends programs like this");
    assert_eq!(model.map(|model| model.name).as_deref(), Some("starter"));

    use_starter(&app, &stage).await.expect("begun");
    let _engine = stage.ready_engine().await;
    is_ready(&app).await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_of_another_version_is_not_used() {
    let stage = Stage::new();
    let app = App::new(without_history(&stage));
    for _ in 0..4 {
        let mut engine = stage.engine().await;
        engine.say(hearth_ipc::Event::Hello { protocol: 0, build: "old".into(), path: ComputePath::Cpu }).await;
        assert_eq!(engine.request().await, None, "it is let go");
    }
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, .. } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::EngineUnavailable);
}

#[tokio::test]
async fn an_engine_that_does_not_end_when_asked_is_ended() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let closing = tokio::spawn(async move { app.shutdown().await });
    assert_eq!(engine.request().await, Some(hearth_ipc::Request::Shutdown));
    closing.await.expect("closed all the same");
    assert_eq!(engine.request().await, None, "its pipe is closed");
}
