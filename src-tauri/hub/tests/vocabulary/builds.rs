use hearth_hub::{Builds, Choice, Parts, RemoteFile};
use proptest::prelude::*;

fn files(names: &[(&str, u64)]) -> Vec<RemoteFile> {
    let file = |(name, gigabytes): &(&str, u64)| RemoteFile {
        name: name.parse().unwrap_or_else(|error| panic!("{name}: {error}")),
        size_bytes: Some(gigabytes * 1_000_000_000),
        sha256: None,
    };
    names.iter().map(file).collect()
}

fn labels(builds: &Builds) -> Vec<&str> {
    builds.all.iter().map(|build| build.label.as_str()).collect()
}

#[test]
fn a_split_file_is_one_build_with_all_its_parts_in_order() {
    let builds = Builds::of(&files(&[
        ("Q8_0/big-Q8_0-00002-of-00003.gguf", 40),
        ("Q8_0/big-Q8_0-00003-of-00003.gguf", 10),
        ("Q8_0/big-Q8_0-00001-of-00003.gguf", 40),
        ("big-Q4_K_M.gguf", 50),
    ]));
    assert_eq!(labels(&builds), ["Q4_K_M", "Q8_0"]);
    let split = &builds.all[1];
    assert_eq!((split.size_bytes(), split.parts), (Some(90_000_000_000), Parts::All));
    let order: Vec<_> = split.files.iter().map(|file| file.name.last()).collect();
    assert_eq!(order, ["big-Q8_0-00001-of-00003.gguf", "big-Q8_0-00002-of-00003.gguf", "big-Q8_0-00003-of-00003.gguf"]);
}

#[test]
fn a_split_file_that_lacks_a_part_is_flagged_and_never_chosen() {
    let builds = Builds::of(&files(&[
        ("m-Q4_K_M-00001-of-00003.gguf", 1),
        ("m-Q4_K_M-00003-of-00003.gguf", 1),
        ("m-F16.gguf", 9),
    ]));
    assert_eq!(builds.all[0].parts, Parts::Missing { total: 3 });
    assert_eq!(builds.chosen(Choice::Balanced).map(|build| build.label.as_str()), Some("F16"));
    assert!(builds.named("Q4_K_M").is_none());
}

#[test]
fn a_projector_comes_along_but_is_no_build() {
    let builds = Builds::of(&files(&[
        ("m-Q4_K_M.gguf", 3),
        ("mmproj-F32.gguf", 2),
        ("mmproj-BF16.gguf", 1),
        ("mmproj-F16.gguf", 1),
    ]));
    assert_eq!(labels(&builds), ["Q4_K_M"]);
    let projector = builds.all[0].projector.as_ref().map(|file| file.name.as_str());
    assert_eq!(projector, Some("mmproj-F16.gguf"), "F16 is half of F32 and runs everywhere");
    assert_eq!(builds.projectors.len(), 3);
}

#[test]
fn a_projector_in_the_builds_own_folder_comes_before_others() {
    let builds = Builds::of(&files(&[("a/m-Q4_K_M.gguf", 3), ("mmproj-F16.gguf", 1), ("a/mmproj-BF16.gguf", 1)]));
    assert_eq!(builds.all[0].projector.as_ref().map(|file| file.name.as_str()), Some("a/mmproj-BF16.gguf"));
}

#[test]
fn files_that_are_no_model_are_left_out() {
    let builds = Builds::of(&files(&[
        ("imatrix.gguf", 1),
        ("m-imatrix.gguf", 1),
        ("m-4.25bpw-imatrix.gguf", 13),
        ("imatrix_unsloth.gguf_file", 1),
        ("README.md", 1),
        ("tts/m-tts-F16.gguf", 1),
        ("vision/m-vision-F16.gguf", 1),
        ("Llama-3.2-11B-Vision-Instruct-Q4_K_M.gguf", 7),
    ]));
    assert_eq!(
        labels(&builds),
        ["Q4_K_M", "m-4.25bpw-imatrix"],
        "only a folder called vision holds a part, and statistics are small"
    );
}

