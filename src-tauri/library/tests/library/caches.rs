//! The Hugging Face cache: what is put there, and what is found there.

use std::fs;

use hearth_library::{Cache, Damage, Source, State};

use crate::{Computer, commit, etag, main_branch, model_file, repo};

#[test]
fn a_download_is_found_under_its_name_and_lies_on_the_disk_once() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    let pointer = computer.download("ada/tiny-GGUF", 'a', "UD/tiny-Q4_K_M.gguf", &bytes);
    let (cache, repo) = (computer.cache(), repo("ada/tiny-GGUF"));

    assert_eq!(fs::read(&pointer).expect("readable"), bytes);
    assert!(!cache.partial_path(&repo, &etag(&bytes)).exists());
    if cfg!(unix) {
        let target = fs::read_link(&pointer).expect("a link");
        assert!(target.is_relative(), "the cache can be moved: {target:?}");
        assert_eq!(pointer.canonicalize().ok(), cache.blob_path(&repo, &etag(&bytes)).canonicalize().ok());
    }
    let reference = fs::read_to_string(cache.repo_folder(&repo).join("refs/main")).expect("a reference");
    assert_eq!(reference, "a".repeat(40), "without a line's end, as other clients compare it");
    let tag = fs::read_to_string(cache.root().join("CACHEDIR.TAG")).expect("tagged for backups");
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));

    let model = computer.only_model();
    assert_eq!(model.state, State::Ready);
    assert_eq!(model.name, "tiny-Q4_K_M");
    assert_eq!(model.path(), pointer);
    assert_eq!(model.size_bytes, bytes.len() as u64);
    assert_eq!(model.quantization, Some("Q4_K_M"));
    assert_eq!(model.architecture.as_deref(), Some("llama"));
    assert_eq!(model.licence.as_deref(), Some("apache-2.0"));
    assert_eq!((model.parameters, model.context_length), (Some(64), Some(512)));
    assert_eq!(model.places[0].source, Source::HuggingFaceCache { repo, commit: commit('a') });
}

#[test]
fn placing_goes_on_after_any_step_and_changes_nothing_once_it_is_through() {
    let bytes = model_file::model(1);
    let (repo, etag) = (repo("ada/tiny"), etag(&bytes));
    let path = "tiny.gguf".parse().expect("a path");
    for step in 0..4 {
        let computer = Computer::new();
        let cache = computer.cache();
        cache.prepare(&repo).expect("prepared");
        fs::write(cache.partial_path(&repo, &etag), &bytes).expect("written");
        // As a kill behind this step leaves it.
        if step >= 1 {
            fs::rename(cache.partial_path(&repo, &etag), cache.blob_path(&repo, &etag)).expect("renamed");
        }
        if step >= 2 {
            fs::create_dir_all(cache.repo_folder(&repo).join("snapshots").join("a".repeat(40))).expect("made");
        }
        if step >= 3 {
            cache.place(&repo, None, &commit('a'), &path, &etag).expect("placed, without its reference");
        }
        for _twice in 0..2 {
            let pointer = cache.place(&repo, Some(&main_branch()), &commit('a'), &path, &etag).expect("placed");
            assert_eq!(fs::read(pointer).expect("readable"), bytes);
        }
        assert_eq!(cache.commit_of(&repo, &main_branch()), Some(commit('a')));
        assert_eq!(computer.only_model().state, State::Ready);
    }
}

#[test]
fn what_was_never_downloaded_is_not_placed() {
    let computer = Computer::new();
    let path = "tiny.gguf".parse().expect("a path");
    let placed = computer.cache().place(&repo("ada/tiny"), Some(&main_branch()), &commit('a'), &path, &etag(b"x"));
    assert!(placed.is_err());
    assert_eq!(computer.cache().find(&repo("ada/tiny"), &commit('a'), &path), None);
    assert_eq!(computer.cache().commit_of(&repo("ada/tiny"), &main_branch()), None, "nothing refers to nothing");
}

