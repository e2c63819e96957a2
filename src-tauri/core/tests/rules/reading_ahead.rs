//! What is read ahead of a question that is still being written, and when nothing is.

use hearth_core::{
    App, MESSAGE_LIMIT_CHARACTERS,
    error::ErrorCode,
    view::{AnswerState, Conversation, ConversationId, MessageId},
};
use hearth_ipc::{FailureKind, FinishReason, GenerateRequest, PrepareRequest, Request, RequestId, Role};

use crate::{
    choosing::{id, use_model},
    model_file,
    stage::{Stage, StagedEngine, answer_state, exchange, finished, follow_up, is_ready, said, soon, started, text},
};

async fn prepare(app: &App, conversation: Option<ConversationId>, parent: Option<MessageId>, text: &str) {
    app.prepare(conversation, parent, text.into()).await.expect("taken");
}

/// What is read ahead of a question, and what is asked when it is sent.
async fn ahead_and_sent(
    app: &App,
    engine: &mut StagedEngine,
    conversation: Option<ConversationId>,
    parent: Option<MessageId>,
    text: &str,
) -> (PrepareRequest, GenerateRequest) {
    prepare(app, conversation, parent, text).await;
    let ahead = engine.prepare().await;
    let mut answer = app.send(conversation, parent, text.into()).await.expect("sent");
    started(&mut answer).await;
    let sent = engine.answer("Yes.").await;
    finished(&mut answer).await;
    (ahead, sent)
}

/// Asks something, which tells whether anything was asked of the engine before: that would come first.
async fn nothing_was_read_ahead(app: &App, engine: &mut StagedEngine) {
    exchange(app, engine, "And what now?", "Nothing.").await;
}

fn end(conversation: &Conversation) -> Option<MessageId> {
    conversation.messages.last().map(|message| message.id)
}

/// The requests until the answer to be written has come, and whether `stopped` was cancelled.
async fn generate_around_cancel(engine: &mut StagedEngine, stopped: RequestId) -> GenerateRequest {
    let (mut generate, mut cancelled) = (None, false);
    while generate.is_none() || !cancelled {
        match engine.request().await {
            Some(Request::Generate(request)) => generate = Some(request),
            Some(Request::Cancel { id }) if id == stopped => cancelled = true,
            other => panic!("unexpected {other:?}"),
        }
    }
    generate.expect("it has come")
}

#[tokio::test]
async fn what_is_read_ahead_is_what_will_be_asked() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;

    let (ahead, sent) = ahead_and_sent(&app, &mut engine, None, None, " Name a warm colour\n").await;
    assert_eq!(ahead.messages, [said(Role::User, " Name a warm colour\n")], "a new chat");
    assert_eq!(ahead.messages, sent.messages);
    assert_eq!(ahead.conversation, None, "it has no name before it is stored");

    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let conversation = Some(first.summary.id);
    let (ahead, sent) = ahead_and_sent(&app, &mut engine, conversation, end(&first), "And a cold one").await;
    assert_eq!(ahead.messages.len(), 3, "a conversation goes on");
    assert_eq!((ahead.messages, ahead.conversation), (sent.messages, sent.conversation));

    let (ahead, sent) = ahead_and_sent(&app, &mut engine, conversation, None, "Name a warm word").await;
    assert_eq!(ahead.messages, [said(Role::User, "Name a warm word")], "the first question is edited");
    assert_eq!((ahead.messages, ahead.conversation), (sent.messages, sent.conversation));

    let (ahead, sent) = ahead_and_sent(&app, &mut engine, conversation, end(&first), "And a loud one").await;
    let expected =
        [said(Role::User, "Name a warm colour"), said(Role::Assistant, "Red."), said(Role::User, "And a loud one")];
    assert_eq!(ahead.messages, expected, "a later question is edited");
    assert_eq!((ahead.messages, ahead.conversation), (sent.messages, sent.conversation));
}

