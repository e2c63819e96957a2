//! Trying a path, and what becomes of an engine whose graphics library goes wrong.

use std::os::unix::process::ExitStatusExt as _;

use hearth_engine::exit::Exit;
use hearth_ipc::{
    ComputePath, Device, DeviceKind, EngineFailure, Event, FailureKind, KvCacheType, LoadRequest, LoadSettings,
    ProbeReport, ProbeRequest, Request,
};

use crate::{
    doubles::{Fault, engine_with},
    process::{Engine, ask, staged_engine, starter_model, user},
};

/// As much as no test needs.
const PLENTY: u64 = 8_000_000_000;

fn ask_for_probe(engine: &mut Engine, kv_cache: KvCacheType) {
    let id = engine.next_id();
    engine.send(&Request::Probe(ProbeRequest { id, model: starter_model(), kv_cache }));
}

/// The devices that are told first, and how the probe ends.
fn probe(engine: &mut Engine) -> (Vec<Device>, Result<ProbeReport, EngineFailure>) {
    probe_with(engine, KvCacheType::F16)
}

fn probe_with(engine: &mut Engine, kv_cache: KvCacheType) -> (Vec<Device>, Result<ProbeReport, EngineFailure>) {
    assert!(matches!(engine.next(), Event::Hello { .. }));
    ask_for_probe(engine, kv_cache);
    let Event::Devices { devices, .. } = engine.next() else { panic!("the devices come first") };
    match engine.next() {
        Event::Probed { report, .. } => (devices, Ok(report)),
        Event::Failed { failure, .. } => (devices, Err(failure)),
        other => panic!("unexpected: {other:?}"),
    }
}

#[test]
fn the_processor_is_probed_by_itself() {
    let (devices, report) = probe(&mut Engine::start());
    let report = report.expect("the processor always computes");
    assert_eq!((devices, &report.devices), (Vec::new(), &Vec::new()));
    assert!(report.processor.starts_with("CPU"), "{}", report.processor);
    assert!(report.cpu_speed.prompt > 0.0 && report.cpu_speed.generation > 0.0, "{report:?}");
    assert_eq!(report.speed, report.cpu_speed);
    assert!(report.divergence.abs() < f32::EPSILON);
}

#[test]
fn keys_and_values_in_half_the_room_are_as_good_as_whole_ones() {
    let (_, report) = probe_with(&mut Engine::start(), KvCacheType::Q8_0);
    let report = report.expect("the processor always computes");
    // Rounding to eight bits shows, so it was really done; but nobody would see it in a text.
    assert!(report.divergence > 0.0 && report.divergence < 0.01, "{}", report.divergence);

    let (_, report) = probe_with(&mut engine_with(Fault::None, PLENTY), KvCacheType::Q8_0);
    let divergence = report.expect("it computes").divergence;
    assert!(divergence > 0.0 && divergence < 0.01, "{divergence}");
}

#[test]
fn a_device_that_computes_well_is_found_to_agree_with_the_processor() {
    let (devices, report) = probe(&mut engine_with(Fault::None, PLENTY));
    let report = report.expect("it computes");
    assert_eq!(devices, report.devices);
    let device = &devices[0];
    assert_eq!((device.name.as_str(), device.description.as_str()), ("Vulkan0", "Test double"));
    assert_eq!((device.kind, device.memory_bytes, device.free_bytes), (DeviceKind::Gpu, PLENTY, PLENTY));
    assert!(report.divergence < 0.01, "{}", report.divergence);
    assert!(report.speed.prompt > 0.0 && report.speed.generation > 0.0, "{report:?}");
}

#[test]
fn a_device_that_computes_nonsense_is_found_to_diverge() {
    let (_, report) = probe(&mut engine_with(Fault::Nonsense, PLENTY));
    assert!(report.expect("it does not fail").divergence > 1.0);
}

#[test]
fn a_path_without_a_device_says_so_and_one_without_its_library_ends_at_once() {
    let (devices, report) = probe(&mut engine_with(Fault::NoDevice, PLENTY));
    assert_eq!(devices, []);
    assert_eq!(report.expect_err("nothing computes").kind, FailureKind::Internal);

    let mut engine = Engine::start_as(staged_engine(), ComputePath::Cuda, &[]);
    assert_eq!(engine.exit().code(), Some(Exit::NoBackend as i32), "no CUDA is built here");
}

#[test]
fn a_model_is_not_loaded_onto_a_device_that_is_gone() {
    let mut engine = engine_with(Fault::NoDevice, PLENTY);
    engine.next();
    let id = engine.next_id();
    engine.send(&Request::Load(LoadRequest::new(id, starter_model())));
    assert_eq!(engine.exit().code(), Some(Exit::DeviceLost as i32));
}

#[test]
fn a_library_that_crashes_while_it_is_loaded_ends_this_process_and_no_other() {
    let mut engine = engine_with(Fault::CrashAtLoad, PLENTY);
    assert_eq!(engine.exit().signal(), Some(11));
}

