//! Cancelling, whatever is being done.

use hearth_ipc::{Event, FinishReason, Request, RequestId};

use crate::process::{Engine, ask, user};

const STORY: &str = "Write a long story about a lighthouse.";

#[test]
fn an_answer_stops_at_once_and_what_was_written_stays() {
    let mut engine = Engine::with_starter_model(None);
    let id = engine.begin(ask(vec![user(STORY)], 100_000));
    while !matches!(engine.next(), Event::Delta { .. }) {}
    engine.send(&Request::Cancel { id });
    let mut deltas_after = 0;
    let (reason, stats) = loop {
        match engine.next() {
            Event::Delta { .. } => deltas_after += 1,
            Event::Finished { reason, stats, .. } => break (reason, stats),
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!(reason, FinishReason::Cancelled);
    // A story is hundreds of tokens long; those under way when the word came are a handful.
    assert!(deltas_after < 50, "{deltas_after} deltas after the cancel");
    assert!(stats.answer_tokens >= 1 && stats.answer_tokens < 200, "{stats:?}");
}

#[test]
fn the_reading_of_a_long_prompt_stops_at_once_and_leaves_a_sound_memory() {
    let mut engine = Engine::with_starter_model(None);
    let before = engine.answer(ask(vec![user(STORY)], 24)).expect("an answer").text;

    let id = engine.begin(ask(vec![user("river ".repeat(6000))], 4));
    assert!(matches!(engine.next(), Event::Reading { .. }), "it has begun to read");
    engine.send(&Request::Cancel { id });
    let answer = engine.finish(id).expect("an end");
    assert_eq!(answer.reason, FinishReason::Cancelled);
    assert_eq!((answer.remembered_from, answer.stats.answer_tokens), (None, 0), "it never came to write");
    // Six thousand tokens are a dozen steps of which each is told.
    assert!(answer.readings <= 2, "{} more steps after the cancel", answer.readings);

    let after = engine.answer(ask(vec![user(STORY)], 24)).expect("an answer").text;
    assert_eq!(after, before, "nothing of the long prompt is left");

    // The part that was read before the stop is known to be there, and is used.
    let again = engine.begin(ask(vec![user("river ".repeat(6000))], 1));
    engine.send(&Request::Cancel { id: again });
    engine.finish(again).expect("an end");
}

#[test]
fn a_prompt_that_was_stopped_half_way_is_read_on_from_there() {
    let mut engine = Engine::with_starter_model(None);
    let long = || ask(vec![user("river ".repeat(1500))], 6);
    let id = engine.begin(long());
    // Progress is told before each step: with the second, one step is done.
    let mut tokens_done = 0;
    while tokens_done == 0 {
        match engine.next() {
            Event::Reading { tokens_read, .. } => tokens_done = tokens_read,
            other => panic!("unexpected: {other:?}"),
        }
    }
    engine.send(&Request::Cancel { id });
    assert_eq!(engine.finish(id).expect("an end").reason, FinishReason::Cancelled);

    let resumed = engine.answer(long()).expect("an answer");
    assert!(resumed.stats.reused_tokens >= tokens_done, "{:?} after {tokens_done}", resumed.stats);
    let afresh = Engine::with_starter_model(None).answer(long()).expect("an answer");
    assert_eq!(resumed.text, afresh.text, "what was kept is what a whole reading gives");
}

#[test]
fn a_cancel_of_something_else_changes_nothing() {
    let mut engine = Engine::with_starter_model(Some(1024));
    engine.send(&Request::Cancel { id: RequestId(77) });
    let id = engine.begin(ask(vec![user(STORY)], 12));
    engine.send(&Request::Cancel { id: RequestId(78) });
    let answer = engine.finish(id).expect("an answer");
    assert_eq!((answer.reason, answer.stats.answer_tokens), (FinishReason::MaxTokens, 12));
    // Late, the request is over.
    engine.send(&Request::Cancel { id });
    let next = engine.answer(ask(vec![user(STORY)], 12)).expect("an answer");
    assert_eq!(next.reason, FinishReason::MaxTokens);
}
