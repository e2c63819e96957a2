//! Taking models away: what that frees, whom it would hurt, and that it can be undone.

use std::{fs, path::PathBuf};

use hearth_library::{Bin, Model, Place, Removal, RemoveError, Scan, Sharing, Source, State};

use crate::{Computer, contents, model_file};

fn bin(computer: &Computer) -> Bin {
    Bin::open(computer.at("app/removed")).expect("a bin")
}

fn named<'a>(scan: &'a Scan, name: &str) -> &'a Model {
    scan.models.iter().find(|model| model.name == name).unwrap_or_else(|| panic!("no {name} in {:#?}", scan.models))
}

fn everywhere(_: &Place) -> bool {
    true
}

/// What is on the disk but the app's own notes.
fn disk(computer: &Computer) -> Vec<(PathBuf, Vec<u8>)> {
    let own = computer.at("app");
    contents(computer.home.path()).into_iter().filter(|(path, _)| !path.starts_with(&own)).collect()
}

fn bytes_on_disk(computer: &Computer) -> usize {
    let real = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    disk(computer).iter().filter(|(path, _)| real(path)).map(|(_, bytes)| bytes.len()).sum()
}

#[test]
fn a_removed_model_is_gone_and_comes_back_as_it_was() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
    computer.download("ada/other", 'a', "other.gguf", &model_file::model(2));
    let before = disk(&computer);
    let (bin, scan) = (bin(&computer), computer.scan());
    let removal = Removal::plan(&scan, named(&scan, "tiny"), everywhere);
    assert_eq!(removal.freed_bytes(), bytes.len() as u64);
    assert!(removal.shared_with().is_empty(), "{:?}", removal.shared_with());

    let removed = bin.remove(&removal).expect("removed");
    assert_eq!(removed.freed_bytes, bytes.len() as u64);
    assert_eq!(computer.only_model().name, "other");
    assert_eq!(bin.held_bytes(&computer.at("hub")).expect("told"), bytes.len() as u64, "it counts as free");

    bin.undo(removed.id).expect("given back");
    assert_eq!(disk(&computer), before);
    assert!(matches!(bin.undo(removed.id), Err(RemoveError::NotKept)));
    assert_eq!(computer.scan().models.len(), 2);
}

#[test]
fn an_emptied_bin_has_freed_what_was_promised_and_leaves_no_trace() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    computer.download("ada/tiny", 'a', "deep/tiny.gguf", &bytes);
    computer.write("hub/models--ada--tiny/.no_exist/x/config.json", b"");
    let (bin, scan) = (bin(&computer), computer.scan());
    bin.remove(&Removal::plan(&scan, named(&scan, "tiny"), everywhere)).expect("removed");
    assert_eq!(bin.empty_all().expect("emptied"), bytes.len() as u64);
    assert_eq!(bin.held().expect("told"), []);
    assert!(!computer.at("hub/models--ada--tiny").exists(), "{:?}", disk(&computer));
}

/// Without links each commit has a file of its own.
#[test]
#[cfg(unix)]
fn what_another_snapshot_needs_stays() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    computer.download("ada/tiny", 'b', "tiny.gguf", &model_file::model(1));
    let scan = computer.scan();
    let old = |place: &Place| matches!(&place.source, Source::HuggingFaceCache { commit, .. } if *commit == crate::commit('a'));
    let removal = Removal::plan(&scan, named(&scan, "tiny"), old);
    assert_eq!(removal.freed_bytes(), 0);
    assert!(matches!(removal.shared_with(), [Sharing::Place { source: Source::HuggingFaceCache { .. }, .. }]));
    let bin = bin(&computer);
    bin.remove(&removal).expect("removed");
    bin.empty_all().expect("emptied");
    let left = computer.only_model();
    assert_eq!((left.places.len(), &left.state), (1, &State::Ready));
    let all = Removal::plan(&computer.scan(), &left, everywhere);
    assert_eq!(all.freed_bytes(), model_file::model(1).len() as u64, "the last one frees it");
}

