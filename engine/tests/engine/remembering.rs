//! Conversations longer than the context.

use hearth_ipc::{ChatMessage, FailureKind, FinishReason, GenerateRequest};

use crate::process::{Engine, ask, assistant, system, user};

/// A conversation of `turns` turns, about 60 tokens each, with a question at its end.
fn long_conversation(turns: usize) -> Vec<ChatMessage> {
    let mut messages = vec![system("You answer briefly.")];
    for turn in 0..turns {
        messages.push(user(format!("Question number {turn}: what can be seen from the tower on a clear morning?")));
        messages.push(assistant(format!("Answer number {turn}: the harbour, two islands, and the ferry coming in.")));
    }
    messages.push(user("What did I ask you about?"));
    messages
}

#[test]
fn whole_oldest_turns_leave_when_the_context_is_too_small() {
    let mut engine = Engine::with_starter_model(Some(512));
    let conversation = long_conversation(30);
    let answer = engine.answer(ask(conversation.clone(), 4)).expect("an answer");

    let from = answer.remembered_from.expect("it has started") as usize;
    assert!(from > 1, "not all can be remembered");
    assert!(from < conversation.len() - 1, "more than the last question is");
    assert_eq!(from % 2, 1, "it begins with a question: {from}");
    assert!(answer.stats.prompt_tokens <= 512 - 128, "room is left for the answer: {:?}", answer.stats);

    // What is remembered is exactly this: the system prompt and the messages from there on.
    let shorter = [&conversation[..1], &conversation[from..]].concat();
    let same = engine.answer(ask(shorter, 4)).expect("an answer");
    assert_eq!(same.stats.prompt_tokens, answer.stats.prompt_tokens);
    assert_eq!(same.text, answer.text);
}

#[test]
fn after_turns_have_left_the_next_questions_reuse_the_cache_again() {
    let mut engine = Engine::with_starter_model(Some(512));
    let mut reading_again = 0;
    let questions = 24;
    for turns in 0..questions {
        let stats = engine.answer(ask(long_conversation(turns), 1)).expect("an answer").stats;
        // Else only the last turn is new, and the last question before it.
        if stats.reused_tokens < stats.prompt_tokens / 2 {
            reading_again += 1;
        }
    }
    assert!(reading_again <= questions / 2, "{reading_again} of {questions} were read again from the start");
}

#[test]
fn a_message_that_is_too_long_by_itself_is_refused_with_how_much() {
    let mut engine = Engine::with_starter_model(Some(512));
    let id = engine.begin(ask(vec![user("Hello"), assistant("Hi"), user("river ".repeat(1000))], 4));
    // `finish` would have seen reading or text before this.
    let failure = engine.finish(id).expect_err("it does not fit");
    let FailureKind::MessageTooLong { tokens, limit } = failure.kind else { panic!("{failure:?}") };
    assert_eq!(limit, 512 - 128);
    assert!((1000..1100).contains(&tokens), "{tokens} for a thousand words");
    engine.answer(ask(vec![user("Hello")], 4)).expect("a shorter one is answered");
}

#[test]
fn an_answer_that_fills_the_context_ends_there_and_can_be_continued() {
    let mut engine = Engine::with_starter_model(Some(256));
    let question = user("Write a very long story about a lighthouse keeper, with every detail of his days.");
    let request = GenerateRequest { max_tokens: None, ..ask(vec![question.clone()], 0) };
    let answer = engine.answer(request).expect("an answer");
    assert_eq!(answer.reason, FinishReason::ContextFull, "{}", answer.text);
    // The last token chosen is shown, but need not be in the cache.
    assert_eq!(answer.stats.prompt_tokens + answer.stats.answer_tokens, 256 + 1);

    let continued = engine.answer(ask(vec![question, assistant(answer.text)], 8)).expect("it goes on");
    assert!(!continued.text.is_empty());
    assert!(continued.stats.prompt_tokens <= 256 - 64);
}

#[test]
fn a_conversation_without_a_message_is_refused() {
    let mut engine = Engine::with_starter_model(Some(512));
    let failure = engine.answer(ask(Vec::new(), 4)).expect_err("there is nothing to answer");
    assert_eq!(failure.kind, FailureKind::ConversationRefused);
}
