//! What is tried, when, and what follows from it.

use std::{sync::Arc, time::Duration};

use hearth_core::{
    App, Config, HardwareTrials,
    view::{ComputePath as Shown, EngineState, HardwareSettings, PathOutcome, PathReason},
};
use hearth_ipc::{
    ComputePath::{Cpu, Vulkan},
    DeviceKind, Speed,
};

use super::double::{Engines, config, hardware, outcome, tried};
use super::plays::{Answer, CPU_SPEED, FAST, Play, Probe, Seen, device};
use crate::stage::{Stage, finished, is_ready, started, text, text_of};

/// Everything was tried, and a question is answered.
async fn settled(stage: &Stage, engines: &Arc<Engines>) -> (App, hearth_core::view::Hardware) {
    let app = App::new(config(stage, engines));
    let hardware = tried(&app).await;
    is_ready(&app).await;
    let mut answer = app.send(None, None, "Do you work?".into()).await.expect("sent");
    started(&mut answer).await;
    assert_eq!(text(&finished(&mut answer).await), "Yes.");
    (app, hardware)
}

#[tokio::test]
async fn the_processor_serves_until_a_faster_card_was_tried_and_then_the_card_does() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    let app = App::new(config(&stage, &engines));
    engines.wait(Vulkan, 1, |seen| matches!(seen, Seen::Loaded(_))).await;
    is_ready(&app).await;
    let hardware = tried(&app).await;

    let loads: Vec<_> = engines.seen().into_iter().filter(|(_, seen)| matches!(seen, Seen::Loaded(_))).collect();
    assert_eq!(loads.first().map(|(path, _)| *path), Some(Cpu), "nobody waits for a trial");
    assert_eq!((hardware.used, &hardware.reason), (Shown::Vulkan, &PathReason::Fastest));
    let works = PathOutcome::Works { prompt_tokens_per_second: 9000.0, generation_tokens_per_second: 300.0 };
    assert_eq!(outcome(&hardware, Shown::Vulkan), works);
    assert_eq!(outcome(&hardware, Shown::Cuda), PathOutcome::Missing);
    let cpu = PathOutcome::Works { prompt_tokens_per_second: 400.0, generation_tokens_per_second: 150.0 };
    assert_eq!(outcome(&hardware, Shown::Cpu), cpu, "measured beside it");
    assert_eq!(engines.count(Cpu, |seen| *seen == Seen::Probed), 0, "so that it needs no trial of its own");
    let shown = hardware.paths.iter().find(|path| path.path == Shown::Vulkan).expect("listed");
    assert_eq!(shown.devices[0].name, "A card");
    assert!(shown.tried_at.is_some());
    assert!(hardware.load.is_some());
}

#[tokio::test]
async fn without_graphics_the_processor_computes_and_is_tried_alone() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::sound())]);
    let (_app, hardware) = settled(&stage, &engines).await;
    assert_eq!((hardware.used, &hardware.reason), (Shown::Cpu, &PathReason::OnlyOne));
    assert_eq!(outcome(&hardware, Shown::Vulkan), PathOutcome::NoDevice);
    assert_eq!(outcome(&hardware, Shown::Cuda), PathOutcome::Missing);
    assert!(matches!(outcome(&hardware, Shown::Cpu), PathOutcome::Works { .. }));
    assert_eq!(engines.count(Vulkan, |seen| matches!(seen, Seen::Probed)), 0, "without a device nothing is computed");
}

