//! What the person decides about computing, what a model is loaded with, and what cannot be loaded.

use std::{fs, sync::Arc};

use hearth_core::{
    App, Config, Machine,
    error::ErrorCode,
    view::{ComputePath as Shown, EngineState, FitVerdict, HardwareSettings, KvCache, SmallerBuildPlace},
};
use hearth_ipc::{
    ComputePath::{Cpu, Vulkan},
    KvCacheType, LoadSettings, StateCache,
};

use super::double::{Engines, config, hardware, tried};
use super::plays::{FAST, Play, Seen};
use crate::choosing::id;
use crate::model_file;
use crate::stage::{Stage, TestComputer, finished, is_ready, started, state};

#[tokio::test]
async fn what_was_decided_is_kept_and_the_model_is_loaded_with_it() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let app = App::new(config(&stage, &engines));
    is_ready(&app).await;
    assert_eq!(app.hardware_settings().await.expect("known"), HardwareSettings::default());
    assert_eq!(engines.last_load(Cpu).settings, LoadSettings::default(), "all is left to the engine");

    let wanted = HardwareSettings {
        context_tokens: Some(100),
        threads: Some(3),
        gpu_layers: Some(5),
        kv_cache: Some(KvCache::Q8_0),
        read_ahead: false,
        ..HardwareSettings::default()
    };
    let loads = engines.count(Cpu, |seen| matches!(seen, Seen::Loaded(_)));
    let kept = app.update_hardware_settings(wanted).await.expect("kept");
    assert_eq!(kept, HardwareSettings { context_tokens: Some(512), ..wanted }, "less is of no use");
    engines.wait(Cpu, loads + 1, |seen| matches!(seen, Seen::Loaded(_))).await;
    let expected = LoadSettings {
        context_tokens: Some(512),
        threads: Some(3),
        gpu_layers: None,
        kv_cache: Some(KvCacheType::Q8_0),
    };
    assert_eq!(engines.last_load(Cpu).settings, expected);
    app.shutdown().await;
    drop(app);

    engines.forget();
    let app = App::new(config(&stage, &engines));
    is_ready(&app).await;
    assert_eq!(engines.last_load(Cpu).settings, expected, "also after a restart");
    assert_eq!(app.hardware_settings().await.expect("known"), kept);
}

#[tokio::test]
async fn the_model_remembers_conversations_on_disk_as_long_as_that_is_wished() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let app = App::new(config(&stage, &engines));
    is_ready(&app).await;
    let folder = stage.home().join("cache/conversations");
    let StateCache { folder: told, limit_bytes } = engines.last_load(Cpu).states.expect("somewhere to keep it");
    assert_eq!(told, folder);
    assert!((1..=8 << 30).contains(&limit_bytes), "{limit_bytes}");

    fs::create_dir_all(folder.join("1")).expect("a folder");
    fs::write(folder.join("1/state"), "keys and values").expect("a state");
    let off = HardwareSettings { keep_memories: false, ..HardwareSettings::default() };
    let loads = engines.count(Cpu, |seen| matches!(seen, Seen::Loaded(_)));
    app.update_hardware_settings(off).await.expect("kept");
    engines.wait(Cpu, loads + 1, |seen| matches!(seen, Seen::Loaded(_))).await;
    assert_eq!(engines.last_load(Cpu).states, None);
    assert!(!folder.exists(), "what was kept is gone");
}

#[tokio::test]
async fn a_model_that_cannot_fit_is_refused_before_the_engine_is_asked() {
    let stage = Stage::new();
    let engines = Engines::new([]);
    let starter = crate::fit::starter_model();
    let machine = Machine { memory_bytes: 1_550_000_000, ..TestComputer::of_gigabytes(2).0 };
    let small = Arc::new(TestComputer(machine));
    let app = App::new(Config { hardware: small, model_override: Some(starter.clone()), ..config(&stage, &engines) });
    let trouble = state(&app, |state| matches!(state, EngineState::Trouble { .. })).await;
    let EngineState::Trouble { error, .. } = trouble else { unreachable!() };
    assert_eq!(error.code, ErrorCode::ModelTooLarge);
    assert_eq!(error.details.path.as_deref(), starter.to_str());
    let needed = error.details.needed_bytes.expect("known");
    assert_eq!(error.details.free_bytes, Some(50_000_000));
    assert!((90_000_000..400_000_000).contains(&needed), "{needed}");
    assert_eq!(engines.count(Cpu, |seen| matches!(seen, Seen::Loaded(_))), 0);
}