#[test]
fn a_partial_file_is_not_one_that_other_clients_would_go_on_with() {
    let cache = Cache::new("cache".into());
    let partial = cache.partial_path(&repo("ada/tiny"), &etag(b"x"));
    let name = partial.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.ends_with(".incomplete"), "tools that clean up know it");
    assert_ne!(name, format!("{}.incomplete", etag(b"x")), "older clients would append to it");
}

/// Without links each commit has a file of its own.
#[test]
#[cfg(unix)]
fn two_commits_with_the_same_contents_are_one_model_in_two_places() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    computer.download("ada/tiny", 'b', "tiny.gguf", &model_file::model(1));
    assert_eq!(computer.only_model().places.len(), 2);
}

#[test]
fn a_projector_comes_along_with_every_build_of_its_repository() {
    let computer = Computer::new();
    computer.download("ada/seer", 'a', "seer-Q4_K_M.gguf", &model_file::model(1));
    computer.download("ada/seer", 'a', "seer-Q8_0.gguf", &model_file::model(2));
    computer.download("ada/seer", 'a', "BF16/seer-BF16.gguf", &model_file::model(3));
    computer.download("ada/seer", 'a', "mmproj-BF16.gguf", &model_file::projector(4));
    let best = computer.download("ada/seer", 'a', "mmproj-F16.gguf", &model_file::projector(5));
    computer.download("ada/blind", 'a', "blind.gguf", &model_file::model(6));
    let scan = computer.scan();
    let of = |name: &str| scan.models.iter().find(|model| model.name == name).expect("found").projector.clone();
    for name in ["seer-Q4_K_M", "seer-Q8_0", "seer-BF16"] {
        assert_eq!(of(name).expect("a projector").path, best, "{name}");
    }
    assert_eq!(of("blind"), None);
    let alone = of("mmproj-BF16");
    assert_eq!(alone, None, "a second one is listed by itself, so that it can be removed");
}

#[test]
fn the_parts_of_a_split_model_are_one_item() {
    let computer = Computer::new();
    for number in 0..3 {
        let name = format!("big-Q4_K_M-{:05}-of-00003.gguf", number + 1);
        computer.download("ada/big", 'a', &name, &model_file::part(9, number, 3));
    }
    let model = computer.only_model();
    assert_eq!((model.name.as_str(), model.files.len()), ("big-Q4_K_M", 3));
    assert_eq!(model.state, State::Ready);
    assert_eq!(model.parameters, Some(3 * 64));
    assert!(model.path().to_string_lossy().ends_with("big-Q4_K_M-00001-of-00003.gguf"));

    fs::remove_file(&model.files[1].path).expect("removed");
    let what = Damage::MissingParts { missing: vec![2], count: 3 };
    assert_eq!(computer.only_model().state, State::Damaged { what });
}

#[test]
fn what_is_damaged_is_listed_with_what_is_wrong() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    let gone = computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
    fs::remove_file(gone.canonicalize().expect("a blob")).expect("removed");
    if cfg!(unix) {
        assert_eq!(computer.only_model().state, State::Damaged { what: Damage::Gone });
    }

    let cases = [
        (&bytes[..bytes.len() - 7], Damage::CutShort { missing_bytes: 7 }),
        (b"<!DOCTYPE html>", Damage::NotGguf),
        (b"", Damage::NotGguf),
    ];
    for (bytes, what) in cases {
        let computer = Computer::new();
        computer.download("ada/tiny", 'a', "tiny.gguf", bytes);
        assert_eq!(computer.only_model().state, State::Damaged { what });
    }
    let computer = Computer::new();
    computer.download("ada/eyes", 'a', "mmproj-F16.gguf", &model_file::projector(1));
    assert!(matches!(computer.only_model().state, State::Foreign { .. }), "a projector without its model");
}