#[test]
fn references_to_nothing_do_not_stay() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny-Q4_K_M.gguf", &model_file::model(1));
    computer.download("ada/tiny", 'a', "tiny-Q8_0.gguf", &model_file::model(2));
    let bin = bin(&computer);
    let reference = computer.at("hub/models--ada--tiny/refs/main");
    for (name, is_referred_to) in [("tiny-Q4_K_M", true), ("tiny-Q8_0", false)] {
        let scan = computer.scan();
        bin.remove(&Removal::plan(&scan, named(&scan, name), everywhere)).expect("removed");
        assert_eq!(reference.exists(), is_referred_to, "after {name}");
    }
    assert!(computer.at("hub/models--ada--tiny/snapshots").exists(), "the repository still looks like one");
}

#[test]
fn a_projector_goes_with_the_last_of_its_models() {
    let computer = Computer::new();
    let (model, eyes) = (model_file::model(1), model_file::projector(3));
    computer.download("ada/seer", 'a', "seer-Q4_K_M.gguf", &model);
    computer.download("ada/seer", 'a', "seer-Q8_0.gguf", &model_file::model(2));
    computer.download("ada/seer", 'a', "mmproj-F16.gguf", &eyes);
    let bin = bin(&computer);
    for (name, freed) in [("seer-Q4_K_M", model.len()), ("seer-Q8_0", model.len() + eyes.len())] {
        let scan = computer.scan();
        let removal = Removal::plan(&scan, named(&scan, name), everywhere);
        assert_eq!(removal.freed_bytes(), freed as u64, "{name}");
        bin.remove(&removal).expect("removed");
    }
    assert!(computer.scan().models.is_empty());
    bin.empty_all().expect("emptied");
    assert!(!computer.at("hub/models--ada--seer").exists());
}

#[test]
#[cfg(unix)]
fn a_file_with_another_name_frees_nothing_and_says_who_has_it() {
    let computer = Computer::new();
    let pointer = computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let blob = pointer.canonicalize().expect("a blob");
    fs::create_dir_all(computer.at("lmstudio/ada/tiny")).expect("made");
    let hard = computer.at("lmstudio/ada/tiny/tiny.gguf");
    fs::hard_link(&blob, &hard).expect("linked");
    let scan = computer.scan();
    let cache = |place: &Place| matches!(place.source, Source::HuggingFaceCache { .. });
    let removal = Removal::plan(&scan, &scan.models[0], cache);
    assert_eq!(removal.freed_bytes(), 0);
    assert_eq!(removal.shared_with(), [Sharing::Place { source: Source::LmStudio, path: hard.clone() }]);
    let all = Removal::plan(&scan, &scan.models[0], everywhere);
    assert_eq!(all.freed_bytes(), model_file::model(1).len() as u64, "both names together free it");

    bin(&computer).remove(&removal).expect("removed");
    assert_eq!(computer.only_model().path(), hard);

    fs::hard_link(&hard, computer.at("unknown")).expect("linked");
    let scan = computer.scan();
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    assert_eq!(removal.freed_bytes(), 0);
    assert_eq!(removal.shared_with(), [Sharing::UnknownName { path: hard }]);
}

#[test]
#[cfg(unix)]
fn a_file_that_another_program_links_to_stays_for_it() {
    let computer = Computer::new();
    let pointer = computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    fs::create_dir_all(computer.at("lmstudio/ada/tiny")).expect("made");
    let link = computer.at("lmstudio/ada/tiny/tiny.gguf");
    std::os::unix::fs::symlink(pointer.canonicalize().expect("a blob"), &link).expect("linked");
    let (bin, scan) = (bin(&computer), computer.scan());
    let cache = |place: &Place| matches!(place.source, Source::HuggingFaceCache { .. });
    let removal = Removal::plan(&scan, &scan.models[0], cache);
    assert_eq!((removal.freed_bytes(), removal.shared_with().len()), (0, 1));
    bin.remove(&removal).expect("removed");
    bin.empty_all().expect("emptied");
    assert_eq!(computer.only_model().state, State::Ready, "LM Studio still has it");

    // And the other way round: a link is all that goes.
    let computer = Computer::new();
    let outside = computer.write("mine/tiny.gguf", &model_file::model(1));
    fs::create_dir_all(computer.at("others")).expect("made");
    std::os::unix::fs::symlink(&outside, computer.at("others/tiny.gguf")).expect("linked");
    let scan = computer.scan();
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    let real = outside.canonicalize().expect("there");
    assert_eq!((removal.freed_bytes(), removal.shared_with()), (0, &[Sharing::LinkTarget { path: real }][..]));
}

