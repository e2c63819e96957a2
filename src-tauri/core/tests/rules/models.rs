//! Which model answers, and which files never reach native code.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use hearth_core::{
    App, Config,
    error::{AppError, ErrorCode},
    view::{EngineState, NamedModel},
};
use hearth_ipc::{Event, FailureKind, FinishReason, Request, Sampling, SamplingSource};

use crate::{
    choosing::{id, use_file, use_model, use_starter},
    model_file,
    stage::{Stage, StagedEngine, exchange, finished, follow_up, is_ready, soon, started, state, text_of},
};

async fn trouble(app: &App) -> AppError {
    match state(app, |state| matches!(state, EngineState::Trouble { .. })).await {
        EngineState::Trouble { error, .. } => error,
        other => panic!("no trouble but {other:?}"),
    }
}

/// What becomes of an app whose chosen model is this file.
async fn trouble_with(stage: &Stage, file: PathBuf) -> AppError {
    let app = App::new(Config { model_override: Some(file.clone()), ..stage.config() });
    let mut engine = stage.engine().await;
    engine.hello().await;
    let error = trouble(&app).await;
    assert_eq!(error.details.path.as_deref(), Some(&*file.to_string_lossy()));
    let sent = app.send(None, None, "Is anybody there?".into()).await.map(drop);
    assert_eq!(sent.expect_err("refused").code, error.code, "the text stays in the composer");
    assert!(app.bootstrap().await.expect("usable").conversations.is_empty());
    use_starter(&app, stage).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
    error
}

/// How the engine is asked in a conversation: the choice of tokens, and how many.
async fn asked(app: &App, engine: &mut StagedEngine) -> (Option<Sampling>, Option<u32>) {
    let conversation = exchange(app, engine, "Name a warm colour", "Red.").await;
    let request = follow_up(app, engine, conversation.summary.id, "And a cold one?", "Blue.").await.1;
    (request.sampling, request.max_tokens)
}

#[tokio::test]
async fn the_starter_model_is_asked_as_its_makers_recommend() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let (sampling, max_tokens) = asked(&app, &mut engine).await;
    let sampling = sampling.expect("the manifest's values");
    assert!((sampling.temperature, sampling.top_p) == (0.25, 0.5), "{sampling:?}");
    assert_eq!(sampling.top_k, 40, "what nobody recommends stays");
    assert_eq!(max_tokens, Some(50), "a small model that writes on and on is stopped");
}

#[tokio::test]
async fn what_a_model_s_own_file_recommends_is_left_to_the_engine() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    let mut engine = stage.engine().await;
    engine.hello().await;
    let load = engine.load_request().await;
    engine.loaded_with(&load, SamplingSource::Model).await;
    is_ready(&app).await;
    assert_eq!(asked(&app, &mut engine).await.0, None);

    let other = stage.folder().join("other.gguf");
    model_file::write(stage.folder(), "other.gguf", "Other");
    use_file(&app, other).await.expect("begun");
    engine.load().await;
    is_ready(&app).await;
    assert_eq!(asked(&app, &mut engine).await, (None, None), "the starter's advice is for the starter alone");
}

#[tokio::test]
async fn a_missing_model_is_told_and_never_handed_to_the_engine() {
    let stage = Stage::new();
    let file = stage.folder().join("gone.gguf");
    assert_eq!(trouble_with(&stage, file).await.code, ErrorCode::ModelMissing);
}

