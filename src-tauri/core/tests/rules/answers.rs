//! How an answer is written, stopped and refused.

use futures::StreamExt;
use hearth_core::{
    App, MESSAGE_LIMIT_CHARACTERS,
    error::ErrorCode,
    view::{AnswerEvent, AnswerState, MessageBody},
};
use hearth_ipc::{Event, FailureKind, FinishReason, Request, Role};

use crate::stage::{
    Stage, answer_state, exchange, finished, follow_up, next, said, soon, started, text, text_of, texts,
};

#[tokio::test]
async fn an_answer_is_told_from_its_start_to_its_end() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Name three warm colours".into()).await.expect("sent");

    let (conversation, id) = started(&mut answer).await;
    assert_eq!(texts(&conversation), ["Name three warm colours", ""]);
    assert_eq!(conversation.messages[1].id, id);
    assert_eq!(*answer_state(&conversation.messages[1]), AnswerState::Writing);

    let request = engine.generate_request().await;
    assert_eq!(request.messages, [said(Role::User, "Name three warm colours")]);
    engine.say(Event::Reading { id: request.id, tokens_read: 5, tokens_total: 10 }).await;
    assert_eq!(next(&mut answer).await, AnswerEvent::Reading { tokens_read: 5, tokens_total: 10 });
    engine.started(request.id, 0).await;
    engine.delta(request.id, "Red.").await;
    assert_eq!(next(&mut answer).await, AnswerEvent::Delta { text: "Red.".into() });
    engine.finish(request.id, FinishReason::EndOfTurn).await;

    let message = finished(&mut answer).await;
    let MessageBody::Assistant { text, state, model, remembered_from, stats } = &message.body else {
        panic!("not an answer");
    };
    assert_eq!((text.as_str(), state, model.as_str()), ("Red.", &AnswerState::Complete, "starter"));
    assert_eq!(*remembered_from, None);
    let stats = stats.as_ref().expect("known in the end");
    assert_eq!((stats.prompt_tokens, stats.reused_tokens, stats.restored_tokens), (10, 4, 3));
    assert_eq!((stats.answer_tokens, stats.drafted_tokens, stats.accepted_tokens), (21, 9, 7));
    assert_eq!(stats.device.as_deref(), Some("CPU"));
    assert!((stats.tokens_per_second - 200.0).abs() < 0.1, "20 tokens after the first in 100 ms");
    let stored = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(stored.messages[1], message, "what is told is what is stored");
}

#[tokio::test]
async fn a_flood_of_tokens_is_told_in_few_events_and_without_loss() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Count as far as you can".into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.generate_request().await;
    engine.started(request.id, 0).await;

    let begun = std::time::Instant::now();
    let mut written = String::new();
    for number in 0..3000 {
        let more = format!("{number} ");
        engine.delta(request.id, &more).await;
        written.push_str(&more);
    }
    engine.finish(request.id, FinishReason::MaxTokens).await;
    let mut told = String::new();
    let mut events = 0_u32;
    let message = loop {
        match next(&mut answer).await {
            AnswerEvent::Delta { text } => {
                told.push_str(&text);
                events += 1;
            }
            AnswerEvent::Finished { message, .. } => break message,
            other => panic!("unexpected {other:?}"),
        }
    };
    assert_eq!(told, written);
    assert_eq!(text(&message), written);
    assert_eq!(*answer_state(&message), AnswerState::Cut);
    let most = begun.elapsed().as_secs_f64() / 0.016 + 3.0;
    assert!(f64::from(events) <= most, "{events} events where {most:.0} are enough for a screen");
}

#[tokio::test]
async fn stopping_keeps_what_was_written() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    let request = engine.begin("Once upon").await;
    text_of(&mut answer, 9).await;

    app.stop(id);
    engine.obey_cancel(request.id).await;

    let message = finished(&mut answer).await;
    assert_eq!((text(&message), answer_state(&message)), ("Once upon", &AnswerState::Stopped));
    let stored = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(stored.messages[1], message);
}

