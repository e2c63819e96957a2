//! What the model remembers of conversations that it has left.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use hearth_ipc::{ChatMessage, Event, GenerateRequest, LoadRequest, LoadSettings, Request, StateCache};

use crate::process::{Answer, Engine, ask, assistant, eventually, starter_model, system, user};

const LIMIT_BYTES: u64 = 1 << 30;

fn cache(folder: &Path) -> StateCache {
    StateCache { folder: folder.to_owned(), limit_bytes: LIMIT_BYTES }
}

fn engine_with(states: Option<StateCache>) -> Engine {
    let mut engine = Engine::start();
    engine.next();
    load(&mut engine, states, Some(2048));
    engine
}

fn load(engine: &mut Engine, states: Option<StateCache>, context_tokens: Option<u32>) {
    let id = engine.next_id();
    let settings = LoadSettings { context_tokens, threads: Some(1), ..LoadSettings::default() };
    engine.send(&Request::Load(LoadRequest { settings, states, ..LoadRequest::new(id, starter_model()) }));
    while !matches!(engine.next(), Event::Loaded { .. }) {}
}

/// A conversation of about 250 tokens that nobody else has.
fn about(topic: &str) -> Vec<ChatMessage> {
    vec![user(format!("Tell me about {topic}. {}", format!("I like the {topic} by the harbour best. ").repeat(25)))]
}

fn of(conversation: &str, messages: Vec<ChatMessage>) -> GenerateRequest {
    GenerateRequest { conversation: Some(conversation.to_owned()), ..ask(messages, 12) }
}

fn say(engine: &mut Engine, conversation: &str, messages: &[ChatMessage]) -> Answer {
    engine.answer(of(conversation, messages.to_vec())).expect("an answer")
}

/// The conversation with the answer, and with a next question.
fn follow_up(mut messages: Vec<ChatMessage>, answer: &Answer) -> Vec<ChatMessage> {
    messages.push(assistant(answer.text.clone()));
    messages.push(user("Go on."));
    messages
}

/// Tokens that were read.
fn read(answer: &Answer) -> u32 {
    answer.stats.prompt_tokens - answer.stats.reused_tokens
}

fn shut_down(mut engine: Engine) {
    engine.send(&Request::Shutdown);
    engine.exit();
}

/// The state files of a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let conversations = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = conversations
        .flat_map(|conversation| fs::read_dir(conversation).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

#[test]
fn going_back_and_forth_between_conversations_reads_nothing_twice() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let (ships, birds) = (about("ships"), about("birds"));
    let first_of_ships = say(&mut engine, "ships", &ships);
    let first_of_birds = say(&mut engine, "birds", &birds);
    assert!(read(&first_of_birds) > 200, "it is another conversation: {:?}", first_of_birds.stats);

    let ships = follow_up(ships, &first_of_ships);
    let second_of_ships = say(&mut engine, "ships", &ships);
    assert!(read(&second_of_ships) < 30, "only the question is new: {:?}", second_of_ships.stats);
    assert_eq!(second_of_ships.stats.restored_tokens, 0, "nothing is on disk");

    let second_of_birds = say(&mut engine, "birds", &follow_up(birds, &first_of_birds));
    assert!(read(&second_of_birds) < 30, "{:?}", second_of_birds.stats);
    let third_of_ships = say(&mut engine, "ships", &follow_up(ships, &second_of_ships));
    assert!(read(&third_of_ships) < 30, "{:?}", third_of_ships.stats);
}

#[test]
fn a_system_prompt_that_conversations_share_is_read_once() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let shared = system("You know all about the sea and answer in one sentence. ".repeat(10));
    say(&mut engine, "one", &[vec![shared.clone()], about("ships")].concat());
    let other = say(&mut engine, "two", &[shared, user("What is a buoy?")]);
    assert!(other.stats.reused_tokens > 100, "{:?}", other.stats);
    assert!(read(&other) < 30, "{:?}", other.stats);
}

#[test]
fn an_edit_and_the_way_back_to_the_branch_before_it_read_only_what_differs() {
    let mut engine = Engine::with_starter_model(Some(2048));
    let question = about("ships");
    let first = say(&mut engine, "one", &question);
    let branch = follow_up(follow_up(question.clone(), &first), &first);
    let on_branch = say(&mut engine, "one", &branch);

    // Try again: the same question, another answer.
    let again = say(&mut engine, "one", &question);
    assert_eq!(read(&again), 1, "the question is known: {:?}", again.stats);
    // An edit of the last question.
    let mut edited = branch.clone();
    edited.last_mut().expect("a question").content = format!("Stop. {}", "Talk of the weather instead. ".repeat(30));
    let edited = say(&mut engine, "one", &edited);
    assert!(edited.stats.reused_tokens > 250, "up to the edit all is known: {:?}", edited.stats);
    // Back to the branch.
    let back = say(&mut engine, "one", &follow_up(branch, &on_branch));
    assert!(read(&back) < 60, "{:?}", back.stats);
}

