use std::path::PathBuf;

use hearth_gguf::{ElementType, TensorType, Value};

use crate::{
    check,
    draft::{ARRAY, Draft, TEXT, U32, array, text},
};

#[test]
fn a_sound_model_tells_about_itself() {
    let header = check(&Draft::model().bytes()).expect("a sound model");
    assert_eq!(header.version(), 3);
    assert_eq!(header.architecture(), Some("llama"));
    assert_eq!(header.name(), Some("Tiny"));
    assert_eq!(header.context_length(), Some(512));
    assert_eq!(header.block_count(), Some(2));
    assert_eq!(header.embedding_length(), Some(32));
    assert_eq!(header.chat_template(), Some("{{ messages[0].content }}"));
    assert_eq!(header.tokenizer_model(), Some("gpt2"));
    assert_eq!(header.vocabulary_size(), Some(3));
    assert_eq!(header.sampling("temp"), Some(f64::from(0.6_f32)));
    assert_eq!(header.sampling("top_k"), None);
    assert_eq!(header.metadata().bool("tokenizer.ggml.add_bos_token"), Some(true));
    assert_eq!(header.parameters(), 192);
    assert_eq!(header.weights_bytes(), 384 + 54);
    assert_eq!(header.split(), None);
    let [embedding, output] = header.tensors() else { panic!("two tensors") };
    assert_eq!((embedding.name.as_str(), embedding.shape, embedding.offset), ("token_embd.weight", [32, 3, 1, 1], 0));
    assert_eq!((output.tensor_type.name(), output.size_bytes, output.offset), ("Q4_0", 54, 384));
    assert_eq!(header.data_offset() % header.alignment(), 0);
}

#[test]
fn version_2_and_other_alignments_are_accepted() {
    let mut draft = Draft::model();
    draft.version = 2;
    assert_eq!(check(&draft.bytes()).expect("version 2").version(), 2);

    let mut draft = Draft::model();
    draft.alignment = 64;
    draft.set("general.alignment", U32, 64_u32.to_le_bytes().to_vec());
    assert_eq!(check(&draft.bytes()).expect("alignment 64").alignment(), 64);
}

#[test]
fn small_arrays_of_numbers_are_kept_and_others_only_counted() {
    let mut draft = Draft::model();
    draft.set("llama.attention.head_count", ARRAY, array(U32, 2, &[8, 0, 0, 0, 4, 0, 0, 0]));
    draft.set("general.tags", ARRAY, array(TEXT, 1, &text("chat")));
    let header = check(&draft.bytes()).expect("a sound model");
    let heads = header.metadata().array("llama.attention.head_count").expect("an array");
    assert_eq!(heads.numbers, Some(vec![Value::Unsigned(8), Value::Unsigned(4)]));
    let tags = header.metadata().array("general.tags").expect("an array");
    assert_eq!((tags.element, tags.count, &tags.numbers), (ElementType::Text, 1, &None));
}

#[test]
fn a_text_of_megabytes_is_passed_over() {
    let mut draft = Draft::model();
    draft.set("tokenizer.chat_template", TEXT, text(&"x".repeat(3 * 1024 * 1024)));
    let header = check(&draft.bytes()).expect("a sound model");
    assert_eq!(header.chat_template(), None);
    assert!(header.has_oversized_chat_template());
}

/// Sizes as ggml's block structures have them: for each, bits per element are known from the type's description.
#[test]
fn types_have_the_sizes_ggml_gives_them() {
    let known: [(u32, &str, u64, u64); 9] = [
        (0, "F32", 1, 4),
        (8, "Q8_0", 32, 34),
        (12, "Q4_K", 256, 144),
        (14, "Q6_K", 256, 210),
        (16, "IQ2_XXS", 256, 66),
        (23, "IQ4_XS", 256, 136),
        (29, "IQ1_M", 256, 56),
        (34, "TQ1_0", 256, 54),
        (39, "MXFP4", 32, 17),
    ];
    for (code, name, elements, bytes) in known {
        let found = TensorType::from_code(code).expect("a type of ggml");
        assert_eq!((found.name(), found.block_elements(), found.block_bytes()), (name, elements, bytes));
        assert_eq!(found.code(), code);
    }
    let unknown = [4, 5, 31, 32, 33, 36, 37, 38, 43, u32::MAX];
    assert!(unknown.iter().all(|code| TensorType::from_code(*code).is_none()));
    assert_eq!((0..64).filter_map(TensorType::from_code).count(), 35);
}

#[test]
fn the_starter_model_passes() {
    let path = std::env::var_os("HEARTH_STARTER_MODEL").map_or_else(
        || {
            let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
            cache.unwrap_or_else(|| home.join(".cache")).join("hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf")
        },
        PathBuf::from,
    );
    assert!(path.exists(), "{} is missing: run cargo xtask setup", path.display());
    let model = hearth_gguf::check(&path).expect("the starter model is sound");
    let header = model.header();
    assert_eq!(header.architecture(), Some("llama"));
    assert_eq!(header.context_length(), Some(8192));
    assert_eq!(header.embedding_length(), Some(576));
    assert_eq!(header.vocabulary_size(), Some(49152));
    assert_eq!(header.parameters(), 134_515_008);
    assert!(header.chat_template().is_some_and(|source| source.contains("<|im_start|>")));
    assert_eq!(header.data_offset() + header.weights_bytes(), header.file_bytes(), "its tensors fill the file");
}

/// Strings that lie across the reader's buffer (64 KB) are found like the others.
#[test]
fn a_vocabulary_of_any_lengths_is_passed_over_exactly() {
    let lengths = [0, 1, 7, 8, 65_519, 65_520, 65_528, 65_536, 131_072, 200_000];
    for offset in 0..24 {
        let strings: Vec<u8> =
            [offset].iter().chain(&lengths).cycle().take(44).flat_map(|length| text(&"v".repeat(*length))).collect();
        let mut draft = Draft::model();
        draft.set("a.first", ARRAY, array(TEXT, 44, &strings));
        draft.set("z.last", U32, 77_u32.to_le_bytes().to_vec());
        let header = check(&draft.bytes()).expect("a sound model");
        assert_eq!(header.metadata().unsigned("z.last"), Some(77));
    }
}
