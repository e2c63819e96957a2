//! Messages are a tree: nothing is overwritten.

use hearth_core::{
    error::ErrorCode,
    view::{AnswerState, MessageBody},
};
use hearth_ipc::{FinishReason, Role};

use crate::stage::{Stage, answer_state, exchange, finished, follow_up, said, started, text, text_of, texts};

#[tokio::test]
async fn trying_again_makes_a_sibling_and_keeps_the_first_answer() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let (question, answer) = (first.messages[0].id, first.messages[1].id);

    let mut second = app.try_again(answer).await.expect("tried");
    let (conversation, id) = started(&mut second).await;
    assert_eq!(conversation.messages[1].parent, Some(question));
    assert_eq!(conversation.messages[1].siblings, [answer, id]);
    let request = engine.answer("Orange.").await;
    assert_eq!(request.messages, [said(Role::User, "Name a warm colour")]);
    finished(&mut second).await;

    assert_eq!(texts(&app.open_conversation(first.summary.id).await.expect("opened"))[1], "Orange.");
    assert_eq!(texts(&app.switch_branch(answer).await.expect("switched"))[1], "Red.");
    assert_eq!(texts(&app.open_conversation(first.summary.id).await.expect("opened"))[1], "Red.", "it stays switched");
}

#[tokio::test]
async fn editing_a_question_makes_a_sibling_with_an_answer_of_its_own() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let id = first.summary.id;
    let (longer, _) = follow_up(&app, &mut engine, id, "And a cold one", "Blue.").await;
    app.save_draft(Some(id), "half typed".into()).await.expect("saved");

    let mut edited = app.send(Some(id), None, "Name a warm word".into()).await.expect("sent");
    let (conversation, _) = started(&mut edited).await;
    assert_eq!(conversation.messages[0].siblings.len(), 2);
    assert_eq!(conversation.draft, "half typed", "an edit leaves the composer alone");
    let request = engine.answer("Hearth.").await;
    assert_eq!(request.messages, [said(Role::User, "Name a warm word")]);
    finished(&mut edited).await;

    assert_eq!(texts(&app.open_conversation(id).await.expect("opened")), ["Name a warm word", "Hearth."]);
    let back = app.switch_branch(longer.messages[0].id).await.expect("switched");
    assert_eq!(
        texts(&back),
        ["Name a warm colour", "Red.", "And a cold one", "Blue."],
        "a branch is shown down to its newest leaf"
    );
}

#[tokio::test]
async fn editing_a_later_question_keeps_what_came_before_it() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let first = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let id = first.summary.id;
    let (longer, _) = follow_up(&app, &mut engine, id, "And a cold one", "Blue.").await;
    let parent = longer.messages[2].parent;
    let mut edited = app.send(Some(id), parent, "And a loud one".into()).await.expect("sent");
    let (conversation, _) = started(&mut edited).await;
    assert_eq!(conversation.messages[2].siblings.len(), 2);
    let request = engine.answer("Yellow.").await;
    let expected =
        [said(Role::User, "Name a warm colour"), said(Role::Assistant, "Red."), said(Role::User, "And a loud one")];
    assert_eq!(request.messages, expected);
    finished(&mut edited).await;
}

#[tokio::test]
async fn continuing_appends_to_the_same_answer() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    let request = engine.begin("Once upon").await;
    engine.finish(request.id, FinishReason::ContextFull).await;
    assert_eq!(*answer_state(&finished(&mut answer).await), AnswerState::Cut);

    let mut more = app.continue_answer(id).await.expect("continued");
    let (again, same) = started(&mut more).await;
    assert_eq!((same, again.messages.len()), (id, 2), "no new message is made");
    assert_eq!((texts(&again)[1], answer_state(&again.messages[1])), ("Once upon", &AnswerState::Writing));
    let request = engine.begin(" a time").await;
    assert_eq!(request.messages, [said(Role::User, "Tell me a long story"), said(Role::Assistant, "Once upon")]);
    assert_eq!(text_of(&mut more, 7).await, " a time", "only what is new is told");
    engine.finish(request.id, FinishReason::EndOfTurn).await;
    let message = finished(&mut more).await;
    assert_eq!((text(&message), answer_state(&message)), ("Once upon a time", &AnswerState::Complete));
    let MessageBody::Assistant { stats: Some(stats), .. } = message.body else { panic!("no stats") };
    assert_eq!(stats.answer_tokens, 42, "both parts count");
    assert_eq!((stats.drafted_tokens, stats.accepted_tokens), (18, 14), "and so does what was guessed of them");
    let stored = app.open_conversation(conversation.summary.id).await.expect("opened");
    assert_eq!(texts(&stored)[1], "Once upon a time");
}

#[tokio::test]
async fn an_answer_that_is_still_empty_is_continued_from_the_question() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (_, id) = started(&mut answer).await;
    let request = engine.generate_request().await;
    app.stop(id);
    engine.obey_cancel(request.id).await;
    finished(&mut answer).await;

    let mut more = app.continue_answer(id).await.expect("continued");
    started(&mut more).await;
    let request = engine.answer("Once.").await;
    assert_eq!(request.messages, [said(Role::User, "Tell me a long story")]);
    assert_eq!(text(&finished(&mut more).await), "Once.");
}

#[tokio::test]
async fn a_refused_continuation_leaves_the_answer_as_it_was() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, id) = started(&mut answer).await;
    let request = engine.begin("Once").await;
    engine.finish(request.id, FinishReason::MaxTokens).await;
    finished(&mut answer).await;
    let before = app.open_conversation(conversation.summary.id).await.expect("opened");

    let mut more = app.continue_answer(id).await.expect("continued");
    started(&mut more).await;
    let request = engine.generate_request().await;
    engine.fail(request.id, hearth_ipc::FailureKind::ConversationRefused).await;
    let event = crate::stage::next(&mut more).await;
    let hearth_core::view::AnswerEvent::Refused { text, conversation, .. } = event else { panic!("not refused") };
    assert_eq!((text, conversation), (None, Some(before)));
}

#[tokio::test]
async fn a_complete_answer_has_nothing_to_continue() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let continued = app.continue_answer(conversation.messages[1].id).await.map(drop);
    assert_eq!(continued.expect_err("refused").code, ErrorCode::Internal);
    follow_up(&app, &mut engine, conversation.summary.id, "And a cold one", "Blue.").await;
}

#[tokio::test]
async fn a_question_is_no_answer_to_try_again() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let conversation = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let tried = app.try_again(conversation.messages[0].id).await.map(drop);
    assert_eq!(tried.expect_err("refused").code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_message_cannot_follow_one_of_another_conversation() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let one = exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    let other = exchange(&app, &mut engine, "Name a cold colour", "Blue.").await;
    let sent = app.send(Some(one.summary.id), Some(other.messages[1].id), "And now?".into()).await.map(drop);
    assert_eq!(sent.expect_err("refused").code, ErrorCode::NotFound);
    assert_eq!(app.open_conversation(one.summary.id).await.expect("opened"), one);
}