#[test]
fn small_models_are_stored_finer() {
    let sizes = |gigabytes: [u64; 5]| {
        let names = ["m-Q3_K_M.gguf", "m-IQ4_XS.gguf", "m-Q4_K_M.gguf", "m-Q6_K.gguf", "m-Q8_0.gguf"];
        let builds = Builds::of(&files(&std::array::from_fn::<_, 5, _>(|index| (names[index], gigabytes[index]))));
        [Choice::Small, Choice::Balanced, Choice::Best]
            .map(|choice| builds.chosen(choice).map(|build| build.label.clone()).unwrap_or_default())
    };
    assert_eq!(sizes([13, 15, 16, 21, 27]), ["Q3_K_M", "Q4_K_M", "Q6_K"]);
    assert_eq!(sizes([1, 2, 3, 4, 5]), ["Q3_K_M", "Q4_K_M", "Q8_0"]);
    let tiny = Builds::of(&files(&[("m-Q3_K_M.gguf", 1), ("m-Q4_K_M.gguf", 2)]));
    assert_eq!(tiny.chosen(Choice::Balanced).map(|build| build.label.as_str()), Some("Q4_K_M"));
}

#[test]
fn a_choice_that_changes_nothing_is_none() {
    let builds = Builds::of(&files(&[("m-Q4_K_S.gguf", 9), ("m-Q4_K_M.gguf", 10), ("m-Q4_K_L.gguf", 11)]));
    assert_eq!(builds.all.iter().filter_map(|build| build.choice).collect::<Vec<_>>(), [Choice::Balanced]);
}

#[test]
fn a_build_is_found_by_what_people_call_it() {
    let builds =
        Builds::of(&files(&[("m-UD-Q3_K_XL.gguf", 3), ("m-Q4_0.gguf", 4), ("m-Q4_K_M.gguf", 5), ("m-APEX.gguf", 6)]));
    let named = |tag: &str| builds.named(tag).map(|build| build.label.as_str());
    assert_eq!(named("q4_k_m"), Some("Q4_K_M"));
    assert_eq!(named("Q3_K_XL"), Some("UD-Q3_K_XL"), "with or without what its publisher puts before it");
    assert_eq!(named("q4"), Some("Q4_K_M"), "the balanced one of those that begin so");
    assert_eq!(named("apex"), Some("APEX"));
    assert_eq!(named("Q9"), None);
    assert_eq!(named("ä"), None);
}

#[test]
fn builds_without_a_known_name_are_called_by_what_they_alone_have() {
    let builds = Builds::of(&files(&[
        ("Q-35B-APEX-I-Mini.gguf", 1),
        ("Q-35B-APEX-I-Nano.gguf", 2),
        ("Q-35B-APEX-Quality.gguf", 3),
    ]));
    assert_eq!(labels(&builds), ["I-Mini", "I-Nano", "Quality"]);
    assert_eq!(labels(&Builds::of(&files(&[("Bonsai-8B.gguf", 1)]))), ["Bonsai-8B"]);
    let twice = Builds::of(&files(&[("a/m-Q4_K_M.gguf", 1), ("b/m-Q4_K_M.gguf", 2)]));
    assert_eq!(labels(&twice), ["a/m-Q4_K_M", "b/m-Q4_K_M"]);
}

#[test]
fn a_repository_that_is_meant_to_take_long_does_not() {
    let file = |name: String| RemoteFile { name: name.parse().expect("a path"), size_bytes: Some(1), sha256: None };
    let files: Vec<RemoteFile> = (0..50_000)
        .flat_map(|number| [file(format!("mmproj-{number}.gguf")), file(format!("{number}/m.gguf"))])
        .collect();
    let builds = Builds::of(&files);
    assert_eq!(builds.all.len(), 50_000);
    assert!(builds.projectors.len() < 100);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_files_make_builds_and_none_is_in_two(
        names in prop::collection::vec(r"([ab]/)?[abQ4_KM.ä-]{1,8}(-0000[1-3]-of-0000[1-3])?(\.gguf|\.GGUF)?", 0..8),
        tag in r"\PC{0,4}",
    ) {
        let files: Vec<RemoteFile> = names
            .iter()
            .filter_map(|name| Some(RemoteFile { name: name.parse().ok()?, size_bytes: Some(name.len() as u64), sha256: None }))
            .collect();
        let builds = Builds::of(&files);
        builds.named(&tag);
        let mut used: Vec<_> = builds.all.iter().flat_map(|build| &build.files).map(|file| &file.name).collect();
        let count = used.len();
        used.sort();
        used.dedup();
        prop_assert_eq!(used.len(), count);
        prop_assert!(builds.all.iter().all(|build| !build.label.is_empty()));
    }
}
