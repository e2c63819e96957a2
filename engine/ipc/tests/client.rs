//! The rules of the client handle, against an engine that the test plays itself and real little programs.

use std::time::Duration;

use hearth_ipc::{
    ChatMessage, Client, ComputePath, ConnectError, EngineEnd, EngineFailure, EngineProcess, Event, FailureKind,
    FinishReason, GenerateRequest, GenerationEvent, GenerationStats, KvCacheType, LoadEvent, LoadRequest,
    PROTOCOL_VERSION, PreparationEnd, PrepareRequest, ProbeEvent, ProbeReport, ProbeRequest, ProcessEnd, Request,
    RequestId, Restraint, Role, Speed,
    codec::{read_async, write_async},
};
use tokio::{
    io::{AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split},
    sync::oneshot,
    time::{Instant, sleep},
};

/// The other side.
struct Engine {
    reader: ReadHalf<DuplexStream>,
    writer: WriteHalf<DuplexStream>,
    end: oneshot::Sender<ProcessEnd>,
}

fn process() -> (EngineProcess, Engine) {
    let (app, engine) = duplex(1 << 16);
    let (events, requests) = split(app);
    let (reader, writer) = split(engine);
    let (end, ended) = oneshot::channel();
    let end_of_process = Box::pin(async { ended.await.unwrap_or(ProcessEnd::Unknown) });
    let process = EngineProcess { events: Box::new(events), requests: Box::new(requests), end: end_of_process };
    (process, Engine { reader, writer, end })
}

async fn connected() -> (Client, Engine) {
    let (process, mut engine) = process();
    engine.say(&Event::Hello { protocol: PROTOCOL_VERSION, build: "test".into(), path: ComputePath::Cpu }).await;
    (Client::connect(process).await.expect("connected"), engine)
}

impl Engine {
    async fn say(&mut self, event: &Event) {
        write_async(&mut self.writer, event).await.expect("the app reads");
    }

    async fn hear(&mut self) -> Option<Request> {
        read_async(&mut self.reader).await.expect("a whole frame")
    }

    async fn live(&mut self, seconds: u32) {
        for progress in 0..seconds {
            sleep(Duration::from_secs(1)).await;
            self.say(&Event::Heartbeat { progress: progress.into() }).await;
        }
    }
}

fn question(client: &Client) -> GenerateRequest {
    GenerateRequest::new(client.new_id(), vec![ChatMessage { role: Role::User, content: "?".into() }])
}

#[tokio::test]
async fn each_event_reaches_the_request_it_is_about() {
    let (client, mut engine) = connected().await;
    let (one, two) = (question(&client), question(&client));
    let (first, second) = (one.id, two.id);
    let mut one = client.generate(one);
    let mut two = client.generate(two);
    engine.say(&Event::Delta { id: second, text: "two".into() }).await;
    engine.say(&Event::Delta { id: RequestId(99), text: "nobody's".into() }).await;
    engine.say(&Event::Delta { id: first, text: "one".into() }).await;
    let stats = GenerationStats::default();
    engine.say(&Event::Finished { id: first, reason: FinishReason::EndOfTurn, stats }).await;
    assert_eq!(one.next().await, Some(GenerationEvent::Delta("one".into())));
    assert_eq!(one.next().await, Some(GenerationEvent::Finished { reason: FinishReason::EndOfTurn, stats }));
    assert_eq!(one.next().await, None, "nothing follows the closing event");
    assert_eq!(two.next().await, Some(GenerationEvent::Delta("two".into())));
}

#[tokio::test]
async fn dropping_an_unfinished_answer_cancels_it() {
    let (client, mut engine) = connected().await;
    let request = question(&client);
    let id = request.id;
    let generation = client.generate(request);
    assert!(matches!(engine.hear().await, Some(Request::Generate(_))));
    drop(generation);
    assert_eq!(engine.hear().await, Some(Request::Cancel { id }));
}

#[tokio::test]
async fn dropping_a_finished_answer_cancels_nothing() {
    let (client, mut engine) = connected().await;
    let request = question(&client);
    let id = request.id;
    let mut generation = client.generate(request);
    engine.hear().await;
    let failure = EngineFailure { kind: FailureKind::NoModel, cause: String::new() };
    engine.say(&Event::Failed { id, failure: failure.clone() }).await;
    assert_eq!(generation.next().await, Some(GenerationEvent::Failed(failure)));
    drop(generation);
    client.shut_down();
    assert_eq!(engine.hear().await, Some(Request::Shutdown));
}