#[tokio::test]
async fn a_damaged_model_is_told_and_never_handed_to_the_engine() {
    let sound = model_file::bytes("Sound", "llama");
    let cut = sound[..sound.len() - 1].to_vec();
    let noise: Vec<u8> = (0..4096_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let mut lying = sound;
    lying[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    for bytes in [cut, noise, lying, Vec::new()] {
        let stage = Stage::new();
        let file = stage.folder().join("damaged.gguf");
        std::fs::write(&file, bytes).expect("written");
        assert_eq!(trouble_with(&stage, file).await.code, ErrorCode::ModelDamaged);
    }
}

#[tokio::test]
async fn a_sound_file_of_another_kind_is_told_and_never_handed_to_the_engine() {
    let stage = Stage::new();
    let file = stage.folder().join("whisper.gguf");
    std::fs::write(&file, model_file::bytes("Whisper", "whisper")).expect("written");
    assert_eq!(trouble_with(&stage, file).await.code, ErrorCode::ModelUnsupported);
}

#[tokio::test]
async fn a_chosen_file_is_loaded_and_remembered() {
    let stage = Stage::new();
    let chosen = model_file::write(stage.folder(), "Chosen-1B-Q4_K_M.gguf", "run 17");
    let (app, mut engine) = stage.open().await;
    use_file(&app, chosen.clone()).await.expect("sound");
    let load = engine.load_request().await;
    assert_eq!(load.path, chosen);
    engine.say(Event::Loading { id: load.id, fraction: 0.5 }).await;
    let loading = state(&app, |state| matches!(state, EngineState::Loading { fraction, .. } if *fraction > 0.0)).await;
    // Called by its file, not by what its metadata says.
    assert_eq!(loading, EngineState::Loading { model: named(&chosen, "Chosen 1B"), fraction: 0.5 });
    engine.loaded(&load).await;
    is_ready(&app).await;

    // The choice is kept right after the model has become ready.
    let (again, _engine) = soon("the choice", async {
        loop {
            let again = App::new(stage.config());
            let mut engine = stage.engine().await;
            engine.hello().await;
            if engine.load().await.path == chosen {
                break (again, engine);
            }
        }
    })
    .await;
    let ready = state(&again, |state| matches!(state, EngineState::Ready { .. })).await;
    let EngineState::Ready { model } = ready else { unreachable!() };
    assert!(!model.is_starter);
}

#[tokio::test]
async fn a_file_that_is_refused_changes_nothing() {
    let stage = Stage::new();
    let (app, mut engine) = stage.open().await;
    let refused = app.open_model(stage.folder().join("gone.gguf")).await;
    assert_eq!(refused.expect_err("refused").code, ErrorCode::ModelMissing);
    assert!(matches!(&*app.engine_states().borrow(), EngineState::Ready { model } if model.is_starter));
    exchange(&app, &mut engine, "Name a warm colour", "Red.").await;
}

#[tokio::test]
async fn a_model_that_native_code_refuses_is_told_and_not_remembered() {
    let stage = Stage::new();
    let chosen = model_file::write(stage.folder(), "chosen.gguf", "Chosen");
    let (app, mut engine) = stage.open().await;
    use_file(&app, chosen).await.expect("sound");
    let load = engine.load_request().await;
    engine.fail(load.id, FailureKind::OutOfMemory).await;
    assert_eq!(trouble(&app).await.code, ErrorCode::OutOfMemory);

    let again = App::new(stage.config());
    let mut engine = stage.engine().await;
    engine.hello().await;
    assert_eq!(engine.load().await.path, stage.starter());
    is_ready(&again).await;
}

#[tokio::test]
async fn a_choice_made_while_another_model_loads_replaces_it() {
    let stage = Stage::new();
    let chosen = model_file::write(stage.folder(), "chosen.gguf", "Chosen");
    let app = App::new(stage.config());
    let mut engine = stage.engine().await;
    engine.hello().await;
    let first = engine.load_request().await;
    use_file(&app, chosen.clone()).await.expect("sound");
    assert_eq!(engine.request().await, Some(Request::Cancel { id: first.id }));
    engine.fail(first.id, FailureKind::Cancelled).await;
    assert_eq!(engine.load().await.path, chosen);
    let ready = state(&app, |state| matches!(state, EngineState::Ready { .. })).await;
    assert!(matches!(ready, EngineState::Ready { model } if model.name == "chosen"));
}

#[tokio::test]
async fn another_model_for_a_conversation_stops_its_answer_that_is_being_written() {
    let stage = Stage::new();
    let other = model_file::write(stage.folder(), "other.gguf", "Other");
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    let (conversation, _) = started(&mut answer).await;
    let request = engine.begin("Once").await;
    text_of(&mut answer, 4).await;
    let other = app.open_model(other).await.expect("sound");
    let changing = tokio::spawn({
        let (app, other) = (app.clone(), other.clone());
        async move { use_model(&app, Some(conversation.summary.id), &other.id).await }
    });
    engine.obey_cancel(request.id).await;
    finished(&mut answer).await;
    assert_eq!(engine.load_request().await.path, PathBuf::from(other.id.0));
    changing.await.expect("done").expect("begun");
}

#[tokio::test]
async fn a_model_for_new_conversations_stops_no_answer_and_is_loaded_with_the_first_message_to_it() {
    let stage = Stage::new();
    let other = model_file::write(stage.folder(), "other.gguf", "Other");
    let (app, mut engine) = stage.open().await;
    let mut answer = app.send(None, None, "Tell me a long story".into()).await.expect("sent");
    started(&mut answer).await;
    let request = engine.begin("Once").await;
    let chosen = app.open_model(other.clone()).await.expect("sound");
    use_model(&app, None, &chosen.id).await.expect("chosen");
    assert_eq!(app.bootstrap().await.expect("known").default_model, chosen);
    engine.finish(request.id, FinishReason::EndOfTurn).await;
    finished(&mut answer).await;

    let mut answer = app.send(None, None, "Name a warm colour".into()).await.expect("sent");
    started(&mut answer).await;
    assert_eq!(engine.load().await.path, other);
    engine.answer("Red.").await;
    finished(&mut answer).await;

    // It is remembered, as one is that was loaded at once.
    soon("the choice", async {
        while App::new(stage.config()).bootstrap().await.expect("known").default_model != chosen {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_model_of_ollama_is_called_as_ollama_calls_it() {
    let stage = Stage::new();
    let blobs = stage.folder().join("ollama/blobs");
    let manifests = stage.folder().join("ollama/manifests/registry.ollama.ai/library/tinyllama");
    std::fs::create_dir_all(&blobs).expect("made");
    std::fs::create_dir_all(&manifests).expect("made");
    let hash = "ab".repeat(32);
    let blob = model_file::write(&blobs, &format!("sha256-{hash}"), "run 17");
    let manifest =
        format!(r#"{{"layers":[{{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{hash}"}}]}}"#);
    std::fs::write(manifests.join("1.1b"), manifest).expect("written");

    let (app, mut engine) = stage.open().await;
    use_file(&app, blob.clone()).await.expect("sound");
    engine.load().await;
    let ready = state(&app, |state| matches!(state, EngineState::Ready { .. })).await;
    assert!(matches!(ready, EngineState::Ready { model } if model.name == "tinyllama:1.1b"));
    assert_eq!(app.bootstrap().await.expect("known").default_model, named(&blob, "tinyllama:1.1b"));
}

fn named(file: &Path, name: &str) -> NamedModel {
    NamedModel { id: id(file), name: name.into() }
}
