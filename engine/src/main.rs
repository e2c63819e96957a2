//! Wires stdin and stdout to the server.

use std::{env, ffi::OsString, fs::File, io, path::PathBuf};

use anyhow::Context as _;
use hearth_engine::{exit, exit::Exit, server};
use hearth_ipc::ComputePath;
use tracing_subscriber::EnvFilter;

fn main() {
    tracing_subscriber::fmt()
        .json()
        .with_writer(io::stderr)
        .with_env_filter(EnvFilter::try_from_env("HEARTH_ENGINE_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    let code = run().unwrap_or_else(|error| {
        tracing::error!(error = format!("{error:#}"), "the engine could not start");
        Exit::Internal
    });
    exit::now(code);
}

fn run() -> anyhow::Result<Exit> {
    let Some(path) = compute_path(env::args_os().skip(1)) else {
        tracing::error!("the arguments are not those of an engine: `--compute cpu|vulkan|cuda|metal`, or none");
        return Ok(Exit::ProtocolBroken);
    };
    let folder = own_folder()?;
    ask_for_huge_pages();
    // ggml and the loader of shared libraries look around in the working directory: let it be a folder we know.
    env::set_current_dir(&folder).with_context(|| format!("cannot work in {}", folder.display()))?;
    if !end_with_the_app()? {
        return Ok(Exit::Orderly);
    }
    let output = claim_stdout().context("cannot claim stdout")?;
    server::serve(io::stdin().lock(), output, folder, path).context("cannot start the engine's threads")
}

/// What to compute with; the processor if nothing is said. `None` for arguments that are none.
fn compute_path(arguments: impl Iterator<Item = OsString>) -> Option<ComputePath> {
    let arguments: Vec<OsString> = arguments.collect();
    match arguments.iter().map(|argument| argument.to_str()).collect::<Option<Vec<_>>>()?.as_slice() {
        [] => Some(ComputePath::Cpu),
        ["--compute", path] => ComputePath::parse(path),
        _ => None,
    }
}

fn own_folder() -> anyhow::Result<PathBuf> {
    let program = env::current_exe().context("cannot find the engine's own file")?;
    let folder = program.parent().context("the engine's own file lies in no folder")?;
    Ok(folder.to_owned())
}

/// Large blocks of memory shall lie in huge pages: the weights of a model are read from end to end for every token, and
/// looking up pages of 4 KiB takes a fifth of that time.
///
/// glibc asks the system for them if a variable says so when a program starts; so this one starts itself again, in
/// the same process. Where that does not work it goes on as it is: slower, but right.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn ask_for_huge_pages() {
    use std::{os::unix::process::CommandExt as _, process::Command};

    const VARIABLE: &str = "GLIBC_TUNABLES";
    if env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let error = Command::new(program).args(env::args_os().skip(1)).env(VARIABLE, "glibc.malloc.hugetlb=1").exec();
    tracing::warn!(%error, "no huge pages: the engine could not start itself again");
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn ask_for_huge_pages() {}

/// Sees to it that this process never outlives the app. False when the app is gone already.
///
/// The end of stdin says the same, but only to a process that reads; this holds for a stuck one too.
#[cfg(target_os = "linux")]
fn end_with_the_app() -> anyhow::Result<bool> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    let parent = getppid();
    set_parent_process_death_signal(Some(Signal::KILL)).context("cannot ask to end with the app")?;
    // If the app went just before, the signal will never come; then the parent is another now.
    Ok(parent.is_some() && getppid() == parent)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Linux")]
fn end_with_the_app() -> anyhow::Result<bool> {
    Ok(true)
}

/// Takes stdout for the protocol and lets what native code prints there go to stderr.
#[cfg(unix)]
fn claim_stdout() -> io::Result<File> {
    let protocol = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(protocol))
}

/// The C runtime keeps its own table of files, whose stdout cannot be turned elsewhere from here; llama.cpp prints
/// to stdout nowhere that this engine goes.
#[cfg(windows)]
fn claim_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;

    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