#[tokio::test]
async fn a_load_tells_its_progress() {
    let (client, mut engine) = connected().await;
    let id = client.new_id();
    let mut load = client.load(LoadRequest::new(id, "/m.gguf"));
    engine.say(&Event::Loading { id, fraction: 0.5 }).await;
    assert_eq!(load.next().await, Some(LoadEvent::Progress(0.5)));
    drop(load);
    engine.hear().await;
    assert_eq!(engine.hear().await, Some(Request::Cancel { id }));
}

fn to_prepare(client: &Client) -> PrepareRequest {
    let messages = vec![ChatMessage { role: Role::User, content: "?".into() }];
    PrepareRequest { id: client.new_id(), conversation: Some("one".into()), messages }
}

#[tokio::test]
async fn a_preparation_ends_with_how_much_is_read() {
    let (client, mut engine) = connected().await;
    let (one, two) = (to_prepare(&client), to_prepare(&client));
    let (first, second) = (one.id, two.id);
    let (one, two) = (client.prepare(one), client.prepare(two));
    assert!(matches!(engine.hear().await, Some(Request::Prepare(request)) if request.id == first));
    let failure = EngineFailure { kind: FailureKind::Cancelled, cause: String::new() };
    engine.say(&Event::Prepared { id: second, tokens: 17 }).await;
    engine.say(&Event::Failed { id: first, failure: failure.clone() }).await;
    assert_eq!(one.end().await, PreparationEnd::Failed(failure));
    assert_eq!(two.end().await, PreparationEnd::Prepared(17));
}

#[tokio::test]
async fn dropping_a_preparation_cancels_it() {
    let (client, mut engine) = connected().await;
    let request = to_prepare(&client);
    let id = request.id;
    let preparation = client.prepare(request);
    engine.hear().await;
    drop(preparation);
    assert_eq!(engine.hear().await, Some(Request::Cancel { id }));
}

#[tokio::test]
async fn a_preparation_ends_with_the_engine() {
    let (client, engine) = connected().await;
    let preparation = client.prepare(to_prepare(&client));
    engine.end.send(ProcessEnd::Exited(5)).expect("listened to");
    drop((engine.reader, engine.writer));
    assert_eq!(preparation.end().await, PreparationEnd::EngineEnded(EngineEnd::Exited(5)));
}

#[tokio::test]
async fn an_unloading_is_done_when_the_engine_says_so_or_is_gone() {
    let (client, mut engine) = connected().await;
    let unloading = client.unload();
    let Some(Request::Unload { id }) = engine.hear().await else { panic!("an unload is asked for") };
    engine.say(&Event::Unloaded { id }).await;
    assert_eq!(unloading.done().await, Ok(()));

    let refused = client.unload();
    let Some(Request::Unload { id }) = engine.hear().await else { panic!("an unload is asked for") };
    let failure = EngineFailure { kind: FailureKind::Busy, cause: String::new() };
    engine.say(&Event::Failed { id, failure: failure.clone() }).await;
    assert_eq!(refused.done().await, Err(failure));

    let last = client.unload();
    engine.end.send(ProcessEnd::Killed(9)).expect("listened to");
    drop((engine.reader, engine.writer));
    assert_eq!(last.done().await, Ok(()), "a process that is gone holds no memory");
}

#[tokio::test]
async fn a_probe_tells_its_devices_and_then_how_it_went() {
    let (client, mut engine) = connected().await;
    let id = client.new_id();
    let mut probe = client.probe(ProbeRequest { id, model: "/m.gguf".into(), kv_cache: KvCacheType::F16 });
    assert!(matches!(engine.hear().await, Some(Request::Probe(request)) if request.id == id));
    let speed = Speed { prompt: 400.0, generation: 150.0 };
    let report = ProbeReport {
        processor: "a processor".into(),
        devices: Vec::new(),
        cpu_speed: speed,
        speed,
        divergence: 0.001,
    };
    engine.say(&Event::Devices { id, devices: Vec::new() }).await;
    engine.say(&Event::Probed { id, report: report.clone() }).await;
    assert_eq!(probe.next().await, Some(ProbeEvent::Devices(Vec::new())));
    assert_eq!(probe.next().await, Some(ProbeEvent::Probed(report)));
    assert_eq!(probe.next().await, None, "nothing follows the closing event");
}