#[tokio::test]
async fn dropping_the_stream_stops_the_answer_and_keeps_what_was_written() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let request = engine.begin("Once upon").await;
    text_of(&mut answer, 9).await;

    drop(answer);
    engine.obey_cancel(request.id).await;

    // The next answer can only begin when the first has been put away.
    let stored = soon("the end of the first answer", async {
        loop {
            let stored = app.open_conversation(conversation.summary.id).await.expect("opened");
            if *answer_state(&stored.messages[1]) != AnswerState::Writing {
                break stored;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(texts(&stored)[1], "Once upon");
    assert_eq!(*answer_state(&stored.messages[1]), AnswerState::Stopped);
}

#[tokio::test]
async fn only_one_answer_is_written_at_a_time() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut first = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut first).await;
    let request = engine.begin("Once").await;

    let second = app.send(None, None, "And something else".into()).await.map(drop);
    assert_eq!(second.expect_err("refused").code, ErrorCode::AlreadyAnswering);
    let again = app.try_again(id).await.map(drop);
    assert_eq!(again.expect_err("refused").code, ErrorCode::AlreadyAnswering);
    let bootstrap = app.bootstrap().await.expect("bootstrap");
    assert_eq!(bootstrap.conversations.len(), 1, "what is refused is not stored");

    engine.finish(request.id, FinishReason::EndOfTurn).await;
    finished(&mut first).await;
    follow_up(&app, &mut engine, conversation.summary.id, "Go on with it", "And then").await;
}

#[tokio::test]
async fn a_message_sent_while_the_model_loads_waits_for_it() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    let mut engine = stage.engine().await;
    let mut answer = app.send(None, None, "Are you there already?".into()).await.expect("not refused");
    started(&mut answer).await;
    engine.hello().await;
    engine.load().await;
    engine.answer("Now I am.").await;
    assert_eq!(text(&finished(&mut answer).await), "Now I am.");
}

#[tokio::test]
async fn an_answer_that_still_waits_for_the_model_can_be_stopped() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    let mut engine = stage.engine().await;
    engine.hello().await;
    let mut answer = app.send(None, None, "Are you there already?".into()).await.expect("not refused");
    let (_, id) = started(&mut answer).await;
    app.stop(id);
    let message = finished(&mut answer).await;
    assert_eq!((text(&message), answer_state(&message)), ("", &AnswerState::Stopped));
}

#[tokio::test]
async fn a_message_too_long_for_the_model_goes_back_to_the_composer_and_leaves_no_trace() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    app.save_draft(None, "A question far too long".into()).await.expect("saved");
    let mut answer = app.send(None, None, "A question far too long".into()).await.expect("sent");
    started(&mut answer).await;
    assert_eq!(app.bootstrap().await.expect("bootstrap").new_chat_draft, "", "what is sent is no draft any more");
    let request = engine.generate_request().await;
    engine.fail(request.id, FailureKind::MessageTooLong { tokens: 9000, limit: 8000 }).await;

    let AnswerEvent::Refused { error, text, conversation } = next(&mut answer).await else { panic!("not refused") };
    assert_eq!(error.code, ErrorCode::MessageTooLong);
    assert_eq!((error.details.amount, error.details.limit), (Some(9000), Some(8000)));
    assert_eq!(text.as_deref(), Some("A question far too long"));
    assert_eq!(conversation, None, "the conversation began with it");
    assert!(soon("the end", answer.next()).await.is_none());
    let bootstrap = app.bootstrap().await.expect("bootstrap");
    assert!(bootstrap.conversations.is_empty());
    assert_eq!(bootstrap.new_chat_draft, "A question far too long");
}

#[tokio::test]
async fn a_refused_message_leaves_its_conversation_as_it_was() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let before = exchange(&app, &mut engine, "Hi", "Hello, what can I do?").await;
    stage.clock.advance(60);
    let (id, parent) = (before.summary.id, before.messages.last().map(|message| message.id));
    let mut answer = app.send(Some(id), parent, "Much too long a message".into()).await.expect("sent");
    started(&mut answer).await;
    app.save_draft(Some(id), "typed since".into()).await.expect("saved");
    let request = engine.generate_request().await;
    engine.fail(request.id, FailureKind::MessageTooLong { tokens: 9, limit: 8 }).await;

    let AnswerEvent::Refused { text, conversation, .. } = next(&mut answer).await else { panic!("not refused") };
    assert_eq!(text.as_deref(), Some("Much too long a message"));
    let after = conversation.expect("still there");
    assert_eq!((&after.summary, &after.messages), (&before.summary, &before.messages));
    assert_eq!(after.draft, "Much too long a message\n\ntyped since", "neither text is lost");
}

