//! What goes with a model, and what stays because somebody else may need it.

use std::fs;

use hearth_library::{Place, Removal, Sharing, Source, State};

use super::{bin, disk, everywhere, named};
use crate::{Computer, model_file};

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
fn a_manifest_of_ollama_that_cannot_be_read_may_need_any_blob() {
    let unreadable = "ollama/manifests/registry.ollama.ai/library/tiny/other";
    for (path, stays) in [(unreadable, true), ("ollama/manifests-v2/x", true), ("ollama/manifests/.DS_Store", false)] {
        let computer = Computer::new();
        let blob = computer.write(&format!("ollama/blobs/sha256-{}", "1".repeat(64)), &model_file::model(1));
        let own = "ollama/manifests/registry.ollama.ai/library/tiny/own";
        computer.write(own, manifest('1').as_bytes());
        computer.write(path, b"{");
        let (bin, scan) = (bin(&computer), computer.scan());
        let removal = Removal::plan(&scan, &scan.models[0], everywhere);
        assert_eq!(removal.freed_bytes() == 0, stays, "{path}");
        bin.remove(&removal).expect("removed");
        bin.empty_all().expect("emptied");
        assert_eq!((computer.at(own).exists(), blob.exists()), (false, stays), "{path}");
    }
}

#[test]
#[cfg(unix)]
fn of_a_blob_that_is_a_link_only_the_link_goes() {
    let computer = Computer::new();
    let elsewhere = computer.write("elsewhere/blob", &model_file::model(1));
    fs::create_dir_all(computer.at("ollama/blobs")).expect("made");
    let blob = computer.at(&format!("ollama/blobs/sha256-{}", "1".repeat(64)));
    std::os::unix::fs::symlink(&elsewhere, &blob).expect("linked");
    computer.write("ollama/manifests/registry.ollama.ai/library/tiny/own", manifest('1').as_bytes());
    let (bin, scan) = (bin(&computer), computer.scan());
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    assert_eq!(removal.freed_bytes(), 0);
    bin.remove(&removal).expect("removed");
    bin.empty_all().expect("emptied");
    assert!(elsewhere.exists() && fs::symlink_metadata(blob).is_err());
}

#[test]
#[cfg(unix)]
fn a_blob_stays_where_not_all_snapshots_can_be_looked_through() {
    let computer = Computer::new();
    let pointer = computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let blob = pointer.canonicalize().expect("a blob");
    let deep = vec!["d"; 20].join("/");
    fs::create_dir_all(computer.at("hub/models--ada--tiny/snapshots").join("b".repeat(40)).join(deep)).expect("made");
    let (bin, scan) = (bin(&computer), computer.scan());
    bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    bin.empty_all().expect("emptied");
    assert!(!pointer.exists() && blob.exists());
    assert!(computer.at("hub/models--ada--tiny/refs/main").exists());
}

/// It was: whatever a description named was taken away.
#[test]
fn of_what_jan_s_descriptions_name_only_models_in_jan_s_folder_go() {
    let computer = Computer::new();
    let outside = computer.write("elsewhere/mine.gguf", &model_file::model(1));
    let inside = computer.write("jan/llamacpp/models/own/model.gguf", &model_file::model(2));
    let settings = computer.write("jan/settings.json", b"{}");
    let description = |name: &str, path: &str| {
        computer.write(
            &format!("jan/llamacpp/models/{name}/model.yml"),
            format!("model_path: '{path}'\nmmproj_path: settings.json\n").as_bytes(),
        )
    };
    let descriptions = [
        description("a", &outside.to_string_lossy()),
        description("b", "llamacpp/models/own/model.gguf"),
        description("c", "llamacpp/../settings.json"),
        description("d", "../elsewhere/mine.gguf"),
        description("e", "llamacpp/models"),
    ];
    let bin = bin(&computer);
    let scan = computer.scan();
    for model in &scan.models {
        assert_eq!(model.projector, None, "what is no projector is none, whoever says so");
        bin.remove(&Removal::plan(&scan, model, everywhere)).expect("removed");
    }
    bin.empty_all().expect("emptied");
    assert!(descriptions.iter().all(|description| !description.exists()));
    assert!(outside.exists() && settings.exists() && !inside.exists());
}

#[test]
fn a_projector_in_two_snapshots_goes_with_the_last_of_its_models() {
    let computer = Computer::new();
    let (model, eyes) = (model_file::model(1), model_file::projector(2));
    for commit in ['a', 'b'] {
        computer.download("ada/seer", commit, "seer.gguf", &model);
        computer.download("ada/seer", commit, "mmproj-F16.gguf", &eyes);
    }
    let bin = bin(&computer);
    let mut freed_bytes = 0;
    // Where there are no links these are two models.
    while let Some(model) = computer.scan().models.first() {
        let removal = Removal::plan(&computer.scan(), model, everywhere);
        freed_bytes += removal.freed_bytes();
        bin.remove(&removal).expect("removed");
    }
    let copies = if cfg!(unix) { 1 } else { 2 };
    assert_eq!(freed_bytes, copies * (model.len() + eyes.len()) as u64);
    bin.empty_all().expect("emptied");
    assert!(!computer.at("hub/models--ada--seer").exists(), "{:?}", disk(&computer));
}

#[test]
#[cfg(unix)]
fn a_pipe_where_a_note_should_be_is_not_waited_for() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let pipe = computer.at("hub/models--ada--tiny/refs/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let revision = "pipe".parse().expect("a revision");
    assert_eq!(computer.cache().commit_of(&crate::repo("ada/tiny"), &revision), None);
    let scan = computer.scan();
    bin(&computer).remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    assert!(fs::symlink_metadata(pipe).is_ok(), "it is nobody's note");
}

#[test]
#[cfg(unix)]
fn a_person_s_own_folders_stay_whatever_they_are_called() {
    let computer = Computer::new();
    let outside = computer.write("mine/tiny.gguf", &model_file::model(1));
    let folder = computer.at("others/snapshots/of-mine");
    fs::create_dir_all(&folder).expect("made");
    std::os::unix::fs::symlink(&outside, folder.join("tiny.gguf")).expect("linked");
    let (bin, scan) = (bin(&computer), computer.scan());
    bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    bin.empty_all().expect("emptied");
    assert!(folder.exists());
}

fn manifest(digit: char) -> String {
    let digest = digit.to_string().repeat(64);
    format!(r#"{{"layers":[{{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:{digest}"}}]}}"#)
}