#[tokio::test]
async fn a_restraint_is_passed_on_and_nothing_waits_for_an_answer() {
    let (client, mut engine) = connected().await;
    let restraint = Restraint { threads: Some(2), background: true };
    client.restrain(restraint);
    assert_eq!(engine.hear().await, Some(Request::Restrain(restraint)));
}

#[tokio::test]
async fn the_end_of_the_process_is_told_with_its_cause_to_all_who_wait() {
    let (client, engine) = connected().await;
    let mut generation = client.generate(question(&client));
    engine.end.send(ProcessEnd::Killed(9)).expect("listened to");
    drop((engine.reader, engine.writer));
    assert_eq!(generation.next().await, Some(GenerationEvent::EngineEnded(EngineEnd::Killed(9))));
    assert_eq!(client.ended().await, EngineEnd::Killed(9));
    assert!(client.has_ended());
    let mut late = client.generate(question(&client));
    assert_eq!(late.next().await, Some(GenerationEvent::EngineEnded(EngineEnd::Killed(9))));
}

#[tokio::test]
async fn an_engine_that_sends_nonsense_is_ended() {
    let (client, mut engine) = connected().await;
    engine.writer.write_all(b"\x03\0\0\0no!").await.expect("written");
    assert!(matches!(client.ended().await, EngineEnd::Garbled(_)));
    assert_eq!(engine.hear().await, None, "its stdin is closed");
}

