//! Building the Rust part, always with the same selection of packages and features.
//!
//! Cargo decides a dependency's features from all packages it builds together. Two selections can mean two builds of
//! the same dependency, and one of them is llama.cpp; so `run` and `test` select alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::folders::Folders;
use crate::{program, vulkan};

/// For every cargo command that compiles the workspace. The page is served from inside the shell, as it ships.
const SELECTION: [&str; 3] = ["--workspace", "--features", "hearth/custom-protocol"];

#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// What a build left behind.
pub(crate) struct Built {
    /// Programs by name.
    pub(crate) programs: BTreeMap<String, PathBuf>,
    /// The folder of libraries that the engine needs beside itself.
    pub(crate) engine_libraries: PathBuf,
}

impl Profile {
    /// As cargo calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// The folder under cargo's target folder.
    pub(crate) fn folder(self, folders: &Folders) -> PathBuf {
        folders.target.join(match self {
            Self::Dev => "debug",
            Self::Release => "release",
        })
    }
}

impl Built {
    pub(crate) fn program(&self, name: &str) -> Result<&Path> {
        self.programs.get(name).map(PathBuf::as_path).with_context(|| format!("the build made no program `{name}`"))
    }
}

/// Builds the app's programs and `also` those that these arguments of cargo choose, with cargo's progress on stderr.
pub(crate) fn programs(folders: &Folders, profile: Profile, also: &[&str]) -> Result<Built> {
    let mut cargo = build_command(folders);
    // Leaving out what else the packages hold changes nothing of what cargo selects; leaving out packages would.
    cargo.args(["--bin", "hearth", "--bin", "hearth-engine"]).args(also);
    if let Profile::Release = profile {
        cargo.arg("--release");
    }
    let output = cargo
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", program::shown(&cargo)))?;
    if !output.status.success() {
        bail!("Hearth does not build; the reason is above");
    }
    read_messages(&String::from_utf8_lossy(&output.stdout))
}

/// The command that builds everything, unless it is told what, and writes what [`read_messages`] reads.
pub(crate) fn build_command(folders: &Folders) -> Command {
    let mut cargo = cargo(folders, "build");
    cargo.arg("--message-format=json-render-diagnostics");
    cargo
}

/// A command of cargo's that compiles the workspace.
pub(crate) fn cargo(folders: &Folders, subcommand: &str) -> Command {
    let mut cargo = Command::new(program::cargo());
    cargo.current_dir(&folders.root).arg(subcommand).args(SELECTION);
    if let Some(sdk) = vulkan::own(folders) {
        cargo.env(vulkan::VARIABLE, sdk);
    }
    cargo
}

/// llama.cpp's build script links its libraries beside cargo's own files, some of them by names that lead nowhere; and
/// where such a name is already taken, by an older build, it fails.
pub(crate) fn clear_dangling_links(folders: &Folders) -> Result<()> {
    for profile in [Profile::Dev, Profile::Release] {
        let folder = profile.folder(folders);
        for folder in [folder.join("deps"), folder.join("examples"), folder] {
            // Nothing was built there yet.
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
                if path.is_symlink() && !path.exists() {
                    fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                }
            }
        }
    }
    Ok(())
}

/// Finds programs and libraries in cargo's messages, one JSON object a line (Cargo book, "External tools").
pub(crate) fn read_messages(text: &str) -> Result<Built> {
    let mut programs = BTreeMap::new();
    let mut engine_libraries = None;
    for line in text.lines().filter(|line| line.starts_with('{')) {
        match serde_json::from_str(line).with_context(|| format!("cargo wrote something unexpected: {line}"))? {
            Message::CompilerArtifact { target, executable: Some(path), profile } if !profile.test => {
                programs.insert(target.name, path);
            }
            Message::BuildScriptExecuted { env } => {
                for (name, value) in env {
                    if name == "HEARTH_ENGINE_RUNTIME" {
                        engine_libraries = Some(PathBuf::from(value));
                    }
                }
            }
            Message::CompilerArtifact { .. } | Message::Other => {}
        }
    }
    let engine_libraries = engine_libraries.context("the engine's build did not say where its libraries are")?;
    Ok(Built { programs, engine_libraries })
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        target: Target,
        executable: Option<PathBuf>,
        profile: ArtifactProfile,
    },
    BuildScriptExecuted {
        env: Vec<(String, String)>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct ArtifactProfile {
    test: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_the_engines_libraries_are_found_in_cargos_messages() {
        let built = read_messages(concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"hearth"},"executable":"/t/hearth","profile":{"test":false}}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"hearth"},"executable":"/t/deps/hearth-1","profile":{"test":true}}"#,
            "\n",
            r#"{"reason":"build-script-executed","env":[["HEARTH_ENGINE_RUNTIME","/t/out/runtime"]]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        ))
        .unwrap();
        assert_eq!(built.program("hearth").unwrap(), Path::new("/t/hearth"), "the program, not its tests");
        assert_eq!(built.engine_libraries, Path::new("/t/out/runtime"));
        assert!(built.program("hearth-engine").is_err(), "a program that was not built is an error");
    }

    #[cfg(unix)]
    #[test]
    fn links_to_nothing_go_and_all_else_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let deps = scratch.path().join("debug/deps");
        fs::create_dir_all(&deps).unwrap();
        fs::write(deps.join("libllama.so.0"), "").unwrap();
        std::os::unix::fs::symlink("libllama.so.0", deps.join("libllama.so")).unwrap();
        std::os::unix::fs::symlink("libggml.so.0", deps.join("libggml.so")).unwrap();
        let nowhere = PathBuf::new();
        clear_dangling_links(&Folders { root: nowhere.clone(), target: scratch.path().to_owned(), cache: nowhere })
            .unwrap();
        assert!(deps.join("libllama.so").exists() && !deps.join("libggml.so").is_symlink());
    }
}