#[tokio::test]
async fn what_does_not_compute_rightly_is_not_used_and_the_page_is_told_which_and_why() {
    let card = Play::card(FAST);
    let wrong = Play { probe: Probe::Measures(FAST, 7.5), ..card.clone() };
    let table = [
        ("wrong results", wrong, PathOutcome::WrongResults),
        ("a crash in the library", Play { probe: Probe::Dies, ..card.clone() }, PathOutcome::Crashed),
        ("a crash while computing", Play { probe: Probe::DiesComputing, ..card.clone() }, PathOutcome::Crashed),
        (
            "a crash at the start",
            Play { ends_at_once: Some(hearth_core::ProcessEnd::Killed(6)), ..card },
            PathOutcome::Crashed,
        ),
    ];
    for (what, play, expected) in table {
        let stage = Stage::new();
        let (_app, hardware) = settled(&stage, &Engines::new([(Vulkan, play)])).await;
        assert_eq!(outcome(&hardware, Shown::Vulkan), expected, "{what}");
        let reason = PathReason::OthersFailed { path: Shown::Vulkan };
        assert_eq!((hardware.used, hardware.reason), (Shown::Cpu, reason), "{what}");
    }
}

#[tokio::test]
async fn what_hangs_is_given_up_and_nobody_waits_for_it_meanwhile() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play { probe: Probe::Hangs, ..Play::card(FAST) })]);
    let limit = Duration::from_millis(300);
    let app = App::new(Config { hardware_trials: HardwareTrials::of(vec![Vulkan], limit), ..config(&stage, &engines) });
    is_ready(&app).await;
    let hardware = hardware(&app, "the end of the trial", |hardware| {
        !matches!(outcome(hardware, Shown::Vulkan), PathOutcome::Untried | PathOutcome::Testing)
    })
    .await;
    assert_eq!(outcome(&hardware, Shown::Vulkan), PathOutcome::TimedOut);
    assert_eq!(hardware.used, Shown::Cpu);
}

#[tokio::test]
async fn slow_graphics_lose_against_a_fast_processor() {
    let stage = Stage::new();
    let slow = Play {
        devices: vec![device(DeviceKind::IntegratedGpu, "1.0")],
        ..Play::card(Speed { prompt: CPU_SPEED.prompt * 2.0, generation: CPU_SPEED.generation / 3.0 })
    };
    let (_app, hardware) = settled(&stage, &Engines::new([(Vulkan, slow)])).await;
    assert_eq!((hardware.used, hardware.reason), (Shown::Cpu, PathReason::OthersSlower { path: Shown::Vulkan }));
}

#[tokio::test]
async fn software_that_pretends_to_be_a_card_is_used_only_by_whom_who_wants_it() {
    let stage = Stage::new();
    let software = Play { devices: vec![device(DeviceKind::Software, "llvmpipe")], ..Play::card(FAST) };
    let engines = Engines::new([(Vulkan, software)]);
    let (app, shown) = settled(&stage, &engines).await;
    assert_eq!((shown.used, &shown.reason), (Shown::Cpu, &PathReason::OthersSlower { path: Shown::Vulkan }));
    assert!(matches!(outcome(&shown, Shown::Vulkan), PathOutcome::Works { .. }));

    let wanted = HardwareSettings { path: Some(Shown::Vulkan), ..HardwareSettings::default() };
    assert_eq!(app.update_hardware_settings(wanted).await.expect("kept"), wanted);
    let shown = hardware(&app, "the other path", |hardware| hardware.load.is_some() && hardware.used == Shown::Vulkan);
    assert_eq!(shown.await.reason, PathReason::Chosen);
}

#[tokio::test]
async fn the_next_start_uses_what_was_found_out_and_only_looks_whether_it_is_still_there() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    let (app, _) = settled(&stage, &engines).await;
    app.shutdown().await;
    drop(app);

    engines.forget();
    let (app, hardware) = settled(&stage, &engines).await;
    assert_eq!(hardware.used, Shown::Vulkan);
    assert_eq!(engines.seen()[0], (Vulkan, Seen::Launched), "at once");
    engines.wait(Vulkan, 1, |seen| *seen == Seen::ProbeBegun).await;
    app.shutdown().await;
    assert_eq!(engines.count(Vulkan, |seen| *seen == Seen::Probed), 0, "the same card with the same driver");
    assert_eq!(engines.count(Cpu, |seen| *seen == Seen::Launched), 0);
    drop(app);

    engines.forget();
    let slow = Speed { prompt: 10.0, generation: 1.0 };
    engines.play(Vulkan, Play { devices: vec![device(DeviceKind::Gpu, "2.0")], ..Play::card(slow) });
    let app = App::new(config(&stage, &engines));
    engines.wait(Vulkan, 1, |seen| *seen == Seen::Probed).await;
    let found = super::double::hardware(&app, "the new choice", |hardware| hardware.used == Shown::Cpu).await;
    assert_eq!(found.reason, PathReason::OthersSlower { path: Shown::Vulkan }, "another driver is tried anew");
}

