//! How much of the computer is taken, from one token to the next.

use std::fs;

use hearth_ipc::{Event, Request, Restraint};

use crate::process::{Engine, ask, user};

/// How nice each of the engine's threads is, -20 to 19.
fn niceness(engine: &Engine) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{}/task", engine.process_id())).expect("a living process");
    let stats = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    // Behind the name in parentheses it is the 17th field.
    stats
        .map(|stat| {
            stat.rsplit(')')
                .next()
                .expect("fields")
                .split_whitespace()
                .nth(16)
                .expect("nice")
                .parse()
                .expect("a number")
        })
        .collect()
}

/// Waits for the niceness of the threads while an answer is written.
fn wait_while_writing(engine: &mut Engine, what: &str, is_so: impl Fn(&[i32]) -> bool) {
    loop {
        match engine.next_of_any_kind() {
            Event::Finished { .. } => panic!("the answer ended before {what}"),
            _ if is_so(&niceness(engine)) => return,
            _ => {}
        }
    }
}

#[test]
fn in_the_background_computing_is_nice_and_afterwards_it_is_not() {
    let mut engine = Engine::with_starter_model(Some(8192));
    let usual = niceness(&engine).into_iter().max().expect("threads");
    engine.begin(ask(vec![user("Write a very long story about a lighthouse and its keeper.")], 100_000));

    engine.send(&Request::Restrain(Restraint { threads: Some(1), background: true }));
    wait_while_writing(&mut engine, "it was nice", |niceness| niceness.iter().any(|nice| *nice > usual));
    engine.send(&Request::Restrain(Restraint::default()));
    wait_while_writing(&mut engine, "it was no longer nice", |niceness| niceness.iter().all(|nice| *nice == usual));
}
