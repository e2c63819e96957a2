//! `cargo xtask engine --cuda`: the engine's CUDA library. It is no part of a usual build nor of the tests: the compiler is
//! half a gigabyte of Python packages, and the work takes half an hour.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::folders::Folders;
use crate::python_package::{PythonPackage, unpack_wheel};
use crate::{engine_folder, kept, program};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build the library for NVIDIA's graphics cards.
    #[arg(long, required = true)]
    cuda: bool,
    /// For which of them, in CMake's words: 75 (RTX 20), 86 (RTX 30), 89 (RTX 40), 120 (RTX 50), several with `;`.
    #[arg(long, default_value = "86")]
    architectures: String,
    /// Fetch the compiler and try it, but build nothing.
    #[arg(long)]
    set_up_only: bool,
}

/// What `packaging/cuda-toolkit.json` says.
#[derive(Deserialize)]
struct Manifest {
    folder: String,
    licence: String,
    packages: Vec<PythonPackage>,
}

/// The libraries that the backend needs beside itself, which a graphics driver does not bring along.
const RUNTIME: [&str; 3] = ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13"];

/// Of all backends only this one, found by its neighbours in the engine's folder, and without the driver's interface for
/// virtual memory, whose stand-in for the linker is in no Python package.
const SETTINGS: [&str; 16] = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON",
    "-DCMAKE_INSTALL_RPATH=$ORIGIN;$ORIGIN/..",
    "-DBUILD_SHARED_LIBS=ON",
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_NATIVE=OFF",
    "-DGGML_CPU=OFF",
    "-DGGML_CUDA=ON",
    "-DGGML_CUDA_NO_VMM=ON",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_COMMON=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_SERVER=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_TOOLS=OFF",
    "-DLLAMA_OPENSSL=OFF",
];

pub(crate) fn engine(folders: &Folders, options: &Options) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the compiler is fetched for Linux only; on Windows install the CUDA Toolkit and build with CMake");
    }
    let toolkit = toolkit(folders)?;
    try_compiler(&toolkit, &options.architectures)?;
    println!("The compiler works: {}", nvcc(&toolkit).display());
    if options.set_up_only {
        return Ok(());
    }
    let built = build(folders, &toolkit, &options.architectures)?;
    println!("The library and what it needs are in {}.", built.display());
    println!("`cargo xtask run` puts them beside the engine.");
    Ok(())
}

/// Where the libraries are kept that a build of the engine is given beside its own; empty without [`engine`].
pub(crate) fn built_libraries(folders: &Folders) -> PathBuf {
    folders.cache.join("cuda")
}

/// Returns the toolkit's folder.
fn toolkit(folders: &Folders) -> Result<PathBuf> {
    let manifest: Manifest = kept::manifest(folders, "cuda-toolkit.json")?;
    let place = kept::folder(folders, &manifest.folder, |scratch| {
        let unpacked = scratch.join("unpacked");
        for (index, package) in manifest.packages.iter().enumerate() {
            println!("Fetching {} (licence {}).", package.shown(), manifest.licence);
            let folder = scratch.join(index.to_string());
            fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            unpack_wheel(&package.fetch_wheel(&folder)?, &unpacked)?;
        }
        complete(&unpacked.join("nvidia/cu13"))?;
        Ok(unpacked)
    })?;
    Ok(place.join("nvidia/cu13"))
}

/// Wheels carry neither who may run a file nor links: the linker asks for libraries by their plain names.
#[cfg(unix)]
fn complete(toolkit: &Path) -> Result<()> {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    for folder in ["bin", "nvvm/bin"] {
        for program in fs::read_dir(toolkit.join(folder)).with_context(|| format!("the packages hold no {folder}"))? {
            let program = program?.path();
            if program.is_file() {
                fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
                    .with_context(|| format!("cannot make {} a program", program.display()))?;
            }
        }
    }
    for library in RUNTIME {
        let plain = library.trim_end_matches(".13");
        symlink(library, toolkit.join("lib").join(plain)).with_context(|| format!("cannot make the link {plain}"))?;
    }
    // CMake looks for one of the two, and the packages bring the other.
    symlink("lib", toolkit.join("lib64")).context("cannot make the link lib64")
}

#[cfg(not(unix))]
fn complete(_toolkit: &Path) -> Result<()> {
    Ok(())
}

fn nvcc(toolkit: &Path) -> PathBuf {
    toolkit.join("bin/nvcc")
}

/// Compiles a few lines: half an hour is too long to find out that the C++ compiler does not suit.
fn try_compiler(toolkit: &Path, architectures: &str) -> Result<()> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let source = scratch.path().join("try.cu");
    let text = "#include <cuda_fp16.h>\n__global__ void twice(half * numbers) { numbers[threadIdx.x] += numbers[threadIdx.x]; }\n";
    fs::write(&source, text).with_context(|| format!("cannot write {}", source.display()))?;
    let first = architectures.split(';').next().unwrap_or_default();
    let number: String = first.chars().take_while(char::is_ascii_digit).collect();
    let mut compiler = Command::new(nvcc(toolkit));
    compiler.arg(format!("-arch=sm_{number}")).arg("-c").arg(&source).arg("-o").arg(scratch.path().join("try.o"));
    program::run(&mut compiler)
}

/// Compiles the backend out of the very sources that the engine is built from, and returns the folder of the result.
fn build(folders: &Folders, toolkit: &Path, architectures: &str) -> Result<PathBuf> {
    let source = vendored_sources(folders)?;
    let build = folders.target.join("cuda");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&build).args(SETTINGS).arg("--log-level=WARNING");
    configure
        .arg(format!("-DCMAKE_CUDA_COMPILER={}", nvcc(toolkit).display()))
        .arg(format!("-DCUDAToolkit_ROOT={}", toolkit.display()))
        .arg(format!("-DCMAKE_CUDA_ARCHITECTURES={architectures}"));
    program::run(&mut configure)?;
    let mut make = Command::new("cmake");
    // Without a number it starts a compiler for each file at once, and each takes gigabytes.
    let jobs = std::thread::available_parallelism()?.to_string();
    make.arg("--build").arg(&build).args(["--parallel", &jobs, "--target", "ggml-cuda"]);
    program::run(&mut make)?;

    let place = built_libraries(folders);
    let library = build.join("bin/libggml-cuda.so");
    engine_folder::place(&library, &place.join("libggml-cuda.so"))?;
    for library in RUNTIME {
        engine_folder::place(&toolkit.join("lib").join(library), &place.join(library))?;
    }
    Ok(place)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// llama.cpp as the bindings bring it along.
fn vendored_sources(folders: &Folders) -> Result<PathBuf> {
    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).args(["metadata", "--format-version=1", "--locked"]);
    let metadata: Metadata =
        serde_json::from_str(&program::capture(&mut cargo)?).context("cargo metadata wrote something unexpected")?;
    let bindings = metadata.packages.into_iter().find(|package| package.name == "llama-cpp-sys-2");
    let bindings = bindings.context("the workspace does not use llama-cpp-sys-2")?;
    Ok(bindings.manifest_path.with_file_name("llama.cpp"))
}
