//! Libraries made for a test: graphics backends that go wrong, and ones that nobody should load.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hearth_ipc::ComputePath;

use crate::process::{Engine, staged_engine};

/// How a double of the Vulkan backend goes wrong; the names are those of `backend.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    CrashAtLoad,
    HangAtLoad,
    NoDevice,
    Hang,
    Nonsense,
    Crash,
    Assertion,
    Exception,
    OutOfMemory,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::CrashAtLoad => "CRASH_AT_LOAD",
            Self::HangAtLoad => "HANG_AT_LOAD",
            Self::NoDevice => "NO_DEVICE",
            Self::Hang => "HANG",
            Self::Nonsense => "NONSENSE",
            Self::Crash => "CRASH",
            Self::Assertion => "ASSERTION",
            Self::Exception => "EXCEPTION",
            Self::OutOfMemory => "OUT_OF_MEMORY",
        }
    }
}

/// An engine for the Vulkan path whose library is a double with so much memory.
pub(crate) fn engine_with(fault: Fault, memory_bytes: u64) -> Engine {
    let folder = staged_engine();
    let library = vulkan_library(folder.path());
    // A link of the real one: to be replaced, not written over.
    fs::remove_file(&library).expect("our own link");
    let fault = format!("-DFAULT={}", fault.name());
    let memory = format!("-DMEMORY_BYTES={memory_bytes}ull");
    compile(include_str!("doubles/backend.c"), &[&fault, &memory], &library);
    Engine::start_as(folder, ComputePath::Vulkan, &[])
}

/// Where a staged engine finds its Vulkan library.
pub(crate) fn vulkan_library(folder: &Path) -> PathBuf {
    folder.join("gpu/libggml-vulkan.so")
}

/// A library that does nothing but leave a file with this name when it is loaded.
pub(crate) fn plant(library: &Path, mark: &Path) {
    let mark = format!("-DMARK=\"{}\"", mark.to_str().expect("a plain name"));
    let source = "#include <fcntl.h>\n#include <unistd.h>\n\
                  __attribute__((constructor)) static void leave_a_mark(void) {\n\
                      close(open(MARK, O_CREAT | O_WRONLY, 0600));\n\
                  }\n";
    compile(source, &[&mark], library);
}

fn compile(source: &str, options: &[&str], library: &Path) {
    let ggml = Path::new(env!("HEARTH_LLAMA_SOURCE")).join("ggml");
    let file = library.with_extension("c");
    fs::write(&file, source).expect("a place for a file");
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-std=gnu11"])
        .args(options)
        .arg("-I")
        .arg(ggml.join("include"))
        .arg("-I")
        .arg(ggml.join("src"))
        .arg("-o")
        .arg(library)
        .arg(&file)
        .output()
        .expect("a C compiler");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(file).expect("our own file");
}