#[test]
fn what_native_code_does_not_survive_is_told_by_the_exit_code() {
    for (fault, code) in [
        (Fault::Assertion, Exit::Assertion),
        (Fault::Exception, Exit::DeviceLost),
        (Fault::OutOfMemory, Exit::OutOfMemory),
    ] {
        let mut engine = engine_with(fault, PLENTY);
        engine.next();
        ask_for_probe(&mut engine, KvCacheType::F16);
        assert_eq!(engine.exit().code(), Some(code as i32), "{fault:?}");
    }
    let mut engine = engine_with(Fault::Crash, PLENTY);
    engine.next();
    ask_for_probe(&mut engine, KvCacheType::F16);
    assert_eq!(engine.exit().signal(), Some(11));
}

#[test]
fn a_library_that_hangs_leaves_the_signs_of_life_and_no_progress() {
    for fault in [Fault::HangAtLoad, Fault::Hang] {
        let mut engine = engine_with(fault, PLENTY);
        engine.next();
        ask_for_probe(&mut engine, KvCacheType::F16);
        let mut progress = Vec::new();
        // The first ones may tell of what was done before.
        while progress.len() < 3
            || progress[progress.len() - 3..].iter().any(|steps| steps != progress.last().expect("three"))
        {
            match engine.next_of_any_kind() {
                Event::Heartbeat { progress: steps } => progress.push(steps),
                Event::Devices { .. } => assert_eq!(fault, Fault::Hang, "nothing is known of a library that hangs"),
                other => panic!("unexpected: {other:?}"),
            }
        }
    }
}

#[test]
fn as_many_layers_go_onto_a_device_as_fit_and_the_answer_stays_the_same() {
    let mut processor = Engine::with_starter_model(Some(2048));
    let question = || ask(vec![user("Name three colours.")], 4);
    let expected = processor.answer(question()).expect("an answer").text;

    // A few tokens: the processor keeps its own weights in another order, so that its sums are rounded otherwise.
    // All of the model takes about 190 MB with this context; of the device's memory a tenth stays free.
    let mut layers_by_memory = Vec::new();
    for memory in [PLENTY, 130_000_000] {
        let mut engine = engine_with(Fault::None, memory);
        engine.next();
        let model = engine.load(&starter_model(), Some(2048)).expect("it fits between both");
        assert_eq!((model.compute, model.layers), (ComputePath::Vulkan, 31));
        assert_eq!(model.device, "Test double (Vulkan)");
        let on_device = model.memory.iter().find(|memory| memory.device == "Vulkan0").expect("the device is listed");
        let taken = on_device.weights_bytes + on_device.kv_bytes + on_device.compute_bytes;
        assert!(on_device.weights_bytes > 0 && taken <= memory, "{on_device:?} of {memory}");
        assert_eq!(engine.answer(question()).expect("an answer").text, expected, "with {} layers", model.gpu_layers);
        layers_by_memory.push(model.gpu_layers);
    }
    assert_eq!(layers_by_memory[0], 31, "all of it fits");
    assert!((1..31).contains(&layers_by_memory[1]), "a part of it fits: {layers_by_memory:?}");
}

#[test]
fn the_number_of_layers_on_the_device_can_be_chosen() {
    let mut engine = engine_with(Fault::None, PLENTY);
    engine.next();
    let settings = LoadSettings { gpu_layers: Some(7), threads: Some(1), ..LoadSettings::default() };
    let model = engine.load_with(&starter_model(), settings).expect("loaded");
    assert_eq!(model.gpu_layers, 7);
}

/// Mesa's llvmpipe: slow, but real Vulkan, whose programs are compiled by a real driver.
#[test]
fn software_that_pretends_to_be_a_graphics_card_computes_well_and_is_known_for_what_it_is() {
    let mut engine = Engine::start_as(staged_engine(), ComputePath::Vulkan, &[("GGML_VK_VISIBLE_DEVICES", "0")]);
    let (devices, report) = probe(&mut engine);
    assert_eq!(devices[0].kind, DeviceKind::Software, "{devices:?}");
    let driver = devices[0].driver.as_deref().expect("Mesa introduces its drivers");
    assert!(driver.contains("llvmpipe") && driver.contains("Mesa"), "{driver}");
    let report = report.expect("it computes");
    assert!(report.divergence < 0.05, "{}", report.divergence);

    // The driver's programs are made by now, so the same process goes on with a few tokens.
    let model = engine.load(&starter_model(), Some(512)).expect("it fits");
    assert_eq!(model.gpu_layers, model.layers);
    let text = engine.answer(ask(vec![user("Name a colour.")], 2)).expect("an answer").text;
    let mut processor = Engine::with_starter_model(Some(512));
    assert_eq!(text, processor.answer(ask(vec![user("Name a colour.")], 2)).expect("an answer").text);
}
