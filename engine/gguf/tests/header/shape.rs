//! What a model's layers keep and read, by its header.

use hearth_gguf::{Layer, Shape};

use crate::{
    draft::{ARRAY, BOOL, Draft, TEXT, U32, array, text},
    read,
};

/// A model of an architecture with so many layers of usual attention: 4 heads of 8 numbers, 2 of them kept.
fn model(architecture: &str, layers: u32) -> Draft {
    let mut draft = Draft { entries: Vec::new(), tensors: Vec::new(), ..Draft::model() };
    draft.set("general.architecture", TEXT, text(architecture));
    draft.set("tokenizer.ggml.tokens", ARRAY, array(TEXT, 3, &[text("a"), text("b"), text("c")].concat()));
    draft.set("tokenizer.ggml.merges", ARRAY, array(TEXT, 1, &text("a b")));
    let mut number = |name: &str, value: u32| set(&mut draft, architecture, name, value);
    number("context_length", 512);
    number("block_count", layers);
    number("embedding_length", 32);
    number("feed_forward_length", 64);
    number("attention.head_count", 4);
    number("attention.head_count_kv", 2);
    draft.tensor("token_embd.weight", &[32, 3], 0, 384);
    for layer in 0..layers {
        for name in ["attn_q", "attn_k", "attn_v", "attn_output"] {
            draft.tensor(&format!("blk.{layer}.{name}.weight"), &[32, 1], 0, 128);
        }
    }
    draft
}

fn set(draft: &mut Draft, architecture: &str, name: &str, value: u32) {
    draft.set(&format!("{architecture}.{name}"), U32, value.to_le_bytes().to_vec());
}

fn shape(draft: &Draft) -> Shape {
    Shape::of(&[read(&draft.bytes()).expect("it holds together")]).expect("it says enough")
}

fn kept(draft: &Draft) -> Vec<u64> {
    shape(draft).layers.iter().map(|layer| layer.kept_per_token).collect()
}

fn windows(draft: &Draft) -> Vec<bool> {
    shape(draft).layers.iter().map(|layer| layer.has_window).collect()
}

#[test]
fn a_layer_keeps_keys_and_values_of_the_heads_that_share_them() {
    let usual = shape(&model("llama", 2));
    // Two heads, each with keys and values of 32 / 4 numbers.
    assert_eq!(usual.layers, [Layer { kept_per_token: 2 * 16, has_window: false, state: 0 }; 2]);
    assert_eq!((usual.embedding_length, usual.widest, usual.vocabulary_size, usual.merges), (32, 64, 3, 1));
    assert_eq!(usual.weights_bytes, 384 + 8 * 128);
    assert_eq!(usual.read_bytes_per_token, usual.weights_bytes, "the table of the input is that of the output, too");

    let mut longer = model("qwen3", 1);
    set(&mut longer, "qwen3", "attention.key_length", 16);
    set(&mut longer, "qwen3", "attention.value_length", 24);
    assert_eq!(kept(&longer), [2 * 40]);
}

#[test]
fn heads_may_be_given_for_each_layer() {
    let mut draft = model("lfm2", 3);
    let heads = [0_i32, 2, 4].into_iter().flat_map(i32::to_le_bytes).collect::<Vec<_>>();
    draft.set("lfm2.attention.head_count_kv", ARRAY, array(5, 3, &heads));
    assert_eq!(kept(&draft), [0, 32, 64]);
}

#[test]
fn a_table_of_its_own_for_the_output_means_that_of_the_input_is_not_read() {
    let mut draft = model("llama", 1);
    draft.tensor("output.weight", &[32, 3], 0, 384);
    let shape = shape(&draft);
    assert_eq!(shape.weights_bytes - shape.read_bytes_per_token, 384);
}

#[test]
fn of_experts_only_those_that_are_used_are_read() {
    let mut draft = model("qwen3moe", 1);
    set(&mut draft, "qwen3moe", "expert_count", 8);
    set(&mut draft, "qwen3moe", "expert_used_count", 2);
    set(&mut draft, "qwen3moe", "expert_feed_forward_length", 48);
    draft.tensor("blk.0.ffn_up_exps.weight", &[32, 8], 0, 1024);
    let shape = shape(&draft);
    assert_eq!(shape.weights_bytes - shape.read_bytes_per_token, 1024 / 8 * 6);
    assert_eq!(shape.widest, 2 * 48, "experts that are used together");
}