#[tokio::test]
async fn of_the_same_model_smaller_builds_are_offered_that_run_here() {
    let stage = Stage::new();
    let app = App::new(config(&stage, &Engines::new([])));
    is_ready(&app).await;
    let write = |file: &str, architecture: &str, longer_by: usize| {
        let mut bytes = model_file::bytes("A model", architecture);
        bytes.resize(bytes.len() + longer_by, 0);
        let path = stage.folder().join(file);
        fs::write(&path, bytes).expect("written");
        path
    };
    let large = write("large.gguf", "llama", 4096);
    let (small, other) = (write("small.gguf", "llama", 0), write("other.gguf", "qwen3", 0));
    for file in [&large, &small, &other] {
        app.open_model(file.clone()).await.expect("opened");
    }
    let builds = app.smaller_builds(id(&large)).await.expect("looked up");
    let places: Vec<_> = builds.iter().map(|build| build.place.clone()).collect();
    assert!(places.contains(&SmallerBuildPlace::Here { model: id(&small) }), "{places:?}");
    assert!(!places.contains(&SmallerBuildPlace::Here { model: id(&other) }), "another model is no smaller build");
    assert!(!places.contains(&SmallerBuildPlace::Here { model: id(&large) }), "nor is it itself");
    let none = app.smaller_builds(id(&other)).await.expect("looked up");
    assert_eq!(none, [], "there is none");
}

#[tokio::test]
async fn memory_of_a_card_counts_for_what_fits() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    let machine = Machine { memory_bytes: 1_550_000_000, ..TestComputer::of_gigabytes(2).0 };
    // As old as the catalog asks for.
    let config = Config { version: "0.1.0".into(), ..config(&stage, &engines) };
    let app = App::new(Config { hardware: Arc::new(TestComputer(machine)), ..config });
    hardware(&app, "the card", |hardware| hardware.used == Shown::Vulkan && hardware.load.is_some()).await;
    let starter = crate::fit::starter_model();
    crate::choosing::use_file(&app, starter).await.expect("begun");
    engines.wait(Vulkan, 2, |seen| matches!(seen, Seen::Loaded(_))).await;
    is_ready(&app).await;
    let ahead = app.recommendations().await.expect("recommended");
    assert!(ahead.computer.memory_bytes < 2 << 30, "a small computer");
    let fits = ahead.models.iter().flat_map(|model| &model.builds).map(|build| build.fit);
    let largest = fits.filter(|fit| fit.verdict == FitVerdict::Fast).filter_map(|fit| fit.needed_bytes).max();
    assert!(largest > Some(2 << 30), "more than the computer has fits on the card: {largest:?}");
}

#[tokio::test]
async fn a_report_tells_what_helps_and_nothing_private() {
    let stage = Stage::new();
    let engines = Engines::new([(Vulkan, Play::card(FAST))]);
    let app = App::new(config(&stage, &engines));
    hardware(&app, "the card", |hardware| hardware.used == Shown::Vulkan && hardware.load.is_some()).await;
    tried(&app).await;
    let mut answer = app.send(None, None, "My secret is a purple elephant".into()).await.expect("sent");
    started(&mut answer).await;
    finished(&mut answer).await;
    let report = app.hardware_report().await.expect("a text");
    for told in ["Hearth 0.0.0", "engine played", "A usual processor", "Vulkan", "A card", "driver 1.0", "the fastest"]
    {
        assert!(report.contains(told), "{told} is missing in:\n{report}");
    }
    let home = stage.folder().to_string_lossy().into_owned();
    for private in ["elephant", "Yes.", &home] {
        assert!(!report.contains(private), "{private} is in:\n{report}");
    }
}
