//! Folders as nobody would make them on purpose.

#[cfg(unix)]
use std::fs;

use hearth_library::{Library, State, Trouble};

use crate::{Computer, model_file};

#[test]
#[cfg(unix)]
fn links_in_circles_end() {
    use std::os::unix::fs::symlink;
    let computer = Computer::new();
    computer.write("others/a/b/tiny.gguf", &model_file::model(1));
    symlink(computer.at("others"), computer.at("others/a/up")).expect("linked");
    symlink("self.gguf", computer.at("others/self.gguf")).expect("linked");
    symlink("pong.gguf", computer.at("others/ping.gguf")).expect("linked");
    symlink("ping.gguf", computer.at("others/pong.gguf")).expect("linked");
    let scan = computer.scan();
    let ready = scan.models.iter().filter(|model| model.state == State::Ready).count();
    assert_eq!(ready, 1);
    assert_eq!(scan.models.len(), 4, "links to nothing are damaged models: {:#?}", scan.models);
}

#[test]
#[cfg(unix)]
fn names_that_are_not_utf_8_are_names() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let computer = Computer::new();
    for folder in ["hub", "lmstudio", "ollama/manifests/a/b/c", "jan/models", "gpt4all", "llama.cpp", "others"] {
        fs::create_dir_all(computer.at(folder)).expect("made");
        let odd = computer.at(folder).join(OsStr::from_bytes(b"odd-\xff\xfe.gguf"));
        fs::write(odd, model_file::model(1)).expect("written");
    }
    let repo = computer.at("hub").join(OsStr::from_bytes(b"models--\xff--x"));
    fs::create_dir_all(repo.join("snapshots")).expect("made");
    let scan = computer.scan();
    let names: Vec<&str> = scan.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("odd-")));
    assert!(scan.problems.iter().any(|problem| matches!(problem.trouble, Trouble::BadName)));
}

#[test]
#[cfg(unix)]
fn pipes_and_folders_with_a_model_s_name_are_not_opened() {
    let computer = Computer::new();
    fs::create_dir_all(computer.at("others/folder.gguf")).expect("made");
    let pipe = computer.at("others/pipe.gguf");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let scan = computer.scan();
    assert!(scan.models.iter().all(|model| matches!(model.state, State::Damaged { .. })), "{:?}", scan.models);
}

#[test]
fn where_nothing_is_nothing_is_found() {
    let scan = Computer::new().scan();
    assert!(scan.models.is_empty() && scan.problems.is_empty(), "{scan:?}");
}

#[test]
fn what_cannot_be_listed_is_a_problem_and_the_rest_is_found() {
    let computer = Computer::new();
    for folder in ["hub", "lmstudio", "ollama/manifests", "jan/models", "gpt4all", "llama.cpp"] {
        computer.write(folder, b"a file where a folder should be");
    }
    computer.write("others/tiny.gguf", &model_file::model(1));
    let scan = computer.scan();
    assert_eq!((scan.models.len(), scan.problems.len()), (1, 6), "{scan:?}");
    assert!(scan.problems.iter().all(|problem| matches!(problem.trouble, Trouble::Unreadable(_))));
}

#[test]
fn folders_without_end_are_left_at_some_point() {
    let computer = Computer::new();
    let deep = vec!["d"; 40].join("/");
    computer.write(&format!("others/{deep}/tiny.gguf"), &model_file::model(1));
    let scan = computer.scan();
    assert!(scan.models.is_empty());
    assert!(matches!(scan.problems[0].trouble, Trouble::TooDeep));
}

#[test]
fn ten_thousand_files_are_looked_through_and_remembered() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    for number in 0..10_000 {
        let name = format!("others/{}/{number}.gguf", number % 100);
        computer.write(&name, if number % 2 == 0 { &bytes } else { b"GGUF" });
    }
    let mut library = Library::new(computer.roots());
    let first = library.scan();
    assert_eq!(first.models.len(), 10_000);
    assert_eq!(first.models.iter().filter(|model| model.state == State::Ready).count(), 5_000);

    // What has changed is read again, and only that.
    computer.write("others/1/1.gguf", &bytes);
    let second = library.scan();
    assert_eq!(second.models.iter().filter(|model| model.state == State::Ready).count(), 5_001);
}
