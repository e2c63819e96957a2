//! Files that become a model, and files that do not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_gguf::Header;
use hearth_ipc::{
    ComputePath, Event, FailureKind, KvCacheType, LoadRequest, LoadSettings, Request, SamplingSource, TemplateSource,
};

use crate::{
    process::{Engine, ask, starter_model, user},
    split_model,
};

#[test]
fn a_model_loads_with_rising_progress() {
    let mut engine = Engine::start();
    engine.next();
    let id = engine.next_id();
    engine.send(&Request::Load(LoadRequest {
        settings: LoadSettings { threads: Some(2), ..LoadSettings::default() },
        ..LoadRequest::new(id, starter_model())
    }));
    let mut fractions = Vec::new();
    let model = loop {
        match engine.next() {
            Event::Loading { id: of, fraction } if of == id => fractions.push(fraction),
            Event::Loaded { id: of, model } if of == id => break model,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert!(fractions.is_sorted(), "{fractions:?}");
    assert_eq!(fractions.last(), Some(&1.0), "the end is told");

    assert_eq!(model.path, starter_model());
    assert_eq!(model.architecture, "llama");
    assert!(model.description.contains("Q4_1"), "{}", model.description);
    assert_eq!(model.parameters, 134_515_008);
    assert_eq!(model.trained_context_tokens, 8192);
    assert_eq!(model.context_tokens, 8192);
    assert_eq!(model.template, TemplateSource::Model);
    assert_eq!(model.sampling_source, SamplingSource::Default);
    assert_eq!(model.threads, 2);
    assert!(model.device.starts_with("CPU"), "{}", model.device);
    assert_eq!((model.compute, model.layers, model.gpu_layers), (ComputePath::Cpu, 31, 0));
    assert_eq!((model.batch_tokens, model.kv_cache, model.flash_attention), (512, KvCacheType::F16, true));
    let [memory] = model.memory.as_slice() else { panic!("all of it is the processor's: {:?}", model.memory) };
    assert_eq!(memory.device, "CPU");
    // 30 layers keep 384 numbers of 2 bytes for each of 8,192 tokens; the log rounds to hundredths of a mebibyte.
    let near = |bytes: u64, expected: u64| bytes.abs_diff(expected) < expected / 100;
    assert!(near(memory.kv_bytes, 30 * 384 * 2 * 8192), "{memory:?}");
    assert!(near(memory.weights_bytes, model.size_bytes), "{memory:?} of {}", model.size_bytes);
    assert!(memory.compute_bytes > 1_000_000, "{memory:?}");
}

#[test]
fn keys_and_values_of_eight_bits_take_half_the_room() {
    let mut engine = Engine::start();
    engine.next();
    let mut sizes = Vec::new();
    for kv_cache in [KvCacheType::F16, KvCacheType::Q8_0] {
        let settings = LoadSettings {
            context_tokens: Some(2048),
            threads: Some(1),
            kv_cache: Some(kv_cache),
            ..LoadSettings::default()
        };
        let model = engine.load_with(&starter_model(), settings).expect("loaded");
        assert_eq!(model.kv_cache, kv_cache);
        sizes.push(model.memory[0].kv_bytes);
        // How right the answers are is found by a probe (`probing.rs`).
        engine.answer(ask(vec![user("Name three colours.")], 3)).expect("an answer");
    }
    assert!(sizes[1] * 32 <= sizes[0] * 18, "little more than half: {sizes:?}");
}

#[test]
fn a_model_that_cannot_fit_is_refused_before_anything_is_loaded() {
    // Given a model whose last tensor is said to be larger than any memory, in a file with that much room,
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let header = Header::read(&starter_model()).expect("a sound model");
    let last = header.tensors().iter().max_by_key(|tensor| tensor.offset).expect("tensors");
    let dimension = last.shape.iter().rposition(|elements| *elements > 1).expect("elements");
    let (row_bytes, rows) =
        (last.size_bytes / last.shape[dimension], 200_000_000_000 * last.shape[dimension] / last.size_bytes);
    let path = changed_model(folder.path(), "huge.gguf", |bytes| {
        let name = last.name.as_bytes();
        let length = [&(name.len() as u64).to_le_bytes(), name].concat();
        let at =
            bytes.windows(length.len()).position(|window| window == length).expect("its description") + length.len();
        // Behind the name: the number of dimensions, then each.
        let place = at + 4 + 8 * dimension;
        bytes[place..place + 8].copy_from_slice(&u64::to_le_bytes(rows));
    });
    let claimed = rows * row_bytes;
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|file| file.set_len(claimed + 200_000_000))
        .expect("a sparse file");

    // when it is loaded, then it is refused, and the model that was there is gone without harm.
    let mut engine = Engine::start();
    engine.next();
    let failure = engine.load(&path, None).expect_err("no computer has so much memory");
    let FailureKind::WillNotFit { needed_bytes, available_bytes } = failure.kind else { panic!("{failure:?}") };
    assert!(needed_bytes > claimed && available_bytes < needed_bytes, "{failure:?}");
    engine.load(&starter_model(), Some(512)).expect("the engine is as good as before");
}

#[test]
fn a_model_of_several_files_answers_as_the_same_in_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let parts = split_model::write(&starter_model(), folder.path());
    let question = || ask(vec![user("Name three colours.")], 24);

    let mut engine = Engine::start();
    engine.next();
    engine.load(&starter_model(), Some(512)).expect("loaded");
    let whole = engine.answer(question()).expect("an answer").text;
    let model = engine.load(&parts[0], Some(512)).expect("loaded from its parts");
    assert_eq!(model.parameters, 134_515_008, "all parts");
    assert_eq!(engine.answer(question()).expect("an answer").text, whole);

    fs::remove_file(&parts[1]).expect("removed");
    let failure = engine.load(&parts[0], Some(512)).expect_err("a part is missing");
    assert_eq!(failure.kind, FailureKind::ModelDamaged);
}

