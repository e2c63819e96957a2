//! Starting an engine: what the app needs of one, and the real program as a child process.

use std::{ffi::OsStr, io, path::PathBuf, pin::Pin, process::Stdio};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    process::{Child, Command},
};

use crate::{ComputePath, engine_log};

/// A way to start an engine: the real program, or a scripted one in a test.
pub trait EngineLauncher: Send + Sync {
    /// Starts one that computes with this. Called from a task of a tokio runtime, never from its pool for blocking work: Linux ends the engine
    /// with the *thread* that started it, and only the runtime's own threads live as long as the app.
    fn launch(&self, path: ComputePath) -> io::Result<EngineProcess>;
}

/// A started engine: its two pipes, and its end.
pub struct EngineProcess {
    /// Its stdout.
    pub events: Box<dyn AsyncRead + Send + Unpin>,
    /// Its stdin.
    pub requests: Box<dyn AsyncWrite + Send + Unpin>,
    /// Resolves when the process has ended. Owns the process: dropping it ends it.
    pub end: Pin<Box<dyn Future<Output = ProcessEnd> + Send>>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessEnd {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
    /// The system does not say.
    Unknown,
}

/// The program `hearth-engine`.
#[derive(Debug, Clone)]
pub struct EngineProgram {
    path: PathBuf,
}

impl EngineProgram {
    /// The program at this absolute path. Its folder becomes the engine's working directory: ggml would load any
    /// library with a fitting name from there, so it must be one that only the app's own files lie in.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

/// What an engine is given of the app's environment; everything else stays out: tokens, proxies, and whatever changes where
/// libraries come from (`LD_PRELOAD`, `LD_LIBRARY_PATH`, `GGML_BACKEND_PATH`).
///
/// The loaders of graphics drivers find their files through the home and configuration folders and through variables
/// of their own; Windows programs do not start without `SystemRoot`.
const ENVIRONMENT: &[&str] = &[
    "HOME",
    "LANG",
    "LC_ALL",
    "PATH",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    // Windows
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramData",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "windir",
];

/// Prefixes of variables that people set to steer a graphics driver, or ggml's use of one.
const ENVIRONMENT_PREFIXES: &[&str] =
    &["CUDA_", "GGML_CUDA_", "GGML_VK_", "HIP_", "HEARTH_ENGINE_", "MESA_", "ROCR_", "VK_"];

impl EngineLauncher for EngineProgram {
    fn launch(&self, path: ComputePath) -> io::Result<EngineProcess> {
        let folder = self.path.parent().filter(|folder| folder.is_absolute()).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "the engine's program must be given by an absolute path")
        })?;
        let mut command = Command::new(&self.path);
        // Without it a console window would pop up. (A job that ends the engine with the app, whatever happens, is not
        // to be had without `unsafe`; the engine ends when its stdin closes, which Windows does for a dead app.)
        #[cfg(windows)]
        command.creation_flags(0x0800_0000 /* CREATE_NO_WINDOW */);
        let mut child = command
            .args(["--compute", path.as_str()])
            .current_dir(folder)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| is_passed_on(name)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(requests), Some(events), Some(log)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a child process without its pipes"));
        };
        tokio::spawn(engine_log::forward(log, child.id()));
        Ok(EngineProcess { events: Box::new(events), requests: Box::new(requests), end: Box::pin(end_of(child)) })
    }
}

fn is_passed_on(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    ENVIRONMENT.iter().any(|known| name.eq_ignore_ascii_case(known))
        || ENVIRONMENT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

async fn end_of(mut child: Child) -> ProcessEnd {
    match child.wait().await {
        Ok(status) => process_end(status),
        Err(error) => {
            tracing::warn!(%error, "cannot learn how the engine ended");
            ProcessEnd::Unknown
        }
    }
}

fn process_end(status: std::process::ExitStatus) -> ProcessEnd {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ProcessEnd::Killed(signal);
    }
    status.code().map_or(ProcessEnd::Unknown, ProcessEnd::Exited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_given_no_secret_and_nothing_that_changes_what_it_loads() {
        for name in [
            "HF_TOKEN",
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "LD_AUDIT",
            "DYLD_INSERT_LIBRARIES",
            "GGML_BACKEND_PATH",
            "AWS_SECRET_ACCESS_KEY",
            "HTTPS_PROXY",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            assert!(!is_passed_on(OsStr::new(name)), "{name} must not reach the engine");
        }
    }

    #[test]
    fn the_engine_is_given_what_drivers_need() {
        for name in
            ["HOME", "PATH", "SYSTEMROOT", "GGML_VK_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES", "VK_ICD_FILENAMES"]
        {
            assert!(is_passed_on(OsStr::new(name)), "{name} must reach the engine");
        }
    }
}