#[tokio::test]
async fn questions_around_an_answer_that_failed_are_read_ahead_together_as_they_are_asked() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    let (conversation, parent) = started(&mut answer).await;
    let request = engine.begin("Re").await;
    engine.fail(request.id, FailureKind::Internal).await;
    finished(&mut answer).await;

    let id = Some(conversation.summary.id);
    let (ahead, sent) = ahead_and_sent(&app, &mut engine, id, Some(parent), "Please").await;
    assert_eq!(ahead.messages, [said(Role::User, "Name a warm colour\n\nPlease")]);
    assert_eq!(ahead.messages, sent.messages);
}

#[tokio::test]
async fn reading_ahead_stores_nothing() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let before = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    app.save_draft(Some(before.summary.id), "And a".into()).await.expect("saved");
    let before = app.open_conversation(before.summary.id).await.expect("opened");

    prepare(&app, None, None, "Something new").await;
    engine.prepare().await;
    prepare(&app, Some(before.summary.id), end(&before), "And a cold one").await;
    engine.prepare().await;

    assert_eq!(app.open_conversation(before.summary.id).await.expect("opened"), before);
    assert_eq!(app.bootstrap().await.expect("bootstrap").conversations, [before.summary]);
}

#[tokio::test]
async fn nothing_is_read_ahead_of_a_question_that_cannot_be_sent() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    for text in [String::new(), " \n\t".into(), "ä".repeat(MESSAGE_LIMIT_CHARACTERS as usize + 1)] {
        prepare(&app, None, None, &text).await;
    }
    nothing_was_read_ahead(&app, &mut engine).await;
}

#[tokio::test]
async fn nothing_is_read_ahead_of_a_question_in_a_conversation_that_is_not_there() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let one = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let other = exchange(&app, &mut engine, "Name a cold colour", "Blue.").await;
    app.delete_conversation(other.summary.id).await.expect("deleted");
    for conversation in [Some(one.summary.id), Some(other.summary.id), None] {
        let error = app.prepare(conversation, end(&other), "And now?".into()).await.expect_err("refused");
        assert_eq!(error.code, ErrorCode::NotFound);
    }
    nothing_was_read_ahead(&app, &mut engine).await;
}

#[tokio::test]
async fn nothing_is_read_ahead_while_an_answer_is_written() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    let request = engine.begin("Once").await;
    prepare(&app, None, None, "Something else").await;
    prepare(&app, Some(conversation.summary.id), Some(id), "And then?").await;
    engine.finish(request.id, FinishReason::EndOfTurn).await;
    finished(&mut answer).await;
    nothing_was_read_ahead(&app, &mut engine).await;
}

#[tokio::test]
async fn nothing_is_read_ahead_before_the_model_is_ready() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    let mut engine = stage.engine().await;
    prepare(&app, None, None, "Are you there already?").await;
    engine.hello().await;
    let load = engine.load_request().await;
    prepare(&app, None, None, "Are you there already?").await;
    engine.loaded(&load).await;
    is_ready(&app).await;
    nothing_was_read_ahead(&app, &mut engine).await;

    prepare(&app, None, None, "Are you there now?").await;
    assert_eq!(engine.prepare().await.messages, [said(Role::User, "Are you there now?")]);
}

#[tokio::test]
async fn nothing_is_read_ahead_by_another_model_than_the_one_that_will_answer() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let of_starter = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let of_other = exchange(&app, &mut engine, "Name a cold colour", "Blue.").await;
    let other = app.open_model(model_file::write(stage.folder(), "other.gguf", "Other")).await.expect("opened");
    use_model(&app, Some(of_other.summary.id), &other.id).await.expect("chosen");
    engine.load().await;
    is_ready(&app).await;

    prepare(&app, Some(of_starter.summary.id), end(&of_starter), "And a cold one").await;
    prepare(&app, None, None, "Something new").await;
    prepare(&app, Some(of_other.summary.id), end(&of_other), "And a warm one").await;
    assert_eq!(engine.prepare().await.messages.len(), 3, "only what the loaded model will be asked");

    use_model(&app, None, &id(&stage.starter())).await.expect("chosen");
    engine.load().await;
    is_ready(&app).await;
    prepare(&app, None, None, "Something new").await;
    assert_eq!(engine.prepare().await.messages, [said(Role::User, "Something new")]);
}

