//! Models spread over several files, and how a whole model's weights are stored.

use std::fs;

use hearth_gguf::{GgufError, Header, Refusal, Unsupported, check, quantization, require_text_model};

use crate::{
    draft::{Draft, U32},
    read,
};

/// A model in two files: the first holds what describes it, both hold tensors.
fn parts() -> [Draft; 2] {
    let mut first = Draft::model();
    let mut second = Draft { entries: Vec::new(), tensors: Vec::new(), ..Draft::model() };
    let output = first.tensors.pop().expect("two tensors");
    second.tensor(&output.name, &output.shape, output.code, output.size_bytes);
    for (number, part) in [&mut first, &mut second].into_iter().enumerate() {
        part.set("split.no", U32, u32::try_from(number).expect("a small number").to_le_bytes().to_vec());
        part.set("split.count", U32, 2_u32.to_le_bytes().to_vec());
        part.set("split.tensors.count", U32, 2_u32.to_le_bytes().to_vec());
    }
    [first, second]
}

fn headers(parts: &[Draft]) -> Vec<Header> {
    parts.iter().map(|part| read(&part.bytes()).expect("each part holds together")).collect()
}

#[test]
fn all_parts_in_their_order_are_a_model() {
    require_text_model(&headers(&parts())).expect("a whole model");
    require_text_model(&headers(&[Draft::model()])).expect("one file is a model too");
    assert!(require_text_model(&[]).is_err());
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let refusal = |parts: &[Draft]| require_text_model(&headers(parts)).expect_err("refused").refusal();
    let [first, second] = parts();
    assert_eq!(refusal(&[second.clone(), first.clone()]), Refusal::Lying, "the wrong order");
    assert_eq!(refusal(&[first.clone(), first.clone()]), Refusal::Lying, "one twice");
    assert_eq!(refusal(&[first.clone(), second.clone(), second.clone()]), Refusal::Lying, "more than there are");
    assert_eq!(refusal(std::slice::from_ref(&first)), Refusal::Unsupported, "one alone");
    let mut fewer = second.clone();
    fewer.tensors.clear();
    assert_eq!(refusal(&[first.clone(), fewer]), Refusal::Lying, "a tensor is missing");
    let mut twice = second;
    twice.tensor("token_embd.weight", &[32], 0, 128);
    assert_eq!(refusal(&[first, twice]), Refusal::Lying, "a tensor twice");
}

#[test]
fn the_other_parts_are_found_beside_the_first_by_the_names_that_native_code_looks_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let [first, second] = parts().map(|part| part.bytes());
    fs::write(path("m-00001-of-00002.gguf"), &first).expect("written");
    let missing = check(&path("m-00001-of-00002.gguf")).expect_err("one is missing");
    assert!(matches!(missing, GgufError::PartMissing { number: 1, count: 2 }), "{missing:?}");
    assert_eq!(missing.refusal(), Refusal::Truncated, "fetching it again mends it");

    fs::write(path("m-00002-of-00002.gguf"), &second).expect("written");
    let model = check(&path("m-00001-of-00002.gguf")).expect("whole");
    assert_eq!(model.parts().count(), 2);
    let [one, other] = parts().map(|part| headers(&[part]).remove(0).weights_bytes());
    assert_eq!(model.weights_bytes(), one + other);

    let begun_in_the_middle = check(&path("m-00002-of-00002.gguf")).expect_err("not the first");
    assert!(matches!(begun_in_the_middle, GgufError::Unsupported(Unsupported::PartOfSplit { number: 1, count: 2 })));
    fs::write(path("renamed.gguf"), &first).expect("written");
    assert_eq!(
        check(&path("renamed.gguf")).expect_err("native code would not find the others").refusal(),
        Refusal::Unsupported
    );

    fs::write(path("m-00002-of-00002.gguf"), &second[..second.len() - 1]).expect("written");
    assert_eq!(check(&path("m-00001-of-00002.gguf")).expect_err("cut short").refusal(), Refusal::Truncated);
}

#[test]
fn a_part_alone_tells_that_it_is_one() {
    let [_, second] = parts();
    let error = require_text_model(&headers(&[second])).expect_err("refused");
    assert!(matches!(error, GgufError::Unsupported(_)), "{error:?}");
}

#[test]
fn a_model_s_quantization_is_what_it_says_or_what_most_of_it_is() {
    let stored = |draft: &Draft| quantization(&headers(std::slice::from_ref(draft)));
    let mut draft = Draft::model();
    assert_eq!(stored(&draft), Some("F32"), "384 bytes of F32, 54 of Q4_0");
    draft.set("general.file_type", U32, 15_u32.to_le_bytes().to_vec());
    assert_eq!(stored(&draft), Some("Q4_K_M"));
    draft.set("general.file_type", U32, 1024_u32.to_le_bytes().to_vec());
    assert_eq!(stored(&draft), Some("F32"), "a number nobody knows");
    assert_eq!(quantization(&[]), None);
}