#[tokio::test]
async fn what_crashed_before_it_told_its_devices_is_left_alone_until_somebody_asks() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play { probe: Probe::Dies, ..Play::card(FAST) })]);
    let (app, _) = settled(&stage, &engines).await;
    app.shutdown().await;
    drop(app);

    engines.forget();
    engines.play(Vulkan, Play::card(FAST));
    let (app, shown) = settled(&stage, &engines).await;
    assert_eq!(outcome(&shown, Shown::Vulkan), PathOutcome::Crashed);
    assert_eq!(engines.count(Vulkan, |seen| *seen == Seen::Launched), 0);

    app.test_hardware().await.expect("begun");
    assert!(app.hardware().await.expect("shown").testing, "from now on");
    let works = |hardware: &hearth_core::view::Hardware| hardware.used == Shown::Vulkan && !hardware.testing;
    hardware(&app, "the new choice", works).await;
}

#[tokio::test]
async fn an_answer_that_begins_ends_a_trial_which_begins_anew_afterwards() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play { probe: Probe::Hangs, ..Play::card(FAST) })]);
    engines.play(Cpu, Play { answer: Answer::GoesOn, ..Play::sound() });
    let app = App::new(config(&stage, &engines));
    engines.wait(Vulkan, 1, |seen| *seen == Seen::ProbeBegun).await;
    assert_eq!(outcome(&app.hardware().await.expect("shown"), Shown::Vulkan), PathOutcome::Testing);

    let mut answer = app.send(None, None, "Do you work?".into()).await.expect("sent");
    let (_, id) = started(&mut answer).await;
    text_of(&mut answer, 4).await;
    let given_up = |hardware: &hearth_core::view::Hardware| !hardware.testing;
    let shown = hardware(&app, "the end of the trial", given_up).await;
    assert_eq!(outcome(&shown, Shown::Vulkan), PathOutcome::Untried, "that is no failure of it");
    assert_eq!(engines.count(Vulkan, |seen| *seen == Seen::Launched), 1, "nothing is tried while it is written");

    engines.play(Vulkan, Play::card(FAST));
    app.stop(id);
    finished(&mut answer).await;
    engines.wait(Vulkan, 1, |seen| *seen == Seen::Probed).await;
    hardware(&app, "the card", |hardware| hardware.used == Shown::Vulkan && hardware.load.is_some()).await;
}

#[tokio::test]
async fn the_model_is_not_taken_away_from_an_answer_that_is_being_written() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    engines.play(Vulkan, Play { answer: Answer::GoesOn, ..Play::card(FAST) });
    let app = App::new(config(&stage, &engines));
    hardware(&app, "the card", |hardware| hardware.used == Shown::Vulkan && hardware.load.is_some()).await;
    let mut answer = app.send(None, None, "Do you work?".into()).await.expect("sent");
    let (_, id) = started(&mut answer).await;
    text_of(&mut answer, 4).await;

    let launched = engines.count(Cpu, |seen| *seen == Seen::Launched);
    let cpu = HardwareSettings { path: Some(Shown::Cpu), ..HardwareSettings::default() };
    app.update_hardware_settings(cpu).await.expect("kept");
    assert!(matches!(&*app.engine_states().borrow(), EngineState::Ready { .. }));
    assert_eq!(app.hardware().await.expect("shown").used, Shown::Vulkan);
    app.stop(id);
    finished(&mut answer).await;
    engines.wait(Cpu, launched + 1, |seen| *seen == Seen::Launched).await;
    hardware(&app, "the processor", |hardware| hardware.used == Shown::Cpu && hardware.load.is_some()).await;
}