#[test]
fn a_load_can_be_cancelled() {
    let mut engine = Engine::start();
    engine.next();
    let id = engine.next_id();
    let load = LoadRequest::new(id, starter_model());
    engine.send_together(&[Request::Load(load), Request::Cancel { id }]);
    let failure = loop {
        match engine.next() {
            Event::Loading { .. } => {}
            Event::Failed { id: of, failure } if of == id => break failure,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!(failure.kind, FailureKind::Cancelled);
    engine.load(&starter_model(), Some(512)).expect("the next load is not touched by it");
}

#[test]
fn only_one_thing_is_done_at_a_time() {
    let mut engine = Engine::with_starter_model(None);
    let first = engine.begin(ask(vec![user("Write a long story about a lighthouse.")], 100_000));
    let second = engine.begin(ask(vec![user("Hello")], 5));
    let third = engine.next_id();
    engine.send(&Request::Load(LoadRequest::new(third, starter_model())));
    let mut refused = Vec::new();
    while refused.len() < 2 {
        if let Event::Failed { id, failure } = engine.next() {
            assert_eq!(failure.kind, FailureKind::Busy);
            refused.push(id);
        }
    }
    assert_eq!(refused, [second, third]);
    engine.send(&Request::Cancel { id: first });
    engine.finish(first).expect("the first goes on as if nothing had been asked");
}

#[test]
fn nothing_can_be_written_without_a_model() {
    let mut engine = Engine::start();
    engine.next();
    let failure = engine.answer(ask(vec![user("Hello")], 5)).expect_err("there is no model");
    assert_eq!(failure.kind, FailureKind::NoModel);
}

/// Bytes that nothing can be learned from, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .collect()
}

/// The starter model with `change` made to the beginning of its file.
fn changed_model(folder: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(starter_model()).expect("a readable model");
    change(&mut bytes);
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a place for a copy");
    path
}

#[test]
fn files_that_are_no_sound_model_are_refused_and_the_loaded_one_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let random = folder.path().join("random.gguf");
    fs::write(&random, noise(100_000)).expect("a place for a file");
    let random_behind_the_magic = folder.path().join("magic.gguf");
    fs::write(&random_behind_the_magic, [b"GGUF\x03\0\0\0".as_slice(), &noise(100_000)].concat()).expect("a file");
    let cases = [
        (folder.path().join("not there.gguf"), FailureKind::ModelMissing),
        (random, FailureKind::ModelDamaged),
        (random_behind_the_magic, FailureKind::ModelDamaged),
        (changed_model(folder.path(), "cut.gguf", |bytes| bytes.truncate(50_000_000)), FailureKind::ModelDamaged),
        // The number of tensors is the second field, that of metadata entries the third.
        (changed_model(folder.path(), "tensors.gguf", |bytes| bytes[8..16].fill(0xFF)), FailureKind::ModelDamaged),
        (changed_model(folder.path(), "metadata.gguf", |bytes| bytes[16..24].fill(0x7F)), FailureKind::ModelDamaged),
    ];

    let mut engine = Engine::with_starter_model(Some(512));
    let before = engine.answer(ask(vec![user("Name a colour.")], 8)).expect("an answer").text;
    for (path, expected) in cases {
        let failure = engine.load(&path, None).expect_err("no sound model");
        assert_eq!(failure.kind, expected, "{}: {}", path.display(), failure.cause);
        let after = engine.answer(ask(vec![user("Name a colour.")], 8)).expect("the model that was loaded stays");
        assert_eq!(after.text, before);
    }
}

#[test]
fn an_architecture_nobody_knows_is_unsupported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = changed_model(folder.path(), "unknown.gguf", |bytes| {
        // Every "llama" among the metadata becomes "lambs": the keys that name it still agree with it.
        let end = 100_000;
        let mut position = 0;
        while let Some(found) = bytes[position..end].windows(5).position(|window| window == b"llama") {
            bytes[position + found..position + found + 5].copy_from_slice(b"lambs");
            position += found + 5;
        }
    });
    let mut engine = Engine::start();
    engine.next();
    let failure = engine.load(&path, None).expect_err("nobody knows it");
    assert_eq!(failure.kind, FailureKind::ModelUnsupported, "{}", failure.cause);
    engine.load(&starter_model(), Some(512)).expect("the engine is as good as before");
}