#[test]
fn ollama_s_shared_blobs_stay_until_their_last_tag_goes() {
    let computer = Computer::new();
    let model = model_file::model(1);
    let digest = |digit: char| digit.to_string().repeat(64);
    for digit in ['1', '2', '3'] {
        let bytes = if digit == '1' { model.clone() } else { vec![b'x'; 10] };
        computer.write(&format!("ollama/blobs/sha256-{}", digest(digit)), &bytes);
    }
    for (tag, own) in [("one", '2'), ("two", '3')] {
        let manifest = format!(
            r#"{{"layers":[{{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{}"}},
                {{"mediaType":"application/vnd.ollama.image.system","digest":"sha256:{}"}}]}}"#,
            digest('1'),
            digest(own)
        );
        computer.write(&format!("ollama/manifests/registry.ollama.ai/library/tiny/{tag}"), manifest.as_bytes());
    }
    let before = disk(&computer);
    let (bin, scan) = (bin(&computer), computer.scan());
    let one = |place: &Place| place.source == Source::Ollama { name: "tiny:one".into() };
    let removal = Removal::plan(&scan, &scan.models[0], one);
    assert_eq!(removal.freed_bytes(), 10, "its own system prompt");
    assert!(
        matches!(removal.shared_with(), [Sharing::Place { source: Source::Ollama { name }, .. }] if name == "tiny:two")
    );
    let first = bin.remove(&removal).expect("removed");
    let scan = computer.scan();
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    assert_eq!(removal.freed_bytes(), model.len() as u64 + 10);
    let second = bin.remove(&removal).expect("removed");
    assert!(computer.scan().models.is_empty());
    bin.undo(second.id).expect("given back");
    bin.undo(first.id).expect("given back");
    assert_eq!(disk(&computer), before);
}

#[test]
fn what_was_downloaded_again_is_not_lost_by_undoing_or_emptying() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    for empties in [true, false] {
        computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
        let (bin, scan) = (bin(&computer), computer.scan());
        let removed = bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
        computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
        if empties {
            bin.empty(removed.id).expect("emptied");
        } else {
            bin.undo(removed.id).expect("given back");
        }
        assert_eq!(computer.only_model().state, State::Ready);
        assert_eq!(bytes_on_disk(&computer) - 40, bytes.len() + tag_bytes(&computer), "once, and a reference");
    }
}

fn tag_bytes(computer: &Computer) -> usize {
    fs::read(computer.at("hub/CACHEDIR.TAG")).expect("tagged").len()
}

#[test]
fn the_next_start_frees_what_the_last_run_had_removed() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let scan = computer.scan();
    bin(&computer).remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    assert_eq!(bin(&computer).held().expect("told"), []);
    assert_eq!(disk(&computer).len(), 1, "the tag of the cache: {:?}", disk(&computer));
}

#[test]
fn a_removal_that_was_interrupted_is_undone_at_the_next_start() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let before = disk(&computer);
    let scan = computer.scan();
    bin(&computer).remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    // As a kill before the last step leaves it: the note does not say that it is done.
    let note = computer.at("app/removed/1.json");
    let text = fs::read_to_string(&note).expect("a note").replace("\"Done\"", "\"Begun\"");
    fs::write(&note, text).expect("written");
    bin(&computer);
    assert_eq!(disk(&computer), before);
    assert_eq!(computer.only_model().state, State::Ready);
}

#[test]
fn a_removal_that_fails_changes_nothing() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/big/big-00001-of-00002.gguf", &model_file::part(1, 0, 2));
    let second = computer.write("lmstudio/ada/big/big-00002-of-00002.gguf", &model_file::part(1, 1, 2));
    let (bin, scan) = (bin(&computer), computer.scan());
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    fs::remove_file(&second).expect("removed by somebody else");
    let before = disk(&computer);
    assert!(bin.remove(&removal).is_err());
    assert_eq!(disk(&computer), before);
}
