use std::fs;

use hearth_gguf::{GgufError, Lie, MAX_HEADER_BYTES, Refusal, Unsupported};

use crate::{
    check,
    draft::{ARRAY, BOOL, Draft, F32, TEXT, U32, U64, array, text},
    read,
};

/// A model with one thing changed.
fn spoilt(spoil: impl FnOnce(&mut Draft)) -> GgufError {
    let mut draft = Draft::model();
    spoil(&mut draft);
    check(&draft.bytes()).expect_err("it is spoilt")
}

fn u32(value: u32) -> Vec<u8> {
    value.to_le_bytes().to_vec()
}

#[test]
fn what_is_no_file_is_told_from_what_is_no_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = hearth_gguf::check(&folder.path().join("none.gguf")).unwrap_err();
    assert_eq!(missing.refusal(), Refusal::Missing);
    let error = hearth_gguf::check(folder.path()).unwrap_err();
    assert!(matches!(error, GgufError::NotAFile), "{error:?}");
    let page = folder.path().join("page.gguf");
    fs::write(&page, "<!DOCTYPE html>").expect("written");
    assert_eq!(hearth_gguf::check(&page).unwrap_err().refusal(), Refusal::NotGguf);
    let empty = folder.path().join("empty.gguf");
    fs::write(&empty, "").expect("written");
    assert_eq!(hearth_gguf::check(&empty).unwrap_err().refusal(), Refusal::NotGguf);
}

#[test]
fn a_file_cut_short_anywhere_is_truncated_and_never_anything_else() {
    let bytes = Draft::model().bytes();
    for length in 1..bytes.len() {
        let error = check(&bytes[..length]).expect_err("it is cut short");
        let GgufError::Truncated { actual_bytes, missing_bytes } = error else {
            panic!("cut at {length} of {}: {error:?}", bytes.len());
        };
        assert_eq!(actual_bytes, length as u64);
        let missing = (bytes.len() - length) as u64;
        assert!((1..=missing).contains(&missing_bytes), "{missing_bytes} said, {missing} missing");
    }
}

#[test]
fn with_the_whole_header_there_the_missing_bytes_are_exact() {
    let draft = Draft::model();
    let (header, bytes) = (draft.header().len(), draft.bytes());
    for length in [header, header + 1, bytes.len() - 1] {
        let GgufError::Truncated { missing_bytes, .. } = check(&bytes[..length]).unwrap_err() else {
            panic!("it is cut short");
        };
        assert_eq!(missing_bytes, (bytes.len() - length) as u64);
    }
}

#[test]
fn other_versions_and_the_other_byte_order_have_errors_of_their_own() {
    let version = |version| spoilt(|draft| draft.version = version);
    assert!(matches!(version(3_u32.swap_bytes()), GgufError::Unsupported(Unsupported::BigEndian)));
    assert!(matches!(version(2_u32.swap_bytes()), GgufError::Unsupported(Unsupported::BigEndian)));
    assert!(matches!(version(1), GgufError::Unsupported(Unsupported::Version(1))));
    assert!(matches!(version(4), GgufError::Unsupported(Unsupported::Version(4))));
    assert!(matches!(version(0), GgufError::Unsupported(Unsupported::Version(0))));
    assert!(matches!(version(0xEAA9_1EA9), GgufError::Lying(Lie::BadVersion(_))), "noise behind the magic");
}

#[test]
fn headers_that_lie_about_counts_and_sizes_are_lying() {
    let huge = [u64::MAX, 1 << 62, 1 << 32];
    for claimed in huge {
        let cases = [
            ("tensors", spoilt(|draft| draft.tensor_count = Some(claimed))),
            ("entries", spoilt(|draft| draft.entry_count = Some(claimed))),
            ("a text", spoilt(|draft| draft.set("general.name", TEXT, claimed.to_le_bytes().to_vec()))),
            ("an array", spoilt(|draft| draft.set("general.x", ARRAY, array(F32, claimed, &[])))),
            ("a row", spoilt(|draft| draft.tensors[0].shape = vec![claimed, claimed])),
            (
                "an offset",
                spoilt(|draft| {
                    draft.data_bytes = Some(438);
                    draft.tensors[1].offset = claimed;
                }),
            ),
        ];
        for (what, error) in cases {
            assert_eq!(error.refusal(), Refusal::Lying, "{what} of {claimed}: {error:?}");
        }
    }
}

