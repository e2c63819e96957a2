//! How the process begins and ends.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hearth_engine::exit::Exit;
use hearth_ipc::{ComputePath, Event, FinishReason, PROTOCOL_VERSION, Request, codec};

use crate::process::{Engine, PATIENCE, ask, program_in, staged_engine, user};

#[test]
fn the_first_frame_says_which_protocol_is_spoken() {
    let mut engine = Engine::start();
    let Event::Hello { protocol, build, path } = engine.next_of_any_kind() else {
        panic!("the first frame is a hello")
    };
    assert_eq!((protocol, path), (PROTOCOL_VERSION, ComputePath::Cpu));
    let (engine, bindings) = build.split_once("+llama-cpp-sys-2.").expect("both versions");
    assert_eq!(engine, env!("CARGO_PKG_VERSION"));
    assert!(bindings.starts_with(|first: char| first.is_ascii_digit()), "the version that is locked: {bindings}");
}

#[test]
fn arguments_that_are_none_end_the_engine_with_a_code_of_its_own() {
    let folder = staged_engine();
    for arguments in [["--compute", "abacus"].as_slice(), &["--compute"], &["cpu"]] {
        let mut engine =
            Command::new(program_in(folder.path())).args(arguments).stdin(Stdio::null()).spawn().expect("started");
        assert_eq!(engine.wait().expect("our own child").code(), Some(Exit::ProtocolBroken as i32), "{arguments:?}");
    }
}

#[test]
fn an_idle_engine_shows_that_it_lives_and_that_it_does_nothing() {
    let mut engine = Engine::with_starter_model(Some(512));
    let mut progress = Vec::new();
    while progress.len() < 3 {
        if let Event::Heartbeat { progress: steps } = engine.next_of_any_kind() {
            progress.push(steps);
        }
    }
    // The first one may tell of the load.
    assert_eq!(progress[1], progress[2], "without work there is no progress: {progress:?}");
}

#[test]
fn work_shows_as_progress_in_the_signs_of_life() {
    let mut engine = Engine::with_starter_model(None);
    engine.begin(ask(vec![user("Write a long story about a lighthouse.")], 100_000));
    let mut progress = Vec::new();
    while progress.len() < 2 {
        if let Event::Heartbeat { progress: steps } = engine.next_of_any_kind() {
            progress.push(steps);
        }
    }
    assert!(progress[1] > progress[0], "work is progress: {progress:?}");
}

#[test]
fn status_is_answered_also_while_something_runs() {
    let mut engine = Engine::with_starter_model(None);
    let id = engine.begin(ask(vec![user("Write a long story about a lighthouse.")], 100_000));
    engine.send(&Request::Status);
    loop {
        if let Event::Status { model, busy_with } = engine.next() {
            assert_eq!(busy_with, Some(id));
            assert_eq!(model.expect("a model is loaded").architecture, "llama");
            break;
        }
    }
}

#[test]
fn what_is_no_frame_ends_the_engine_with_a_code_of_its_own() {
    for nonsense in [b"GET / HTTP/1.1\r\n\r\n".as_slice(), b"\x02\0\0\0{}", b"\xff\xff\xff\xff"] {
        let mut engine = Engine::start();
        engine.send_bytes(nonsense);
        if nonsense.starts_with(b"GET") {
            // Read as a length, these letters promise much more than ever comes.
            engine.close_stdin();
        }
        assert_eq!(engine.exit().code(), Some(Exit::ProtocolBroken as i32), "{nonsense:?}");
    }
}

#[test]
fn the_end_of_stdin_is_an_orderly_end() {
    let mut engine = Engine::start();
    engine.close_stdin();
    assert_eq!(engine.exit().code(), Some(Exit::Orderly as i32));
}

#[test]
fn the_end_of_stdin_ends_the_engine_in_the_middle_of_reading_and_writing() {
    for question in ["Tell me everything about rivers.".to_owned(), "river ".repeat(5000)] {
        let mut engine = Engine::with_starter_model(None);
        engine.begin(ask(vec![user(question)], 100_000));
        assert!(matches!(engine.next(), Event::Reading { .. }), "it has begun");
        engine.close_stdin();
        assert_eq!(engine.exit().code(), Some(Exit::Orderly as i32));
    }
}