#[test]
fn after_a_restart_a_conversation_is_restored_and_goes_on_as_if_it_had_been_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let question = about("ships");
    let mut engine = engine_with(Some(cache(folder.path())));
    let answer = say(&mut engine, "one", &question);
    shut_down(engine);
    assert_eq!(files(folder.path()).len(), 1);

    let next = follow_up(question.clone(), &answer);
    let mut engine = engine_with(Some(cache(folder.path())));
    let restored = say(&mut engine, "one", &next);
    assert!(restored.stats.restored_tokens > 250, "{:?}", restored.stats);
    assert_eq!(restored.stats.restored_tokens, restored.stats.reused_tokens);
    assert!(read(&restored) < 30, "{:?}", restored.stats);

    // What has read and written it all in the same steps says the same.
    let mut without = engine_with(None);
    assert_eq!(say(&mut without, "one", &question).text, answer.text);
    let live = say(&mut without, "one", &next);
    assert_eq!(live.stats.restored_tokens, 0);
    assert_eq!(restored.text, live.text);

    // From then on it is in the cache.
    let third = say(&mut engine, "one", &follow_up(next, &restored));
    assert_eq!((third.stats.restored_tokens, read(&third) < 30), (0, true), "{:?}", third.stats);
}

#[test]
fn a_conversation_that_was_left_is_on_disk_even_if_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let question = about("ships");
    let mut engine = engine_with(Some(cache(folder.path())));
    let answer = say(&mut engine, "one", &question);
    say(&mut engine, "two", &about("birds"));
    eventually("the first conversation is written", || files(folder.path()).iter().any(|file| is_state(file)));
    drop(engine);

    let mut engine = engine_with(Some(cache(folder.path())));
    let restored = say(&mut engine, "one", &follow_up(question, &answer));
    assert!(restored.stats.restored_tokens > 250, "{:?}", restored.stats);
}

fn is_state(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "kv")
}

#[test]
fn an_answer_is_written_down_while_there_is_nothing_else_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut engine = engine_with(Some(cache(folder.path())));
    say(&mut engine, "one", &about("ships"));
    eventually("the conversation is written", || files(folder.path()).iter().any(|file| is_state(file)));
    drop(engine);
}

#[test]
fn unloading_a_model_saves_first_and_loading_another_way_does_not_mistake_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let question = about("ships");
    let mut engine = engine_with(Some(cache(folder.path())));
    let answer = say(&mut engine, "one", &question);
    let id = engine.next_id();
    engine.send(&Request::Unload { id });
    assert_eq!(engine.next(), Event::Unloaded { id });
    assert_eq!(files(folder.path()).len(), 1, "it was written before the model was gone");

    // With another length of context the same state serves.
    load(&mut engine, Some(cache(folder.path())), Some(1024));
    let restored = say(&mut engine, "one", &follow_up(question, &answer));
    assert!(restored.stats.restored_tokens > 250, "{:?}", restored.stats);
}

/// A folder with one conversation's state, the question, and the answer.
fn saved() -> (tempfile::TempDir, PathBuf, Vec<ChatMessage>) {
    let folder = tempfile::tempdir().expect("a folder");
    let question = about("ships");
    let mut engine = engine_with(Some(cache(folder.path())));
    let answer = say(&mut engine, "one", &question);
    shut_down(engine);
    let [file] = &files(folder.path())[..] else { panic!("one file") };
    (folder, file.clone(), follow_up(question, &answer))
}

/// Whether a conversation is read from the start when `damage` was done to its state.
fn is_ignored(damage: impl FnOnce(&Path, Vec<u8>)) -> bool {
    let (folder, file, next) = saved();
    damage(&file, fs::read(&file).expect("readable"));
    let mut engine = engine_with(Some(cache(folder.path())));
    let answer = say(&mut engine, "one", &next);
    answer.stats.restored_tokens == 0 && !answer.text.is_empty()
}

#[test]
fn a_state_that_is_cut_short_is_ignored_and_removed() {
    let mut path = PathBuf::new();
    assert!(is_ignored(|file, bytes| {
        path = file.to_owned();
        fs::write(file, &bytes[..bytes.len() - 1]).expect("written");
    }));
    assert!(!path.exists(), "it is of no use to anybody");
}