#[tokio::test]
async fn a_refused_new_try_leaves_question_and_first_answer() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let before = exchange(&app, &mut engine, "Name three warm colours", "Red.").await;
    let mut answer = app.try_again(before.messages[1].id).await.expect("tried");
    started(&mut answer).await;
    let request = engine.generate_request().await;
    engine.fail(request.id, FailureKind::MessageTooLong { tokens: 9, limit: 8 }).await;
    let AnswerEvent::Refused { text, conversation, .. } = next(&mut answer).await else { panic!("not refused") };
    assert_eq!((text, conversation), (None, Some(before)));
}

#[tokio::test]
async fn a_message_over_the_apps_limit_is_refused_with_its_count_and_not_stored() {
    let stage = Stage::new();
    let (app, _engine) = stage.open().await;
    let text = "ä".repeat(1_000_000);
    let error = app.send(None, None, text).await.map(drop).expect_err("refused");
    assert_eq!(error.code, ErrorCode::MessageTooManyCharacters);
    assert_eq!((error.details.amount, error.details.limit), (Some(1_000_000), Some(MESSAGE_LIMIT_CHARACTERS)));
    assert!(app.bootstrap().await.expect("bootstrap").conversations.is_empty());
}

#[tokio::test]
async fn a_fault_of_the_engine_is_told_and_the_next_question_leaves_that_answer_out() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Name three warm colours".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    let request = engine.begin("Re").await;
    engine.fail(request.id, FailureKind::Internal).await;
    let message = finished(&mut answer).await;
    let AnswerState::Failed { error } = answer_state(&message) else { panic!("not failed") };
    assert_eq!((error.code, text(&message)), (ErrorCode::Internal, "Re"));

    let mut answer = app.send(Some(conversation.summary.id), Some(id), "Please".into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.answer("Red.").await;
    assert_eq!(request.messages, [said(Role::User, "Name three warm colours\n\nPlease")]);
    finished(&mut answer).await;
}

#[tokio::test]
async fn what_the_model_remembers_is_told_as_a_message() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let first = exchange(&app, &mut engine, "My name is Ada Lovelace", "Hello, Ada.").await;
    let id = first.summary.id;
    let parent = first.messages.last().map(|message| message.id);
    let mut answer = app.send(Some(id), parent, "What is my name?".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let question = conversation.messages[2].id;
    let request = engine.generate_request().await;
    engine.started(request.id, 2).await;
    assert_eq!(next(&mut answer).await, AnswerEvent::Remembered { from: question });
    engine.finish(request.id, FinishReason::EndOfTurn).await;
    let message = finished(&mut answer).await;
    let MessageBody::Assistant { remembered_from, .. } = message.body else { panic!("not an answer") };
    assert_eq!(remembered_from, Some(question));
    let stored = app.open_conversation(id).await.expect("opened");
    assert_eq!(stored.messages[3], message);
}

#[tokio::test]
async fn an_engine_that_is_just_changing_its_model_is_asked_again() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Name three warm colours".into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.generate_request().await;
    engine.fail(request.id, FailureKind::Busy).await;
    engine.answer("Red.").await;
    assert_eq!(text(&finished(&mut answer).await), "Red.");
}

#[tokio::test]
async fn deleting_a_conversation_stops_the_answer_in_it() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let request = engine.begin("Once").await;
    app.delete_conversation(conversation.summary.id).await.expect("deleted");
    engine.obey_cancel(request.id).await;
    assert_eq!(*answer_state(&finished(&mut answer).await), AnswerState::Stopped);
}

#[tokio::test]
async fn stopping_everything_stops_whatever_is_written() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.generate_request().await;
    app.stop_all();
    assert_eq!(engine.request().await, Some(Request::Cancel { id: request.id }));
    engine.fail(request.id, FailureKind::Cancelled).await;
    assert_eq!(*answer_state(&finished(&mut answer).await), AnswerState::Stopped);
}
