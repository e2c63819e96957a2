//! Native code comes from the engine's own folder, whatever lies elsewhere and whatever the environment says.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use hearth_ipc::{ComputePath, Event, KvCacheType, ProbeRequest, Request, RequestId, codec};

use crate::{
    doubles::plant,
    process::{program_in, staged_engine, starter_model},
};

/// Names that ggml, llama.cpp and the system's loader look for.
const NAMES: [&str; 7] = [
    "libggml-vulkan.so",
    "libggml-cuda.so",
    "libggml-cpu-zen5.so",
    "libggml-blas.so",
    "libggml-base.so.0",
    "libggml.so.0",
    "libllama.so.0",
];

/// Plants all of them in a folder.
fn plant_all(folder: &Path, mark: &Path) {
    for name in NAMES {
        plant(&folder.join(name), mark);
    }
}

#[test]
fn planted_libraries_are_not_loaded_even_if_the_environment_points_at_them() {
    let (engine, planted) = (staged_engine(), tempfile::tempdir().expect("a folder"));
    let mark = planted.path().join("loaded");
    plant_all(planted.path(), &mark);
    // The model lies among them, too.
    let model = planted.path().join("model.gguf");
    fs::hard_link(starter_model(), &model).or_else(|_| fs::copy(starter_model(), &model).map(drop)).expect("a copy");
    let out_of_tree = planted.path().join("libggml-vulkan.so");

    for path in [ComputePath::Cpu, ComputePath::Vulkan] {
        let mut child = Command::new(program_in(engine.path()))
            .args(["--compute", path.as_str()])
            .current_dir(planted.path())
            .env("LD_LIBRARY_PATH", planted.path())
            .env("PATH", planted.path())
            .env("GGML_BACKEND_PATH", &out_of_tree)
            .env("GGML_BACKEND_DIR", planted.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the engine starts");
        let (mut input, mut output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        // A probe that ends, in whatever way, has loaded all that it will.
        let probe = ProbeRequest { id: RequestId(1), model: model.clone(), kv_cache: KvCacheType::F16 };
        codec::write(&mut input, &Request::Probe(probe)).expect("the engine reads");
        loop {
            match codec::read::<Event>(&mut output).expect("a frame").expect("the engine lives") {
                Event::Probed { .. } | Event::Failed { .. } => break,
                _ => {}
            }
        }
        let loaded = fs::read_to_string(format!("/proc/{}/maps", child.id())).expect("a living process");
        drop(input);
        assert!(child.wait().expect("our own child").success());
        assert!(!mark.exists(), "a planted library was loaded for {path:?}");
        let has_vulkan = loaded.contains("libvulkan") || loaded.contains("libggml-vulkan");
        assert_eq!(has_vulkan, path == ComputePath::Vulkan, "a driver is loaded for the path that wants it");
    }
}

#[test]
fn a_planted_library_leaves_a_mark_when_it_is_loaded() {
    // Given the same trap, when it is loaded on purpose, then it shows: the test above can fail.
    let planted = tempfile::tempdir().expect("a folder");
    let mark = planted.path().join("loaded");
    let library = planted.path().join("libplanted.so");
    plant(&library, &mark);
    let status = Command::new("true").env("LD_PRELOAD", &library).status().expect("a program");
    assert!(status.success() && mark.exists());
}
