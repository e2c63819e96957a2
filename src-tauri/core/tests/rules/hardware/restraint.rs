//! The computer stays usable: a model rests when nobody needs it, and gives way to other programs.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use hearth_core::{
    App, Config, HardwareTrials,
    view::{EngineState, HardwareSettings},
};
use hearth_ipc::{ComputePath::Cpu, Restraint};

use super::double::{Engines, config};
use super::plays::{Answer, Play, Seen};
use crate::stage::{ChangingComputer, Stage, TestComputer, finished, is_ready, started, text, text_of};

/// An app on a computer that changes; nothing is tried on it.
pub(super) async fn open(stage: &Stage, engines: &Arc<Engines>) -> (App, Arc<ChangingComputer>) {
    let computer = ChangingComputer::new(TestComputer::of_gigabytes(16));
    let config =
        Config { hardware: computer.clone(), hardware_trials: HardwareTrials::none(), ..config(stage, engines) };
    let app = App::new(config);
    is_ready(&app).await;
    (app, computer)
}

/// What happens when so much time goes by in which nobody does anything.
async fn let_go_by(time: Duration) {
    tokio::time::pause();
    // Not in one leap: what happens each second does.
    for _ in 0..time.as_secs() {
        tokio::time::advance(Duration::from_secs(1)).await;
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }
    tokio::time::resume();
}

/// Lets time go by until it is so. What a thread of its own finds out takes real time, and comes in between.
pub(super) async fn in_the_course_of_time(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        let_go_by(Duration::from_secs(10)).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not come");
}

pub(super) fn is_resting(app: &App) -> bool {
    matches!(&*app.engine_states().borrow(), EngineState::Resting { .. })
}

#[tokio::test]
async fn a_model_that_nobody_asks_rests_and_the_next_question_wakes_it() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let (app, _) = open(&stage, &engines).await;
    let_go_by(Duration::from_mins(29)).await;
    assert!(!is_resting(&app));
    in_the_course_of_time("the model's rest", || is_resting(&app)).await;
    let rests = app.engine_states().borrow().clone();
    assert!(matches!(rests, EngineState::Resting { model } if model.name == "starter"));
    engines.wait(Cpu, 1, |seen| *seen == Seen::Unloaded).await;

    let mut answer = app.send(None, None, "Are you still there?".into()).await.expect("not refused");
    started(&mut answer).await;
    assert_eq!(text(&finished(&mut answer).await), "Yes.");
    is_ready(&app).await;
}

#[tokio::test]
async fn a_model_never_rests_where_that_is_wished() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let (app, _) = open(&stage, &engines).await;
    let never = HardwareSettings { unload_after_minutes: None, ..HardwareSettings::default() };
    app.update_hardware_settings(never).await.expect("kept");
    let_go_by(Duration::from_hours(3)).await;
    assert!(matches!(&*app.engine_states().borrow(), EngineState::Ready { .. }));
    assert_eq!(engines.count(Cpu, |seen| *seen == Seen::Unloaded), 0);
}

#[tokio::test]
async fn a_model_makes_room_when_memory_is_short_but_not_in_the_middle_of_an_answer() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    engines.play(Cpu, Play { answer: Answer::GoesOn, ..Play::sound() });
    let (app, computer) = open(&stage, &engines).await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (_, id) = started(&mut answer).await;
    text_of(&mut answer, 4).await;
    computer.is_short.store(true, Ordering::Relaxed);
    let_go_by(Duration::from_mins(5)).await;
    assert!(matches!(&*app.engine_states().borrow(), EngineState::Ready { .. }));
    app.stop(id);
    finished(&mut answer).await;
    let asked_at = tokio::time::Instant::now();
    in_the_course_of_time("the model's rest", || is_resting(&app)).await;
    assert!(asked_at.elapsed() < Duration::from_mins(20), "sooner than after the half hour that is usual");
}

#[tokio::test]
async fn in_the_background_other_programs_come_first_unless_an_answer_is_written() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    engines.play(Cpu, Play { answer: Answer::GoesOn, ..Play::sound() });
    let (app, _) = open(&stage, &engines).await;
    let background = |background| Seen::Restrained(Restraint { threads: None, background });
    app.set_focus(false);
    engines.wait(Cpu, 1, |seen| *seen == background(true)).await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (_, id) = started(&mut answer).await;
    engines.wait(Cpu, 1, |seen| *seen == background(false)).await;
    text_of(&mut answer, 4).await;
    app.stop(id);
    finished(&mut answer).await;
    engines.wait(Cpu, 2, |seen| *seen == background(true)).await;
    app.set_focus(true);
    engines.wait(Cpu, 2, |seen| *seen == background(false)).await;
}

#[tokio::test]
async fn on_battery_fewer_threads_compute_if_that_is_wished() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let (app, computer) = open(&stage, &engines).await;
    let wished = HardwareSettings { fewer_threads_on_battery: true, ..HardwareSettings::default() };
    app.update_hardware_settings(wished).await.expect("kept");
    computer.is_on_battery.store(true, Ordering::Relaxed);
    let half = Seen::Restrained(Restraint { threads: Some(1), background: false });
    in_the_course_of_time("half the threads", || engines.count(Cpu, |seen| *seen == half) > 0).await;
    assert!(app.hardware().await.expect("shown").has_battery);
}