#[test]
fn a_shutdown_closes_what_runs_and_then_ends() {
    let mut engine = Engine::with_starter_model(None);
    let id = engine.begin(ask(vec![user("Write a long story about a lighthouse.")], 100_000));
    while !matches!(engine.next(), Event::Delta { .. }) {}
    engine.send(&Request::Shutdown);
    let answer = loop {
        match engine.next() {
            Event::Delta { .. } => {}
            other => break other,
        }
    };
    assert!(
        matches!(answer, Event::Finished { id: of, reason: FinishReason::Cancelled, .. } if of == id),
        "{answer:?}"
    );
    assert_eq!(engine.exit().code(), Some(Exit::Orderly as i32));
}

#[test]
fn without_a_backend_beside_it_the_engine_ends_with_a_code_of_its_own() {
    let folder = staged_engine();
    for file in fs::read_dir(folder.path()).expect("a readable folder") {
        let file = file.expect("a readable folder");
        if file.file_name().to_string_lossy().contains("ggml-cpu") {
            fs::remove_file(file.path()).expect("our own file");
        }
    }
    let mut engine = Engine::start_in(folder);
    assert_eq!(engine.exit().code(), Some(Exit::NoBackend as i32));
}

#[cfg(target_os = "linux")]
#[test]
fn native_code_is_loaded_from_the_engines_folder_and_the_system_only() {
    let mut engine = Engine::with_starter_model(Some(512));
    let maps = fs::read_to_string(format!("/proc/{}/maps", engine.process_id())).expect("a living process");
    let ours: Vec<&str> = maps.lines().filter(|line| line.contains("ggml") || line.contains("libllama")).collect();
    let folder = fs::canonicalize(engine.folder()).expect("the folder is there");
    let folder = folder.to_str().expect("a plain name");
    assert!(!ours.is_empty());
    for line in ours {
        assert!(line.contains(folder), "{line} is not from {folder}");
    }
    let working_folder = fs::read_link(format!("/proc/{}/cwd", engine.process_id())).expect("a living process");
    assert_eq!(working_folder.to_str(), Some(folder), "the working directory is pinned");
    engine.close_stdin();
}

#[cfg(target_os = "linux")]
#[test]
fn the_engine_ends_with_whoever_started_it_even_while_stdin_stays_open() {
    // Given an engine that was started by a shell, and whose stdin is ours,
    let folder = staged_engine();
    let mut shell = Command::new("sh")
        .args(["-c", "exec 3<&0; \"$0\" <&3 & wait"])
        .arg(program_in(folder.path()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let stdin = shell.stdin.take();
    let mut output = shell.stdout.take().expect("a pipe");
    let hello = codec::read::<Event>(&mut output).expect("a frame");
    assert!(matches!(hello, Some(Event::Hello { .. })));
    // (it asks to end with its parent before it says anything)

    // when the shell is killed,
    shell.kill().expect("our own child");
    shell.wait().expect("our own child");

    // then nobody is left who could write to the pipe.
    let started = Instant::now();
    while codec::read::<Event>(&mut output).is_ok_and(|event| event.is_some()) {
        assert!(started.elapsed() < PATIENCE, "the engine goes on living");
    }
    drop(stdin);
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_engine_costs_no_processor_time() {
    let engine = Engine::with_starter_model(Some(512));
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", engine.process_id())).expect("a living process");
        // Behind the name in parentheses: utime and stime are the 12th and 13th fields.
        let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        fields[11].parse::<u64>().expect("a number") + fields[12].parse::<u64>().expect("a number")
    };
    // Threads that compute go on polling for a moment after the load.
    std::thread::sleep(Duration::from_millis(500));
    let before = ticks();
    std::thread::sleep(Duration::from_secs(3));
    let spent = ticks() - before;
    // A tick is a hundredth of a second.
    assert!(spent <= 3, "{spent} hundredths of a second in three seconds of doing nothing");
}
