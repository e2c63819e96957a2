//! What happens when what computes does not go on computing.

use std::{fs, sync::Arc};

use hearth_core::{
    App,
    error::ErrorCode,
    view::{AnswerState, ComputePath as Shown, EngineState, Hardware, Interruption, PathOutcome, PathReason},
};
use hearth_ipc::ComputePath::{Cpu, Vulkan};

use super::double::{Engines, config, hardware, outcome, tried};
use super::plays::{Answer, FAST, Load, Play, Seen};
use crate::{
    choosing::use_file,
    model_file,
    stage::{Stage, answer_state, finished, is_ready, started, state, text},
};

const SIGSEGV: i32 = 11;

fn on(path: Shown) -> impl Fn(&Hardware) -> bool {
    move |hardware| hardware.used == path && hardware.load.is_some()
}

async fn ask(app: &App) -> hearth_core::view::Message {
    let mut answer = app.send(None, None, "Do you work?".into()).await.expect("sent");
    started(&mut answer).await;
    finished(&mut answer).await
}

/// An app that computes with a card.
async fn with_card(stage: &Stage, engines: &Arc<Engines>) -> App {
    let app = App::new(config(stage, engines));
    hardware(&app, "the card", on(Shown::Vulkan)).await;
    tried(&app).await;
    app
}

#[tokio::test]
async fn a_card_that_crashes_in_an_answer_is_survived_by_the_processor() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play { answer: Answer::Dies(SIGSEGV), ..Play::card(FAST) })]);
    let app = with_card(&stage, &engines).await;
    let message = ask(&app).await;
    assert_eq!(*answer_state(&message), AnswerState::Interrupted { by: Interruption::Engine });
    assert_eq!(text(&message), "Yes.", "what was written stays");

    let shown = hardware(&app, "the processor", on(Shown::Cpu)).await;
    assert_eq!(shown.reason, PathReason::OthersFailed { path: Shown::Vulkan });
    assert_eq!(outcome(&shown, Shown::Vulkan), PathOutcome::Crashed);
    assert_eq!(*answer_state(&ask(&app).await), AnswerState::Complete);
}

#[tokio::test]
async fn three_crashes_in_five_minutes_are_the_last_of_a_card_also_after_a_restart() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play { answer: Answer::Dies(SIGSEGV), ..Play::card(FAST) })]);
    let app = with_card(&stage, &engines).await;
    for crash in 1..=3 {
        ask(&app).await;
        let shown = hardware(&app, "the processor", on(Shown::Cpu)).await;
        let expected = if crash < 3 { PathOutcome::Crashed } else { PathOutcome::Quarantined };
        assert_eq!(outcome(&shown, Shown::Vulkan), expected, "after {crash}");
        stage.clock.advance(100);
        app.reload_model().await.expect("tried again");
        let next = if crash < 3 { Shown::Vulkan } else { Shown::Cpu };
        hardware(&app, "the next try", on(next)).await;
    }
    app.shutdown().await;
    drop(app);

    engines.forget();
    engines.play(Vulkan, Play::card(FAST));
    stage.clock.advance(100_000);
    let app = App::new(config(&stage, &engines));
    is_ready(&app).await;
    let shown = hardware(&app, "what is known", on(Shown::Cpu)).await;
    assert_eq!(outcome(&shown, Shown::Vulkan), PathOutcome::Quarantined);
    assert_eq!(engines.count(Vulkan, |seen| *seen == Seen::Launched), 0, "it is not touched");

    app.test_hardware().await.expect("begun");
    hardware(&app, "the card", on(Shown::Vulkan)).await;
}

#[tokio::test]
async fn what_was_being_tried_when_everything_ended_counts_as_a_crash_at_the_next_start() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    let app = with_card(&stage, &engines).await;
    let file = stage.home().join("trying-load.json");
    assert!(!file.exists(), "nothing is feared of a model that is loaded");
    app.shutdown().await;
    drop(app);

    for start in 1..=3 {
        engines.forget();
        engines.play(Vulkan, Play { load: Load::Hangs, ..Play::card(FAST) });
        let app = App::new(config(&stage, &engines));
        engines.wait(Vulkan, 1, |seen| matches!(seen, Seen::Loaded(_))).await;
        let written = fs::read(&file).unwrap_or_else(|_| panic!("written down before start {start}"));
        app.shutdown().await;
        assert!(!file.exists(), "who ends in order leaves nothing");
        // As if the computer had stopped.
        fs::write(&file, written).expect("written");
    }
    engines.forget();
    let app = App::new(config(&stage, &engines));
    let shown = hardware(&app, "the processor", on(Shown::Cpu)).await;
    assert_eq!(outcome(&shown, Shown::Vulkan), PathOutcome::Quarantined);
    assert_eq!(engines.count(Vulkan, |seen| *seen == Seen::Launched), 0);
}

#[tokio::test]
async fn a_model_that_ends_the_engine_twice_is_not_loaded_again_by_itself() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let app = App::new(config(&stage, &engines));
    tried(&app).await;
    let file = model_file::write(stage.folder(), "other.gguf", "Other");
    engines.play(Cpu, Play { load: Load::Dies(SIGSEGV), ..Play::sound() });
    engines.forget();
    use_file(&app, file.clone()).await.expect("begun");
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, .. } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::ModelCrashes);
    assert_eq!(error.details.path.as_deref(), file.to_str());
    assert_eq!(engines.count(Cpu, |seen| matches!(seen, Seen::Loaded(_))), 2);

    engines.play(Cpu, Play::sound());
    app.reload_model().await.expect("begun");
    is_ready(&app).await;
    assert_eq!(engines.count(Cpu, |seen| matches!(seen, Seen::Loaded(_))), 3, "only because somebody asked");
}

#[tokio::test]
async fn a_model_that_has_answered_in_between_is_no_model_that_ends_the_engine() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let app = App::new(config(&stage, &engines));
    tried(&app).await;
    let dies = Play { answer: Answer::Dies(SIGSEGV), ..Play::sound() };
    for _ in 0..3 {
        engines.play(Cpu, dies.clone());
        assert_eq!(*answer_state(&ask(&app).await), AnswerState::Interrupted { by: Interruption::Engine });
        engines.play(Cpu, Play::sound());
        assert_eq!(*answer_state(&ask(&app).await), AnswerState::Complete);
    }
    engines.play(Cpu, dies);
    ask(&app).await;
    ask(&app).await;
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, .. } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::ModelCrashes, "twice in a row");
}