#[tokio::test]
async fn an_engine_that_nobody_holds_is_told_by_the_end_of_its_stdin() {
    let (client, mut engine) = connected().await;
    drop(client);
    assert_eq!(engine.hear().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_says_no_hello_is_given_up() {
    let (process, _engine) = process();
    let begun = Instant::now();
    assert!(matches!(Client::connect(process).await, Err(ConnectError::Silent)));
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn an_engine_that_speaks_another_protocol_is_refused() {
    let (process, mut engine) = process();
    engine.say(&Event::Hello { protocol: PROTOCOL_VERSION + 1, build: "next".into(), path: ComputePath::Cpu }).await;
    let refused = Client::connect(process).await;
    assert!(matches!(refused, Err(ConnectError::OtherProtocol(version)) if version == PROTOCOL_VERSION + 1));
}

#[tokio::test(start_paused = true)]
async fn an_engine_without_heartbeat_is_ended_and_one_with_it_may_take_its_time() {
    let (client, mut engine) = connected().await;
    let mut generation = client.generate(question(&client));
    engine.live(120).await;
    assert!(!client.has_ended());
    let silent_since = Instant::now();
    assert_eq!(generation.next().await, Some(GenerationEvent::EngineEnded(EngineEnd::Silent(10))));
    assert!(silent_since.elapsed().as_secs() <= 11);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_does_not_stop_when_asked_is_ended() {
    let (client, mut engine) = connected().await;
    let mut generation = client.generate(question(&client));
    generation.cancel();
    tokio::select! {
        () = engine.live(60) => panic!("it would go on for ever"),
        event = generation.next() => {
            assert_eq!(event, Some(GenerationEvent::EngineEnded(EngineEnd::Stuck(10))));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_beats_but_does_nothing_for_ten_seconds_is_ended() {
    let (client, mut engine) = connected().await;
    let mut generation = client.generate(question(&client));
    let beats = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            engine.say(&Event::Heartbeat { progress: 7 }).await;
        }
    };
    tokio::select! {
        () = beats => {}
        event = generation.next() => {
            assert_eq!(event, Some(GenerationEvent::EngineEnded(EngineEnd::Stuck(10))));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_may_go_without_progress_until_its_caller_ends_it() {
    let (client, mut engine) = connected().await;
    let id = client.new_id();
    let probe = client.probe(ProbeRequest { id, model: "/m.gguf".into(), kv_cache: KvCacheType::F16 });
    for _ in 0..80 {
        sleep(Duration::from_secs(1)).await;
        engine.say(&Event::Heartbeat { progress: 7 }).await;
    }
    assert!(!client.has_ended());
    drop(probe);
    assert!(matches!(engine.hear().await, Some(Request::Probe(_))));
    assert_eq!(engine.hear().await, Some(Request::Cancel { id }));
}

#[tokio::test(start_paused = true)]
async fn slow_work_that_moves_on_now_and_then_is_no_hang() {
    let (client, mut engine) = connected().await;
    let _load = client.load(LoadRequest::new(client.new_id(), "/m.gguf"));
    for second in 0..90 {
        sleep(Duration::from_secs(1)).await;
        engine.say(&Event::Heartbeat { progress: second / 7 }).await;
    }
    assert!(!client.has_ended());
}

#[cfg(unix)]
mod programs {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    use hearth_ipc::{EngineLauncher, EngineProgram};
    use tempfile::TempDir;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn script(folder: &TempDir, text: &str) -> PathBuf {
        let path = folder.path().join("engine");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    #[tokio::test]
    async fn a_program_runs_in_its_own_folder_with_only_the_environment_it_needs() {
        let folder = TempDir::new().expect("a folder");
        let program = script(&folder, "pwd -P > folder; env > environment; exit 3");
        let process = EngineProgram::new(program).launch(ComputePath::Cpu).expect("started");
        assert_eq!(timeout(PATIENCE, process.end).await.expect("ended"), ProcessEnd::Exited(3));
        let ran_in = fs::read_to_string(folder.path().join("folder")).expect("written");
        assert_eq!(PathBuf::from(ran_in.trim()), folder.path().canonicalize().expect("there"));
        let environment = fs::read_to_string(folder.path().join("environment")).expect("written");
        assert!(environment.contains("PATH="), "what programs need is passed on");
        // Cargo sets a dozen of these for every test.
        assert!(!environment.contains("CARGO"), "what is not needed is not: {environment}");
        // Nor does cargo leave this one out.
        assert!(!environment.contains("LD_LIBRARY_PATH"), "libraries come from its own folder: {environment}");
    }

    #[tokio::test]
    async fn a_program_that_ends_at_once_is_told_with_its_code() {
        let folder = TempDir::new().expect("a folder");
        let process = EngineProgram::new(script(&folder, "exit 7")).launch(ComputePath::Cpu).expect("started");
        let refused = timeout(PATIENCE, Client::connect(process)).await.expect("told");
        assert!(matches!(refused, Err(ConnectError::Ended(ProcessEnd::Exited(7)))));
    }

    #[tokio::test]
    async fn a_program_that_is_killed_is_told_with_the_signal() {
        let folder = TempDir::new().expect("a folder");
        let process = EngineProgram::new(script(&folder, "kill -9 $$")).launch(ComputePath::Cpu).expect("started");
        assert_eq!(timeout(PATIENCE, process.end).await.expect("ended"), ProcessEnd::Killed(9));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_cannot_be_started() {
        let folder = TempDir::new().expect("a folder");
        let missing = EngineProgram::new(folder.path().join("gone")).launch(ComputePath::Cpu).map(drop);
        assert_eq!(missing.expect_err("missing").kind(), std::io::ErrorKind::NotFound);
        let relative = EngineProgram::new("engine").launch(ComputePath::Cpu).map(drop);
        assert_eq!(relative.expect_err("relative").kind(), std::io::ErrorKind::InvalidInput);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_process_that_nobody_holds_is_ended() {
        let folder = TempDir::new().expect("a folder");
        let started = folder.path().join("started");
        let process = EngineProgram::new(script(&folder, "echo $$ > pid; mv pid started; exec sleep 1000"));
        let process = process.launch(ComputePath::Cpu).expect("started");
        timeout(PATIENCE, until(|| started.exists())).await.expect("it starts");
        let pid = fs::read_to_string(&started).expect("written");
        let status = PathBuf::from(format!("/proc/{}/status", pid.trim()));
        assert!(status.exists());
        drop(process);
        // Gone, or waiting to be reaped.
        let is_over = || fs::read_to_string(&status).map_or(true, |status| status.contains("State:\tZ"));
        timeout(PATIENCE, until(is_over)).await.expect("it must not be left behind");
    }

    /// For what another process does, there is no event to wait for.
    async fn until(condition: impl Fn() -> bool) {
        while !condition() {
            sleep(Duration::from_millis(5)).await;
        }
    }
}