#[test]
fn what_the_format_forbids_is_lying() {
    let cases = [
        ("a key twice", spoilt(|draft| draft.entries.push(draft.entries[0].clone()))),
        ("a tensor twice", spoilt(|draft| draft.tensor("output.weight", &[32], 0, 128))),
        ("no key", spoilt(|draft| draft.entries[0].0.clear())),
        ("a NUL in a name", spoilt(|draft| draft.tensors[0].name = "a\0b".to_owned())),
        ("a long name", spoilt(|draft| draft.tensors[0].name = "a".repeat(64))),
        ("an unknown type", spoilt(|draft| draft.set("general.x", 13, vec![0]))),
        ("an array of arrays", spoilt(|draft| draft.set("general.x", ARRAY, array(ARRAY, 0, &[])))),
        ("five dimensions", spoilt(|draft| draft.tensors[1].shape = vec![32, 1, 1, 1, 1])),
        ("a dimension of zero", spoilt(|draft| draft.tensors[0].shape = vec![32, 0])),
        ("half a block", spoilt(|draft| draft.tensors[1].shape = vec![33, 3])),
        ("overlapping tensors", spoilt(|draft| draft.tensors[1].offset = 0)),
        ("a gap", spoilt(|draft| draft.tensors[1].offset += 32)),
        ("an unaligned tensor", spoilt(|draft| draft.tensors[1].offset += 1)),
        ("alignment 0", spoilt(|draft| draft.set("general.alignment", U32, u32(0)))),
        ("alignment 3", spoilt(|draft| draft.set("general.alignment", U32, u32(3)))),
        ("alignment 2^31", spoilt(|draft| draft.set("general.alignment", U32, u32(1 << 31)))),
        ("alignment as text", spoilt(|draft| draft.set("general.alignment", TEXT, text("32")))),
        (
            "fewer scores than tokens",
            spoilt(|draft| {
                draft.set("tokenizer.ggml.scores", ARRAY, array(F32, 2, &[0; 8]));
            }),
        ),
        (
            "types of the wrong type",
            spoilt(|draft| {
                draft.set("tokenizer.ggml.token_type", ARRAY, array(U64, 3, &[0; 24]));
            }),
        ),
        (
            "tokens that are numbers",
            spoilt(|draft| {
                draft.set("tokenizer.ggml.tokens", ARRAY, array(F32, 3, &[0; 12]));
            }),
        ),
        ("no tokens", spoilt(|draft| draft.remove("tokenizer.ggml.tokens"))),
        ("a BOS that is none", spoilt(|draft| draft.set("tokenizer.ggml.bos_token_id", U32, u32(3)))),
        ("no layers", spoilt(|draft| draft.set("llama.block_count", U32, u32(0)))),
        ("layers as truth", spoilt(|draft| draft.set("llama.block_count", BOOL, vec![1]))),
        ("more experts used than there are", spoilt(|draft| draft.set("llama.expert_used_count", U32, u32(2)))),
    ];
    for (what, error) in cases {
        assert_eq!(error.refusal(), Refusal::Lying, "{what}: {error:?}");
    }
}

#[test]
fn sound_files_of_another_kind_are_unsupported() {
    let cases = [
        ("a type ggml gave up", spoilt(|draft| draft.tensors[1].code = 4)),
        ("a type of the future", spoilt(|draft| draft.tensors[1].code = 999)),
        ("an embedding model", spoilt(|draft| draft.set("general.architecture", TEXT, text("bert")))),
        ("a pooling model", spoilt(|draft| draft.set("llama.pooling_type", U32, u32(1)))),
        ("a model that looks both ways", spoilt(|draft| draft.set("llama.attention.causal", BOOL, vec![0]))),
        ("a projector", spoilt(|draft| draft.set("general.architecture", TEXT, text("clip")))),
        ("a projector by type", spoilt(|draft| draft.set("general.type", TEXT, text("mmproj")))),
        ("an adapter", spoilt(|draft| draft.set("general.type", TEXT, text("adapter")))),
        ("no architecture", spoilt(|draft| draft.remove("general.architecture"))),
        ("no tokenizer", spoilt(|draft| draft.remove("tokenizer.ggml.model"))),
        ("no weights", spoilt(|draft| draft.tensors.clear())),
        ("more layers than native code has room for", spoilt(|draft| draft.set("llama.block_count", U32, u32(513)))),
        ("more experts", spoilt(|draft| draft.set("llama.expert_count", U32, u32(1025)))),
    ];
    for (what, error) in cases {
        assert_eq!(error.refusal(), Refusal::Unsupported, "{what}: {error:?}");
    }
    let part = spoilt(|draft| {
        draft.set("split.no", U32, u32(1));
        draft.set("split.count", U32, u32(3));
    });
    let GgufError::Unsupported(error) = part else { panic!("{part:?}") };
    assert_eq!(error, Unsupported::PartOfSplit { number: 1, count: 3 });
    assert_eq!(error.to_string(), "the file is part 2 of 3");
}

#[test]
fn a_sound_file_of_another_kind_can_still_be_read() {
    let mut draft = Draft::model();
    draft.set("general.architecture", TEXT, text("clip"));
    assert_eq!(read(&draft.bytes()).expect("the header holds together").architecture(), Some("clip"));
}

#[test]
fn a_header_over_the_limit_is_refused_before_it_is_read() {
    let claimed = MAX_HEADER_BYTES + 1;
    let error = spoilt(|draft| draft.set("general.x", ARRAY, array(BOOL, claimed, &[])));
    assert!(matches!(error, GgufError::Lying(Lie::TooMuch { limit: MAX_HEADER_BYTES, .. })), "{error:?}");
}