#[tokio::test]
async fn what_is_written_later_takes_the_place_of_what_was_read_ahead_before() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    prepare(&app, None, None, "Name a").await;
    let first = engine.prepare_request().await;
    prepare(&app, None, None, "Name a warm colour").await;
    let second = engine.prepare_request().await;
    assert_eq!(second.messages, [said(Role::User, "Name a warm colour")]);
    assert_eq!(engine.request().await, Some(Request::Cancel { id: first.id }), "nobody wants the first any more");

    prepare(&app, None, None, " ").await;
    assert_eq!(engine.request().await, Some(Request::Cancel { id: second.id }), "everything was taken out again");
}

#[tokio::test]
async fn sending_ends_what_is_being_read_ahead_and_not_before_the_question_is_asked() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    prepare(&app, None, None, "Name a warm colour").await;
    let ahead = engine.prepare_request().await;
    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    started(&mut answer).await;
    // Up to here it may have read more of what is now asked.
    let sent = engine.generate_request().await;
    assert_eq!(sent.messages, ahead.messages);
    assert_eq!(engine.request().await, Some(Request::Cancel { id: ahead.id }));
    engine.fail(ahead.id, FailureKind::Cancelled).await;
    engine.started(sent.id, 0).await;
    engine.delta(sent.id, "Red.").await;
    engine.finish(sent.id, FinishReason::EndOfTurn).await;
    assert_eq!(text(&finished(&mut answer).await), "Red.");
}

#[tokio::test]
async fn trying_again_ends_what_is_being_read_ahead() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    prepare(&app, Some(conversation.summary.id), end(&conversation), "And a cold one").await;
    let ahead = engine.prepare_request().await;
    let mut answer = app.try_again(conversation.messages[1].id).await.expect("tried");
    started(&mut answer).await;
    let sent = generate_around_cancel(&mut engine, ahead.id).await;
    engine.fail(ahead.id, FailureKind::Cancelled).await;
    engine.finish(sent.id, FinishReason::EndOfTurn).await;
    finished(&mut answer).await;
}

#[tokio::test]
async fn nobody_hears_of_a_failure_to_read_ahead() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    for kind in [FailureKind::Busy, FailureKind::MessageTooLong { tokens: 9, limit: 8 }, FailureKind::Internal] {
        prepare(&app, None, None, "Name a warm colour").await;
        let ahead = engine.prepare_request().await;
        engine.fail(ahead.id, kind).await;
    }
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    assert_eq!(*answer_state(&conversation.messages[1]), AnswerState::Complete);
    follow_up(&app, &mut engine, conversation.summary.id, "And a cold one", "Blue.").await;
}

#[tokio::test]
async fn an_engine_that_dies_while_it_reads_ahead_is_started_again_and_answers() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    prepare(&app, None, None, "Name a warm colour").await;
    engine.prepare_request().await;
    engine.die();
    let mut engine = stage.ready_engine().await;
    is_ready(&app).await;
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
}

#[tokio::test]
async fn an_app_that_is_gone_has_nothing_read_ahead() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    prepare(&app, None, None, "Name a warm colour").await;
    let ahead = engine.prepare_request().await;
    drop(app);
    let rest = soon("the end of the pipe", async {
        let mut rest = Vec::new();
        while let Some(request) = engine.request().await {
            rest.push(request);
        }
        rest
    })
    .await;
    assert!(rest.contains(&Request::Cancel { id: ahead.id }), "{rest:?}");
}
