//! How other programs keep their models.

use std::fs;

use hearth_library::{Damage, Library, Model, Roots, Source, State, System};

use crate::{Computer, model_file};

fn digest(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// Writes a tag and its blobs as Ollama does.
fn pull(computer: &Computer, tag: &str, layers: &[(&str, char, Vec<u8>)]) {
    let list: Vec<String> = layers
        .iter()
        .map(|(kind, digit, bytes)| {
            computer.write(&format!("ollama/blobs/sha256-{}", digest(*digit)), bytes);
            let size = bytes.len();
            let digest = digest(*digit);
            format!(r#"{{"mediaType":"application/vnd.ollama.image.{kind}","digest":"sha256:{digest}","size":{size}}}"#)
        })
        .collect();
    let config = format!(r#"{{"mediaType":"x","digest":"sha256:{}","size":2}}"#, digest('c'));
    computer.write(&format!("ollama/blobs/sha256-{}", digest('c')), b"{}");
    let manifest = format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#, list.join(","));
    computer.write(&format!("ollama/manifests/{tag}"), manifest.as_bytes());
}

fn ready(computer: &Computer) -> Vec<Model> {
    let scan = computer.scan();
    assert!(scan.problems.is_empty(), "{:?}", scan.problems);
    assert!(scan.models.iter().all(|model| model.state == State::Ready), "{:#?}", scan.models);
    scan.models
}

#[test]
fn ollama_s_tags_are_models_with_the_names_it_prints() {
    let computer = Computer::new();
    let model = model_file::model(1);
    pull(
        &computer,
        "registry.ollama.ai/library/llama3.2/3b",
        &[("model", '1', model), ("license", '2', b"MIT".into())],
    );
    let seer = [("model", '3', model_file::model(3)), ("projector", '4', model_file::projector(4))];
    pull(&computer, "hf.co/ada/seer/Q4_K_M", &seer);
    pull(&computer, "registry.ollama.ai/ada/cloud/latest", &[("params", '5', b"{}".into())]);
    let models = ready(&computer);
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["hf.co/ada/seer:Q4_K_M", "llama3.2:3b"]);
    assert_eq!(models[1].places[0].source, Source::Ollama { name: "llama3.2:3b".into() });
    assert!(models[0].projector.is_some() && models[1].projector.is_none());
}

#[test]
fn a_tag_without_its_blob_is_damaged_and_a_tag_without_sense_a_problem() {
    let computer = Computer::new();
    pull(&computer, "registry.ollama.ai/library/lost/latest", &[("model", '1', model_file::model(1))]);
    fs::remove_file(computer.at(&format!("ollama/blobs/sha256-{}", digest('1')))).expect("removed");
    assert_eq!(computer.only_model().state, State::Damaged { what: Damage::Gone });
    computer.write("ollama/manifests/registry.ollama.ai/library/odd/latest", b"{");
    let outside = r#"{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../x"}]}"#;
    computer.write("ollama/manifests/registry.ollama.ai/library/sly/latest", outside.as_bytes());
    let scan = computer.scan();
    assert_eq!((scan.models.len(), scan.problems.len()), (1, 1), "{scan:?}");
}

#[test]
fn lm_studio_s_folders_are_repositories() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/seer-GGUF/seer-Q4_K_M.gguf", &model_file::model(1));
    computer.write("lmstudio/ada/seer-GGUF/mmproj-model-f16.gguf", &model_file::projector(2));
    computer.write("lmstudio/ada/tiny-GGUF/tiny-Q4_K_M.GGUF", &model_file::model(3));
    let models = ready(&computer);
    assert_eq!(models.len(), 2);
    assert!(models[0].projector.is_some() && models[1].projector.is_none());
    assert_eq!(models[0].places[0].source, Source::LmStudio);
}

#[test]
fn jan_s_descriptions_say_where_the_file_is() {
    let computer = Computer::new();
    computer.write("jan/llamacpp/models/ada/seer/model.gguf", &model_file::model(1));
    computer.write("jan/llamacpp/models/ada/seer/mmproj.gguf", &model_file::projector(2));
    let inside = "model_path: llamacpp/models/ada/seer/model.gguf\nmmproj_path: llamacpp/models/ada/seer/mmproj.gguf\n";
    computer.write("jan/llamacpp/models/ada/seer/model.yml", inside.as_bytes());
    let outside = computer.write("elsewhere/mine.gguf", &model_file::model(3));
    let description = format!("name: mine\nmodel_path: '{}'\nsize_bytes: 3\n", outside.display());
    computer.write("jan/llamacpp/models/mine/model.yml", description.as_bytes());
    computer.write("jan/models/old/old.gguf", &model_file::model(4));
    computer.write("jan/models/old/model.json", br#"{"sources":[{"filename":"old.gguf","url":"https://x/old.gguf"}]}"#);
    let models = ready(&computer);
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["ada/seer", "mine", "old"]);
    assert!(models[0].projector.is_some());
    assert_eq!(models[1].path(), outside);
}

#[test]
fn in_folders_of_anything_a_projector_is_known_by_its_name() {
    let computer = Computer::new();
    computer.write("gpt4all/gemma-3-4b-it-Q4_K_M.gguf", &model_file::model(1));
    computer.write("gpt4all/tiny.gguf", &model_file::model(2));
    computer.write("gpt4all/mmproj-gemma-3-4b-it-f16.gguf", &model_file::projector(3));
    computer.write("gpt4all/incomplete-huge.gguf", b"GG");
    computer.write("gpt4all/localdocs_v3.db", b"");
    let models = ready(&computer);
    assert_eq!(models.len(), 2);
    assert!(models[0].projector.is_some() && models[1].projector.is_none());
    assert_eq!(models[0].places[0].source, Source::Gpt4All);
}

#[test]
fn llama_cpp_s_cache_is_read_in_its_old_layout_and_in_its_new_one() {
    let computer = Computer::new();
    computer.write("llama.cpp/ada_seer-GGUF_seer-Q4_K_M.gguf", &model_file::model(1));
    computer.write("llama.cpp/ada_seer-GGUF_mmproj-model-f16.gguf", &model_file::projector(2));
    let manifest =
        br#"{"ggufFile":{"rfilename":"seer-Q4_K_M.gguf"},"mmprojFile":{"rfilename":"mmproj-model-f16.gguf"}}"#;
    computer.write("llama.cpp/manifest=ada=seer-GGUF=latest.json", manifest);
    let new = format!("llama.cpp/models--ada--tiny/snapshots/{}/tiny.gguf", "a".repeat(40));
    computer.write(&new, &model_file::model(3));
    let models = ready(&computer);
    let [old, new] = &models[..] else { panic!("two models: {models:#?}") };
    assert_eq!(old.places[0].source, Source::LlamaCpp { repo: Some(crate::repo("ada/seer-GGUF")) });
    assert!(old.projector.is_some());
    assert!(matches!(new.places[0].source, Source::HuggingFaceCache { .. }));
}

#[test]
fn folders_that_people_have_chosen_in_their_programs_come_first() {
    let computer = Computer::new();
    let home = computer.at("home");
    let [lm_home, lm, jan, gpt4all] = ["lm-home", "lm", "jan-data", "g"].map(|folder| computer.at(folder));
    let text = |path: &std::path::Path| serde_json::to_string(path).expect("a text");
    computer.write("home/.lmstudio-home-pointer", format!("{}\n", lm_home.display()).as_bytes());
    computer.write("lm-home/settings.json", format!(r#"{{"downloadsFolder":{}}}"#, text(&lm)).as_bytes());
    computer.write("home/.local/share/Jan/settings.json", format!(r#"{{"data_folder":{}}}"#, text(&jan)).as_bytes());
    let settings = format!("[General]\nmodelPath={}\nuserDefaultModel=x\n", gpt4all.display());
    computer.write("home/.config/nomic.ai/GPT4All.ini", settings.as_bytes());
    let roots = Roots::from(|_| None, &home, System::Linux);
    assert_eq!(roots.lm_studio[..2], [lm, lm_home.join("models")]);
    assert_eq!(roots.jan[0], jan);
    assert_eq!(roots.gpt4all, [gpt4all, home.join(".local/share/nomic.ai/GPT4All"), home.join(".cache/gpt4all")]);
}

#[test]
fn a_file_that_a_person_has_added_is_found_whatever_it_is_called() {
    let computer = Computer::new();
    computer.write("others", &model_file::model(1));
    assert_eq!(computer.only_model().places[0].source, Source::Folder);
}

#[test]
fn who_names_one_part_of_a_split_model_means_all_of_them() {
    let computer = Computer::new();
    let first = computer.write("elsewhere/big-00001-of-00002.gguf", &model_file::part(1, 0, 2));
    let second = computer.write("elsewhere/big-00002-of-00002.gguf", &model_file::part(1, 1, 2));
    let description = format!("model_path: '{}'\n", first.display());
    for others in [vec![first.clone()], vec![second.clone(), first.clone()]] {
        let scan = Library::new(Roots { others, ..Roots::default() }).scan();
        let [model] = &scan.models[..] else { panic!("{:#?}", scan.models) };
        assert_eq!((&model.state, model.files.len(), model.path()), (&State::Ready, 2, &*first));
    }
    computer.write("jan/llamacpp/models/big/model.yml", description.as_bytes());
    let model = computer.only_model();
    assert_eq!((&*model.name, &model.state, model.files.len()), ("big", &State::Ready, 2));
    fs::remove_file(second).expect("removed");
    let what = Damage::MissingParts { missing: vec![2], count: 2 };
    assert_eq!(computer.only_model().state, State::Damaged { what });
}

#[test]
#[cfg(unix)]
fn a_file_that_several_programs_reach_is_one_model() {
    let computer = Computer::new();
    let pointer = computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    fs::create_dir_all(computer.at("lmstudio/ada/tiny")).expect("made");
    fs::hard_link(pointer.canonicalize().expect("a blob"), computer.at("lmstudio/ada/tiny/tiny.gguf")).expect("linked");
    fs::create_dir_all(computer.at("others")).expect("made");
    std::os::unix::fs::symlink(&pointer, computer.at("others/mine.gguf")).expect("linked");
    std::os::unix::fs::symlink(computer.at("lmstudio"), computer.at("others/all")).expect("linked");
    let model = computer.only_model();
    let sources: Vec<&Source> = model.places.iter().map(|place| &place.source).collect();
    assert!(matches!(sources[..], [Source::HuggingFaceCache { .. }, Source::LmStudio, Source::Folder, Source::Folder]));
    assert_eq!(model.path(), pointer);
    assert_eq!(model.name, "tiny");
}
