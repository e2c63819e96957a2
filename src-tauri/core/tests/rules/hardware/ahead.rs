//! Reading ahead as the person wishes it, and with what the computer has to give.

use std::sync::{Arc, atomic::Ordering};

use hearth_core::{App, Config, view::HardwareSettings};

use super::{double::Engines, restraint};
use crate::stage::{ChangingComputer, Stage, StagedEngine, TestComputer, exchange, is_ready};

async fn open(stage: &Stage) -> (App, StagedEngine, Arc<ChangingComputer>) {
    let computer = ChangingComputer::new(TestComputer::of_gigabytes(16));
    let app = App::new(Config { hardware: computer.clone(), ..stage.config() });
    let engine = stage.ready_engine().await;
    is_ready(&app).await;
    (app, engine, computer)
}

async fn wish(app: &App, read_ahead: bool, read_ahead_on_battery: bool) {
    let wished = HardwareSettings { read_ahead, read_ahead_on_battery, ..HardwareSettings::default() };
    app.update_hardware_settings(wished).await.expect("kept");
}

async fn prepare(app: &App) {
    app.prepare(None, None, "Name a warm colour".into()).await.expect("taken");
}

/// Whatever had been asked of the engine before would come first.
async fn nothing_was_read_ahead(app: &App, engine: &mut StagedEngine) {
    exchange(app, engine, "And what now?", "Nothing.").await;
}

#[tokio::test]
async fn nothing_is_read_ahead_where_that_is_not_wished() {
    let stage = Stage::new();
    let (app, mut engine, _) = open(&stage).await;
    wish(&app, false, true).await;
    prepare(&app).await;
    nothing_was_read_ahead(&app, &mut engine).await;
    wish(&app, true, true).await;
    prepare(&app).await;
    engine.prepare().await;
}

#[tokio::test]
async fn nothing_is_read_ahead_on_battery_where_that_is_not_wished() {
    let stage = Stage::new();
    let (app, mut engine, computer) = open(&stage).await;
    computer.is_on_battery.store(true, Ordering::Relaxed);
    prepare(&app).await;
    engine.prepare().await;
    wish(&app, true, false).await;
    prepare(&app).await;
    nothing_was_read_ahead(&app, &mut engine).await;
    computer.is_on_battery.store(false, Ordering::Relaxed);
    prepare(&app).await;
    engine.prepare().await;
}

#[tokio::test]
async fn a_model_that_rests_is_woken_by_whoever_begins_to_write() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let (app, _) = restraint::open(&stage, &engines).await;
    restraint::in_the_course_of_time("the model's rest", || restraint::is_resting(&app)).await;
    prepare(&app).await;
    is_ready(&app).await;
}
