//! Reading ahead while a question is being written.

use hearth_ipc::{ChatMessage, EngineFailure, Event, FailureKind, GenerateRequest, PrepareRequest, Request, RequestId};

use crate::process::{Answer, Engine, ask, assistant, user};

fn prepare(engine: &mut Engine, messages: &[ChatMessage]) -> RequestId {
    let id = engine.next_id();
    let messages = messages.to_vec();
    engine.send(&Request::Prepare(PrepareRequest { id, conversation: None, messages }));
    id
}

fn prepared(engine: &mut Engine, messages: &[ChatMessage]) -> u32 {
    let id = prepare(engine, messages);
    match engine.next() {
        Event::Prepared { id: of, tokens } if of == id => tokens,
        other => panic!("unexpected while preparing: {other:?}"),
    }
}

fn answer(engine: &mut Engine, messages: &[ChatMessage]) -> Answer {
    engine.answer(ask(messages.to_vec(), 8)).expect("an answer")
}

fn pasted(sentences: usize) -> ChatMessage {
    let sentence = |number: usize| format!("Line {number} says that ship {} came in with the tide. ", number * 7 % 23);
    user(format!("Summarise this:\n{}", (0..sentences).map(sentence).collect::<String>()))
}

#[test]
fn a_pasted_message_that_is_sent_as_it_was_prepared_is_read_already() {
    let mut engine = Engine::with_starter_model(None);
    let message = [pasted(30)];
    let tokens = prepared(&mut engine, &message);
    let sent = answer(&mut engine, &message);
    assert!(sent.stats.prompt_tokens > 350, "{:?}", sent.stats);
    assert_eq!(sent.stats.reused_tokens, tokens, "what was prepared is what is used");
    let read = sent.stats.prompt_tokens - sent.stats.reused_tokens;
    assert!(read <= 12, "only the end of the text and the template's are left: {read}");
}

#[test]
fn what_is_prepared_holds_whatever_is_typed_next() {
    let mut engine = Engine::with_starter_model(None);
    let begun = "The quick brown fox jum";
    let tokens = prepared(&mut engine, &[user(begun)]);
    for more in ["ped over", "p", " 17", "\n\nand", ".", "é", "..."] {
        let sent = answer(&mut engine, &[user(format!("{begun}{more}"))]);
        assert!(sent.stats.reused_tokens >= tokens, "{tokens} were certain, but not with {more:?}: {:?}", sent.stats);
    }
}

#[test]
fn a_growing_text_is_prepared_piece_by_piece() {
    let mut engine = Engine::with_starter_model(None);
    let (short, long) = ([pasted(10)], [pasted(25)]);
    let first = prepared(&mut engine, &short);
    let second = prepared(&mut engine, &long);
    assert!(second > first + 100, "{first} and then {second}");
    let sent = answer(&mut engine, &long);
    assert_eq!(sent.stats.reused_tokens, second);
}

#[test]
fn before_a_question_is_begun_the_conversation_is_prepared() {
    let mut engine = Engine::with_starter_model(None);
    let conversation = [pasted(12), assistant("Many ships came in with the tide.")];
    let tokens = prepared(&mut engine, &conversation);
    let next = [&conversation[..], &[user("Which was the first?")]].concat();
    let sent = answer(&mut engine, &next);
    assert!(sent.stats.reused_tokens >= tokens && tokens > 120, "{tokens}, {:?}", sent.stats);
}

#[test]
fn an_answer_that_is_asked_for_ends_the_reading_ahead_at_once() {
    let mut engine = Engine::with_starter_model(None);
    // Both arrive before the worker can have done any of it.
    let (ahead, wanted) = (engine.next_id(), engine.next_id());
    let long = PrepareRequest { id: ahead, conversation: None, messages: vec![pasted(400)] };
    let asked = GenerateRequest { id: wanted, ..ask(vec![user("Hello")], 4) };
    engine.send_together(&[Request::Prepare(long), Request::Generate(asked)]);
    match engine.next() {
        Event::Failed { id, failure } => assert_eq!((id, failure.kind), (ahead, FailureKind::Cancelled)),
        other => panic!("unexpected: {other:?}"),
    }
    engine.finish(wanted).expect("the answer comes");
}

#[test]
fn what_was_read_ahead_before_it_was_stopped_stays_read() {
    let mut engine = Engine::with_starter_model(None);
    let message = [pasted(200)];
    let ahead = prepare(&mut engine, &message);
    // Each node of the graph is progress, and a step of reading has about a thousand of them.
    let mut first = None;
    let failure: EngineFailure = loop {
        match engine.next_of_any_kind() {
            Event::Heartbeat { progress } if progress < *first.get_or_insert(progress) + 5000 => {}
            Event::Heartbeat { .. } => engine.send(&Request::Cancel { id: ahead }),
            Event::Failed { id, failure } if id == ahead => break failure,
            // A very fast machine is done before.
            Event::Prepared { .. } => return,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!(failure.kind, FailureKind::Cancelled);
    let sent = engine.begin(ask(message.to_vec(), 1));
    match engine.next() {
        Event::Reading { tokens_read, .. } => assert!(tokens_read > 30, "{tokens_read} were there before"),
        other => panic!("unexpected: {other:?}"),
    }
    engine.send(&Request::Cancel { id: sent });
    engine.finish_after_start(sent);
}

#[test]
fn another_reading_ahead_takes_the_place_of_one() {
    let mut engine = Engine::with_starter_model(None);
    let (one, two) = (engine.next_id(), engine.next_id());
    let request = |id, message| Request::Prepare(PrepareRequest { id, conversation: None, messages: vec![message] });
    engine.send_together(&[request(one, pasted(400)), request(two, pasted(3))]);
    assert!(matches!(engine.next(), Event::Failed { id, .. } if id == one));
    assert!(matches!(engine.next(), Event::Prepared { id, .. } if id == two));
}

#[test]
fn while_an_answer_is_written_nothing_is_read_ahead() {
    let mut engine = Engine::with_starter_model(None);
    let answer = engine.begin(ask(vec![user("Write a long story about a lighthouse.")], 100_000));
    let ahead = prepare(&mut engine, &[pasted(3)]);
    loop {
        match engine.next() {
            Event::Failed { id, failure } => {
                assert_eq!((id, failure.kind), (ahead, FailureKind::Busy));
                break;
            }
            Event::Finished { .. } | Event::Prepared { .. } => panic!("it must be refused"),
            _ => {}
        }
    }
    engine.send(&Request::Cancel { id: answer });
    engine.finish_after_start(answer);
}

#[test]
fn reading_ahead_elsewhere_keeps_what_the_conversation_before_has_in_the_cache() {
    let mut engine = Engine::with_starter_model(None);
    let conversation = vec![pasted(15)];
    let first = answer(&mut engine, &conversation);
    prepared(&mut engine, &[user(format!("Something else. {}", "Nobody knows. ".repeat(40)))]);
    let next = [&conversation[..], &[assistant(first.text.clone()), user("And then?")]].concat();
    let second = answer(&mut engine, &next);
    assert!(second.stats.reused_tokens >= first.stats.prompt_tokens, "{:?} after {:?}", second.stats, first.stats);
}

#[test]
fn without_a_model_nothing_is_read_ahead() {
    let mut engine = Engine::start();
    engine.next();
    let id = prepare(&mut engine, &[user("Hello")]);
    match engine.next() {
        Event::Failed { id: of, failure } => assert_eq!((of, failure.kind), (id, FailureKind::NoModel)),
        other => panic!("unexpected: {other:?}"),
    }
}