#[test]
fn a_state_in_which_a_bit_has_turned_is_ignored() {
    assert!(is_ignored(|file, mut bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(file, &bytes).expect("written");
    }));
}

#[test]
fn a_state_of_another_model_or_engine_is_ignored() {
    // The key stands in the head as text, and the head has a checksum.
    let with_key = |change: fn(&str) -> String| {
        move |file: &Path, bytes: Vec<u8>| {
            let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes")) as usize;
            let (key_end, tokens) = (32 + number(12), number(16));
            let key = change(std::str::from_utf8(&bytes[32..key_end]).expect("text"));
            let mut head = [&bytes[..32], key.as_bytes(), &bytes[key_end..key_end + 4 * tokens]].concat();
            head[12..16].copy_from_slice(&u32::try_from(key.len()).expect("short").to_le_bytes());
            let crc = crc32fast::hash(&head).to_le_bytes();
            let data = &bytes[key_end + 4 * tokens + 4..];
            fs::write(file, [&head[..], &crc[..], data].concat()).expect("written");
        }
    };
    assert!(!is_ignored(with_key(str::to_owned)), "with its own key it is believed");
    assert!(is_ignored(with_key(|key| key.replacen("engine ", "engine 9", 1))));
    assert!(is_ignored(with_key(|key| format!("f{key}"))));
}

#[test]
fn what_a_killed_process_was_writing_is_not_believed() {
    let (folder, file, next) = saved();
    // As it is in the middle of writing.
    let bytes = fs::read(&file).expect("readable");
    let unfinished = file.with_extension("part");
    fs::write(&unfinished, &bytes[..bytes.len() / 3]).expect("written");
    fs::remove_file(&file).expect("removed");
    let mut engine = engine_with(Some(cache(folder.path())));
    assert_eq!(say(&mut engine, "one", &next).stats.restored_tokens, 0);
    eventually("what was unfinished is removed", || !unfinished.exists());
}

#[test]
fn what_was_used_least_recently_makes_room_for_what_is_new() {
    let (folder, first, next) = saved();
    let bytes = fs::metadata(&first).expect("there").len();
    // Room for two.
    let limited = || Some(StateCache { folder: folder.path().to_owned(), limit_bytes: bytes * 5 / 2 });
    let mut engine = engine_with(limited());
    let second = say(&mut engine, "two", &about("birds"));
    shut_down(engine);
    assert_eq!(files(folder.path()).len(), 2);
    assert!(!second.text.is_empty());

    // The first is the older one, but is used again.
    let old = SystemTime::now() - Duration::from_hours(1);
    for file in files(folder.path()) {
        let age = if file == first { old - Duration::from_mins(1) } else { old };
        fs::File::options().append(true).open(&file).expect("ours").set_modified(age).expect("touched");
    }
    let mut engine = engine_with(limited());
    let restored = say(&mut engine, "one", &next);
    assert!(restored.stats.restored_tokens > 250, "{:?}", restored.stats);
    say(&mut engine, "three", &about("clouds"));
    shut_down(engine);

    let left = files(folder.path());
    let of = |conversation: &str| left.iter().filter(|file| file.starts_with(folder.path().join(conversation))).count();
    assert_eq!((of("one"), of("two"), of("three")), (1, 0, 1), "{left:?}");
    let taken: u64 = left.iter().map(|file| fs::metadata(file).expect("there").len()).sum();
    assert!(taken <= bytes * 5 / 2, "{taken} bytes");
}

#[test]
fn of_a_deleted_conversation_nothing_is_written_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut engine = engine_with(Some(cache(folder.path())));
    say(&mut engine, "one", &about("ships"));
    let conversation = folder.path().join("one");
    assert!(conversation.is_dir(), "a conversation at work has its folder");
    fs::remove_dir_all(&conversation).expect("the app deletes it");

    say(&mut engine, "two", &about("birds"));
    let id = engine.next_id();
    engine.send(&Request::Unload { id });
    engine.next();
    assert!(!conversation.exists(), "what is deleted stays deleted");
    assert_eq!(files(folder.path()).len(), 1, "the other one is kept");

    // Only when it is at work again.
    load(&mut engine, Some(cache(folder.path())), Some(2048));
    say(&mut engine, "one", &about("ships"));
    shut_down(engine);
    assert!(conversation.is_dir());
}

#[test]
fn a_conversation_without_a_name_leaves_nothing_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut engine = engine_with(Some(cache(folder.path())));
    engine.answer(ask(about("ships"), 12)).expect("an answer");
    // A name that would lead elsewhere is none.
    say(&mut engine, "../elsewhere", &about("birds"));
    shut_down(engine);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    assert!(!folder.path().with_file_name("elsewhere").exists());
}