#[test]
fn windows_are_where_the_architecture_has_them_or_the_file_lists_them() {
    let mut gemma = model("gemma3", 6);
    assert_eq!(windows(&gemma), [false; 6], "a file that gives no window has none");
    set(&mut gemma, "gemma3", "attention.sliding_window", 512);
    assert_eq!(windows(&gemma), [true, true, true, true, true, false]);
    assert_eq!(shape(&gemma).window_tokens, 512);
    set(&mut gemma, "gemma3", "attention.sliding_window_pattern", 2);
    assert_eq!(windows(&gemma), [true, false, true, false, true, false]);
    let listed = array(BOOL, 6, &[0, 1, 1, 0, 0, 1]);
    gemma.set("gemma3.attention.sliding_window_pattern", ARRAY, listed);
    assert_eq!(windows(&gemma), [false, true, true, false, false, true]);

    let mut first = model("smallthinker", 4);
    set(&mut first, "smallthinker", "attention.sliding_window", 512);
    assert_eq!(windows(&first), [false, true, true, true], "some begin with a layer that sees everything");
    // llama.cpp looks at everything there, whatever the file says.
    let mut mistral = model("llama", 2);
    set(&mut mistral, "llama", "attention.sliding_window", 512);
    assert_eq!(windows(&mistral), [false; 2]);
    assert_eq!(shape(&mistral).window_tokens, 0);
}

#[test]
fn heads_in_layers_with_a_window_may_have_a_length_of_their_own() {
    let mut draft = model("gemma4", 2);
    set(&mut draft, "gemma4", "attention.sliding_window", 512);
    draft.set("gemma4.attention.sliding_window_pattern", ARRAY, array(BOOL, 2, &[1, 0]));
    for (name, length) in [("key_length", 64), ("value_length", 64), ("key_length_swa", 8), ("value_length_swa", 8)] {
        set(&mut draft, "gemma4", &format!("attention.{name}"), length);
    }
    assert_eq!(kept(&draft), [2 * 16, 2 * 128]);
    set(&mut draft, "gemma4", "attention.shared_kv_layers", 1);
    assert_eq!(kept(&draft), [2 * 16, 0], "the last one uses what the first has kept");
}

#[test]
fn latent_attention_keeps_one_row_for_keys_and_values() {
    let mut draft = model("deepseek2", 1);
    set(&mut draft, "deepseek2", "attention.head_count_kv", 1);
    set(&mut draft, "deepseek2", "attention.key_length", 576);
    set(&mut draft, "deepseek2", "attention.value_length", 512);
    set(&mut draft, "deepseek2", "attention.key_length_mla", 192);
    assert_eq!(kept(&draft), [576]);
}

#[test]
fn a_recurrent_layer_has_a_state_of_one_size_and_keeps_no_keys() {
    let mut draft = model("qwen35", 2);
    // The first layer is recurrent: what it calls attention is the projection before its state.
    draft.tensors.clear();
    for name in ["blk.0.attn_qkv", "blk.0.ssm_out", "blk.1.attn_k", "blk.1.attn_v"] {
        draft.tensor(&format!("{name}.weight"), &[32, 1], 0, 128);
    }
    for (name, value) in [("conv_kernel", 4), ("inner_size", 64), ("state_size", 16), ("group_count", 2)] {
        set(&mut draft, "qwen35", &format!("ssm.{name}"), value);
    }
    let shape = shape(&draft);
    let state = 3 * (64 + 2 * 2 * 16) + 16 * 64;
    assert_eq!(shape.layers[0], Layer { kept_per_token: 0, has_window: false, state });
    assert_eq!(shape.layers[1], Layer { kept_per_token: 32, has_window: false, state: 0 });
}

#[test]
fn layers_that_guess_ahead_are_not_counted() {
    let mut draft = model("glm4moe", 3);
    set(&mut draft, "glm4moe", "nextn_predict_layers", 1);
    assert_eq!(kept(&draft).len(), 2);
}

#[test]
fn numbers_that_make_no_sense_make_no_shape_panic() {
    for name in ["attention.head_count", "attention.head_count_kv", "attention.key_length", "feed_forward_length"] {
        for value in [0, u32::MAX] {
            let mut draft = model("llama", 2);
            set(&mut draft, "llama", name, value);
            shape(&draft);
        }
    }
    assert_eq!(Shape::of(&[]), None);
    let mut nameless = model("llama", 1);
    nameless.remove("general.architecture");
    assert_eq!(Shape::of(&[read(&nameless.bytes()).expect("it holds together")]), None);
}
