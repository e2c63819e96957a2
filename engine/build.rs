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

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");

    let backends = PathBuf::from(env::var_os("DEP_LLAMA_BACKENDS_DIR").expect("the feature dynamic-backends sets it"));
    let native_out = backends.parent().expect("the backends lie in a folder of the native build");
    let runtime = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("runtime");

    // An older build's libraries must not be shipped with this one's.
    if runtime.exists() {
        fs::remove_dir_all(&runtime)?;
    }
    fs::create_dir_all(&runtime)?;
    for folder in [native_out.join("lib"), native_out.join("lib64"), native_out.join("bin"), backends] {
        for (name, file) in libraries_by_run_time_name(&folder)? {
            place(&file, &runtime.join(name))?;
        }
    }
    println!("cargo:rustc-env=HEARTH_ENGINE_RUNTIME={}", runtime.display());

    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => println!("cargo:rustc-link-arg-bins=-Wl,-rpath,@loader_path"),
        // Windows looks beside the program by itself.
        Ok("windows") => {}
        _ => println!("cargo:rustc-link-arg-bins=-Wl,-rpath,$ORIGIN"),
    }
    Ok(())
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
