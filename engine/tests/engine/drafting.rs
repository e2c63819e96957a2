//! Tokens guessed from what the conversation already holds.

use hearth_ipc::{Event, FinishReason, GenerateRequest, Request, Sampling};

use crate::process::{Answer, Engine, GREEDY, ask, assistant, user};

/// A text whose words tell which comes next.
const TEXT: &str = "The ferry leaves the harbour of Linden at seven in the morning and reaches the island of Orre at \
    nine. On board there are forty seats, a small kitchen and a room for bicycles. Captain Hansen has steered it for \
    twelve years. In winter it goes only twice a week, on Monday and on Friday, because of the ice in the bay. A \
    ticket costs eleven euros, and children under six travel free of charge.";

/// The beginning of it.
const BEGUN: &str = "The ferry leaves the harbour of Linden at seven";

fn edit_task() -> GenerateRequest {
    let question = user(format!("Repeat the following text exactly, word for word:\n\n{TEXT}"));
    // Its beginning is given, so that even a small model does as it is told.
    ask(vec![question, assistant(BEGUN)], 70)
}

fn talk() -> GenerateRequest {
    ask(vec![user("Name three colours and say where each is found in nature.")], 60)
}

/// Reads the prompt. Numbers come out a little different when a prompt is read in other portions, and with them now and
/// then a word; what follows this begins each time with the same.
fn read(engine: &mut Engine, request: &GenerateRequest) {
    engine.answer(GenerateRequest { max_tokens: Some(0), ..request.clone() }).expect("an answer");
}

fn with_and_without(engine: &mut Engine, request: &GenerateRequest) -> (Answer, Answer) {
    read(engine, request);
    let with = engine.answer(GenerateRequest { drafting: true, ..request.clone() }).expect("an answer");
    let without = engine.answer(GenerateRequest { drafting: false, ..request.clone() }).expect("an answer");
    assert_eq!((without.stats.drafted_tokens, without.stats.accepted_tokens), (0, 0));
    (with, without)
}

#[test]
fn guesses_change_nothing_of_what_is_written() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let (with, without) = with_and_without(&mut engine, &edit_task());
    assert_eq!(with.text, without.text);
    assert_eq!((with.reason, with.stats.answer_tokens), (without.reason, without.stats.answer_tokens));
    assert!(with.stats.drafted_tokens > 0, "what repeats was guessed: {:?}", with.stats);
    assert!(with.stats.accepted_tokens > 0, "and the guesses were right: {:?}", with.stats);
    assert!(with.stats.accepted_tokens <= with.stats.drafted_tokens);

    let (with, without) = with_and_without(&mut engine, &talk());
    assert_eq!(with.text, without.text);
}

#[test]
fn a_seed_makes_the_same_choices_with_guesses_and_without() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let lively = Sampling { temperature: 0.8, top_k: 40, top_p: 0.95, ..GREEDY };
    let request = GenerateRequest { sampling: Some(lively), seed: Some(11), ..edit_task() };
    let (with, without) = with_and_without(&mut engine, &request);
    assert_eq!(with.text, without.text, "each token is drawn from the same logits by the same random numbers");
}

#[test]
fn a_stop_text_inside_a_guess_ends_the_answer_in_the_same_place() {
    let mut engine = Engine::with_starter_model(Some(2048));
    read(&mut engine, &edit_task());
    let whole = engine.answer(edit_task()).expect("an answer").text;
    let middle = whole.char_indices().nth(whole.chars().count() / 2).expect("a middle").0;
    let stop: String = whole[middle..].chars().take(9).collect();
    let (with, without) = with_and_without(&mut engine, &GenerateRequest { stop: vec![stop], ..edit_task() });
    assert_eq!((with.reason, &with.text), (FinishReason::StopText, &without.text));
}

#[test]
fn the_most_tokens_asked_for_are_the_most_that_come_also_when_more_were_guessed() {
    let mut engine = Engine::with_starter_model(Some(2048));
    for most in [17, 41] {
        let (with, without) = with_and_without(&mut engine, &GenerateRequest { max_tokens: Some(most), ..edit_task() });
        assert_eq!((with.reason, with.stats.answer_tokens), (FinishReason::MaxTokens, most));
        assert_eq!(with.text, without.text);
    }
}

#[test]
fn a_context_that_fills_up_while_tokens_are_guessed_ends_the_answer_where_it_would_have_ended() {
    let mut engine = Engine::with_starter_model(Some(512));
    let question = user(format!("Repeat: {}", TEXT.repeat(2)));
    let request = GenerateRequest { max_tokens: None, ..ask(vec![question, assistant(BEGUN)], 0) };
    let (with, without) = with_and_without(&mut engine, &request);
    assert_eq!(with.text, without.text);
    assert_eq!(with.reason, without.reason);
    assert_eq!(with.stats.answer_tokens, without.stats.answer_tokens);
}

#[test]
fn after_an_answer_with_guesses_the_next_turn_reuses_every_token_of_it() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let task = edit_task();
    let first = engine.answer(task.clone()).expect("an answer");
    assert!(first.stats.drafted_tokens > 0, "{:?}", first.stats);
    // Asked to go on, the prompt is what was read and written so far and nothing else.
    let [question, begun] = task.messages.as_slice() else { panic!("two messages") };
    let so_far = assistant(format!("{}{}", begun.content, first.text));
    let on = engine.answer(ask(vec![question.clone(), so_far], 8)).expect("an answer");
    let known = first.stats.prompt_tokens + first.stats.answer_tokens;
    // Where the answer ends, and where it was begun, tokens may be cut another way.
    assert!(on.stats.reused_tokens + 8 >= known.min(on.stats.prompt_tokens), "{:?} after {:?}", on.stats, first.stats);
}

#[test]
fn a_cancel_in_the_middle_of_guessing_leaves_a_sound_memory() {
    let mut engine = Engine::with_starter_model(None);
    let long = GenerateRequest { max_tokens: Some(100_000), ..edit_task() };
    read(&mut engine, &edit_task());
    let before = engine.answer(edit_task()).expect("an answer").text;
    let id = engine.begin(long);
    let mut shown = String::new();
    while shown.len() < TEXT.len() / 4 {
        match engine.next() {
            Event::Delta { text, .. } => shown.push_str(&text),
            Event::Reading { .. } | Event::Started { .. } => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
    engine.send(&Request::Cancel { id });
    loop {
        match engine.next() {
            Event::Delta { .. } => {}
            Event::Finished { reason, .. } => break assert_eq!(reason, FinishReason::Cancelled),
            other => panic!("unexpected: {other:?}"),
        }
    }
    assert_eq!(engine.answer(edit_task()).expect("an answer").text, before);
}
