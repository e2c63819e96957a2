//! Tokens guessed from what the conversation already holds.

use hearth_ipc::{Event, FinishReason, GenerateRequest, LoadSettings, Request, Sampling};

use crate::process::{Answer, Engine, GREEDY, ask, assistant, starter_model, user};

/// A text whose words tell which comes next.
const TEXT: &str = "The ferry leaves the harbour of Linden at seven in the morning and reaches the island of Orre at \
    nine. On board there are forty seats, a small kitchen and a room for bicycles. Captain Hansen has steered it for \
    twelve years. In winter it goes only twice a week, on Monday and on Friday, because of the ice in the bay. A \
    ticket costs eleven euros, and children under six travel free of charge.";

/// One that fills more than a block of the cache.
const LONG_TEXT: &str = "The old mill stands at the end of the valley, where the river turns to the east. For two hundred years it \
    ground the corn of seven villages. The miller and his family lived in the rooms above the wheel, and in \
    winter they could hear the ice knock against the wood all night.\n\nWhen the railway came, the farmers began \
    to send their corn to the town, and the mill fell silent. The last miller sold his horses, locked the door \
    and moved to his daughter's house. Swallows built their nests under the roof, and the garden grew \
    wild.\n\nTen years ago a young carpenter bought the house for very little money. She repaired the roof \
    first, then the floors, and at last the wheel itself. It took her four summers. Her friends helped on \
    Sundays, and the whole village brought tools, food and advice.\n\nThere were bad days, too. In the second \
    spring a flood took the new bridge and half of the garden wall, and for some weeks it seemed that nobody \
    would ever cross the water again. But the neighbours came with ropes and stones, and before the summer was \
    over a better bridge stood in the same place.";

/// The beginning of [`TEXT`].
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
fn guesses_that_would_change_something_are_not_used() {
    // With two threads and a longer cache ggml's processor code adds up in another order for several tokens than for one.
    let mut engine = Engine::start();
    engine.next();
    let settings = LoadSettings { context_tokens: Some(2048), threads: Some(2), ..LoadSettings::default() };
    engine.load_with(&starter_model(), settings).expect("the starter model loads");
    let tasks = ["Repeat this text word for word.", "Rewrite this text in simpler words.", "Shorten this text."];
    for task in tasks {
        let request = ask(vec![user(format!("{task}\n\n{LONG_TEXT}"))], 120);
        let (with, without) = with_and_without(&mut engine, &request);
        assert_eq!(with.text, without.text);
    }

    // Who leaves it to chance gets them.
    let lively = Sampling { temperature: 0.2, ..GREEDY };
    let request = ask(vec![user(format!("{}\n\n{LONG_TEXT}", tasks[0]))], 120);
    let answer = engine.answer(GenerateRequest { sampling: Some(lively), seed: None, ..request });
    assert!(answer.expect("an answer").stats.drafted_tokens > 0);
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
