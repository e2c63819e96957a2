//! A model that keeps one state instead of an entry for each token: it cannot go back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_gguf::Header;
use hearth_ipc::{ChatMessage, Event, GenerateRequest, PrepareRequest, Request};

use crate::{
    process::{Answer, Engine, ask, starter_model, user},
    split_model::{PRELUDE_BYTES, entry, table_offset, text},
};

const WIDTH: u64 = 64;
const INNER: u64 = 2 * WIDTH;
const STATE: u64 = 16;
const CONVOLUTION: u64 = 4;
const TIME_STEPS: u64 = 4;
const LAYERS: u64 = 2;

/// Writes a Mamba model with the starter model's vocabulary and numbers drawn by chance. What it writes makes no sense,
/// but is the same every time.
fn write_model(folder: &Path) -> PathBuf {
    const U32: u32 = 4;
    const F32: u32 = 6;
    let file = fs::read(starter_model()).expect("readable");
    let header = Header::read(&starter_model()).expect("sound");
    let mut metadata = file[PRELUDE_BYTES..table_offset(&file, &header)].to_vec();
    let named = entry("general.architecture", 8, &text("llama"));
    let at = metadata.windows(named.len()).position(|window| window == named).expect("it names its architecture");
    metadata[at + named.len() - 5..at + named.len()].copy_from_slice(b"mamba");
    let numbers = [
        ("context_length", 4096),
        ("embedding_length", WIDTH),
        ("feed_forward_length", 0),
        ("attention.head_count", 0),
        ("block_count", LAYERS),
        ("ssm.conv_kernel", CONVOLUTION),
        ("ssm.inner_size", INNER),
        ("ssm.state_size", STATE),
        ("ssm.time_step_rank", TIME_STEPS),
    ];
    for (key, number) in numbers {
        let number = u32::try_from(number).expect("a small number").to_le_bytes();
        metadata.extend(entry(&format!("mamba.{key}"), U32, &number));
    }
    metadata.extend(entry("mamba.attention.layer_norm_rms_epsilon", F32, &1e-5_f32.to_le_bytes()));
    let entries = header.metadata().len() as u64 + numbers.len() as u64 + 1;

    let vocabulary = header.vocabulary_size().expect("a vocabulary");
    let mut tensors =
        vec![("token_embd.weight".to_owned(), vec![WIDTH, vocabulary]), ("output_norm.weight".to_owned(), vec![WIDTH])];
    for layer in 0..LAYERS {
        let shapes = [
            ("attn_norm.weight", vec![WIDTH]),
            ("ssm_in.weight", vec![WIDTH, 2 * INNER]),
            ("ssm_conv1d.weight", vec![CONVOLUTION, INNER]),
            ("ssm_conv1d.bias", vec![INNER]),
            ("ssm_x.weight", vec![INNER, TIME_STEPS + 2 * STATE]),
            ("ssm_dt.weight", vec![TIME_STEPS, INNER]),
            ("ssm_dt.bias", vec![INNER]),
            ("ssm_a", vec![STATE, INNER]),
            ("ssm_d", vec![INNER]),
            ("ssm_out.weight", vec![INNER, WIDTH]),
        ];
        tensors.extend(shapes.map(|(name, shape)| (format!("blk.{layer}.{name}"), shape)));
    }

    let mut model = b"GGUF".to_vec();
    model.extend(3_u32.to_le_bytes());
    model.extend((tensors.len() as u64).to_le_bytes());
    model.extend(entries.to_le_bytes());
    model.extend(metadata);
    let mut data = Vec::new();
    let mut chance = 7_u32;
    for (name, shape) in &tensors {
        data.resize(data.len().next_multiple_of(32), 0);
        model.extend(text(name));
        model.extend(u32::try_from(shape.len()).expect("at most two").to_le_bytes());
        for length in shape {
            model.extend(length.to_le_bytes());
        }
        model.extend(0_u32.to_le_bytes());
        model.extend((data.len() as u64).to_le_bytes());
        for _ in 0..shape.iter().product() {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = f32::from(u16::try_from(chance >> 16).expect("16 bits")) / 65536.0 - 0.5;
            // The states fade out: their factors are below one.
            let number = if name.ends_with("ssm_a") { -number.abs() - 0.01 } else { number };
            data.extend(number.to_le_bytes());
        }
    }
    model.resize(model.len().next_multiple_of(32), 0);
    model.extend(data);
    let path = folder.join("recurrent.gguf");
    fs::write(&path, model).expect("written");
    path
}

fn engine() -> (Engine, tempfile::TempDir) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut engine = Engine::start();
    engine.next();
    let model = engine.load(&write_model(folder.path()), Some(2048)).expect("it loads");
    assert_eq!(model.architecture, "mamba");
    (engine, folder)
}

fn question(topic: &str) -> Vec<ChatMessage> {
    vec![user(format!("Tell me about {topic}. {}", format!("I like the {topic} by the harbour best. ").repeat(25)))]
}

fn answer(engine: &mut Engine, messages: Vec<ChatMessage>) -> Answer {
    engine.answer(GenerateRequest { drafting: true, ..ask(messages, 24) }).expect("an answer")
}

#[test]
fn the_same_question_again_is_not_read_again_though_the_model_cannot_go_back() {
    let (mut engine, _folder) = engine();
    let first = answer(&mut engine, question("ships"));
    assert_eq!(first.stats.reused_tokens, 0);
    assert!(first.stats.answer_tokens > 1, "it cannot simply stay where it is: {:?}", first.stats);
    let again = answer(&mut engine, question("ships"));
    assert_eq!(again.stats.reused_tokens, again.stats.prompt_tokens - 1, "{:?}", again.stats);
    assert_eq!(again.text, first.text, "the state is what it was");
    assert_eq!(again.stats.drafted_tokens, 0, "a wrong guess could not be taken back");
}

#[test]
fn it_comes_back_to_a_conversation_that_it_has_left() {
    let (mut engine, _folder) = engine();
    let ships = answer(&mut engine, question("ships"));
    let birds = answer(&mut engine, question("birds"));
    assert_eq!(birds.stats.reused_tokens, 0, "half a state is none: {:?}", birds.stats);
    let back = answer(&mut engine, question("ships"));
    assert_eq!(back.stats.reused_tokens, back.stats.prompt_tokens - 1, "{:?}", back.stats);
    assert_eq!(back.text, ships.text);
}

#[test]
fn reading_ahead_does_not_cost_it_what_it_remembers() {
    let (mut engine, _folder) = engine();
    let ships = answer(&mut engine, question("ships"));
    let id = engine.next_id();
    let ahead = PrepareRequest { id, conversation: None, messages: question("birds") };
    engine.send(&Request::Prepare(ahead));
    assert!(matches!(engine.next(), Event::Prepared { id: of, .. } if of == id));
    let birds = answer(&mut engine, question("birds"));
    assert!(birds.stats.reused_tokens > 200, "what was read ahead is used: {:?}", birds.stats);
    let back = answer(&mut engine, question("ships"));
    assert_eq!(back.stats.reused_tokens, back.stats.prompt_tokens - 1, "{:?}", back.stats);
    assert_eq!(back.text, ships.text);
}
