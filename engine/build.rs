//! Gathers what `hearth-engine` needs beside itself when it runs, in one folder, and gives the program a run path
//! that looks there.
//!
//! The folder's path is this crate's `HEARTH_ENGINE_RUNTIME`: tests read it with `env!`, packaging from cargo's
//! `build-script-executed` message. See the crate's documentation for what lies in it.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

/// Where the libraries that load a graphics driver lie, in the runtime's folder: ggml tries whatever backend lies in the
/// folder it is given, and an engine that computes with the processor must not touch a driver.
const GPU_FOLDER: &str = "gpu";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=HEARTH_ENGINE_BUILD={}", build()?);

    let runtime = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("runtime");
    // An older build's libraries must not be shipped with this one's.
    if runtime.exists() {
        fs::remove_dir_all(&runtime)?;
    }
    fs::create_dir_all(runtime.join(GPU_FOLDER))?;
    let backends = env::var_os("DEP_LLAMA_BACKENDS_DIR").map(PathBuf::from);
    let target_os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    // On macOS everything, Metal among it, is in the program itself.
    assert!(backends.is_some() || target_os == "macos", "the feature dynamic-backends says where the backends are");
    if let Some(backends) = backends {
        println!("cargo:rustc-env=HEARTH_LLAMA_SOURCE={}", llama_source(&backends)?);
        let native_out = backends.parent().expect("the backends lie in a folder of the native build");
        for folder in [native_out.join("lib"), native_out.join("lib64"), native_out.join("bin"), backends.clone()] {
            for (name, file) in libraries_by_run_time_name(&folder)? {
                let to = if is_gpu_backend(&name) { runtime.join(GPU_FOLDER) } else { runtime.clone() };
                place(&file, &to.join(name))?;
            }
        }
    }
    println!("cargo:rustc-env=HEARTH_ENGINE_RUNTIME={}", runtime.display());

    match target_os.as_str() {
        "macos" => println!("cargo:rustc-link-arg-bins=-Wl,-rpath,@loader_path"),
        // Windows looks beside the program by itself.
        "windows" => {}
        _ => {
            // The old kind of run path, which comes before LD_LIBRARY_PATH and holds for the libraries' libraries too.
            println!("cargo:rustc-link-arg-bins=-Wl,--disable-new-dtags");
            println!("cargo:rustc-link-arg-bins=-Wl,-rpath,$ORIGIN");
        }
    }
    Ok(())
}

/// What was built: this engine, and the version of llama.cpp's bindings that is locked.
fn build() -> io::Result<String> {
    let lock = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../Cargo.lock");
    println!("cargo:rerun-if-changed={}", lock.display());
    let text = fs::read_to_string(lock)?;
    let mut lines = text.lines().skip_while(|line| *line != "name = \"llama-cpp-sys-2\"").skip(1);
    let bindings = lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let bindings = bindings.ok_or_else(|| io::Error::other("Cargo.lock does not name llama-cpp-sys-2"))?;
    let engine = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    Ok(format!("{engine}+llama-cpp-sys-2.{bindings}"))
}

/// Where CMake found llama.cpp: tests compile backends of their own against its headers.
fn llama_source(backends: &Path) -> io::Result<String> {
    let cache = fs::read_to_string(backends.with_file_name("build").join("CMakeCache.txt"))?;
    let source = cache.lines().find_map(|line| line.strip_prefix("CMAKE_HOME_DIRECTORY:INTERNAL="));
    source.map(str::to_owned).ok_or_else(|| io::Error::other("CMake does not say where its sources are"))
}

/// Whether a library is a backend for something else than the processor.
fn is_gpu_backend(name: &str) -> bool {
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.strip_prefix("ggml-").is_some_and(|backend| !backend.starts_with("cpu") && !backend.starts_with("base"))
}

/// The shared libraries of a folder, under the name that programs linked against them ask for.
///
/// A build leaves up to three names for a library: `libllama.so` → `libllama.so.0` → `libllama.so.0.26.0`. The
/// middle one is its soname. A library without a version has one name, and that is it.
fn libraries_by_run_time_name(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut names_by_file = BTreeMap::<PathBuf, Vec<String>>::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_shared_library(&name) {
            names_by_file.entry(fs::canonicalize(entry.path())?).or_default().push(name);
        }
    }
    Ok(names_by_file
        .into_iter()
        .map(|(file, mut names)| {
            names.sort_by_key(String::len);
            let soname = names.swap_remove(1.min(names.len() - 1));
            (soname, file)
        })
        .collect())
}

fn is_shared_library(name: &str) -> bool {
    let extension = |wanted: &str| Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    extension("dll") || extension("dylib") || extension("so") || name.contains(".so.")
}

fn place(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}
