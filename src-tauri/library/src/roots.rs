//! Where programs keep their models by default, and where their settings and variables say otherwise.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    programs::{jan, lm_studio},
    small,
};

/// The folders to look through. None needs to exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// Caches in the Hugging Face layout. The first is the one that programs share.
    pub hugging_face: Vec<PathBuf>,
    /// LM Studio's: `publisher/repository/file.gguf` below each.
    pub lm_studio: Vec<PathBuf>,
    /// Ollama's: `manifests` and `blobs` in each.
    pub ollama: Vec<PathBuf>,
    /// Jan's data folders: `llamacpp/models` or `models` in each.
    pub jan: Vec<PathBuf>,
    /// GPT4All's: files side by side.
    pub gpt4all: Vec<PathBuf>,
    /// llama.cpp's: files side by side, or the Hugging Face layout since it has changed to that.
    pub llama_cpp: Vec<PathBuf>,
    /// Folders, or single files, that a person has added.
    pub others: Vec<PathBuf>,
}

/// The kinds of systems that programs treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum System {
    Linux,
    MacOs,
    Windows,
}

impl System {
    /// The one this program was built for. Every other Unix does as Linux does.
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

impl Roots {
    /// The folders of all programs for a person whose home is `home`. Reads the small settings files in which LM
    /// Studio, Jan and GPT4All note another folder; what they say comes before the default.
    pub fn from(variable: impl Fn(&str) -> Option<OsString>, home: &Path, system: System) -> Self {
        // An empty variable is one that is not set: so do all of these programs read it.
        let folder = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some(at_home(Path::new(&value), home))
        };
        let bases = Bases::of(&folder, home, system);
        let mut roots = Self {
            hugging_face: vec![hugging_face(&folder, &bases)],
            lm_studio: lm_studio::folders(home, &bases.settings),
            ollama: ollama(&folder, home, system),
            jan: jan::folders(home, &bases.roaming),
            gpt4all: gpt4all(home, &bases),
            llama_cpp: llama_cpp(&folder, &bases),
            others: Vec::new(),
        };
        for folders in roots.every() {
            let mut seen = Vec::new();
            folders.retain(|folder| {
                !seen.contains(folder) && {
                    seen.push(folder.clone());
                    true
                }
            });
        }
        roots
    }

    fn every(&mut self) -> [&mut Vec<PathBuf>; 7] {
        [
            &mut self.hugging_face,
            &mut self.lm_studio,
            &mut self.ollama,
            &mut self.jan,
            &mut self.gpt4all,
            &mut self.llama_cpp,
            &mut self.others,
        ]
    }
}

/// The system's folders for programs' data.
struct Bases {
    /// `~/.cache`, or `XDG_CACHE_HOME`: what programs made for Linux use on every system.
    xdg_cache: PathBuf,
    /// For what can be fetched again.
    cache: PathBuf,
    /// For data that stays on this computer.
    local: PathBuf,
    /// For data that may travel with a person.
    roaming: PathBuf,
    /// For settings.
    settings: PathBuf,
}

impl Bases {
    fn of(folder: &impl Fn(&str) -> Option<PathBuf>, home: &Path, system: System) -> Self {
        let or = |name: &str, default: &str| folder(name).unwrap_or_else(|| home.join(default));
        let xdg_cache = or("XDG_CACHE_HOME", ".cache");
        match system {
            System::Linux => {
                let data = or("XDG_DATA_HOME", ".local/share");
                let settings = or("XDG_CONFIG_HOME", ".config");
                Self { cache: xdg_cache.clone(), xdg_cache, local: data.clone(), roaming: data, settings }
            }
            System::MacOs => {
                let support = home.join("Library/Application Support");
                let cache = home.join("Library/Caches");
                Self { xdg_cache, cache, local: support.clone(), roaming: support.clone(), settings: support }
            }
            System::Windows => {
                let local = or("LOCALAPPDATA", "AppData/Local");
                let roaming = or("APPDATA", "AppData/Roaming");
                Self { xdg_cache, cache: local.clone(), local, settings: roaming.clone(), roaming }
            }
        }
    }
}

/// `huggingface_hub`'s order, in its `constants.py`.
fn hugging_face(folder: &impl Fn(&str) -> Option<PathBuf>, bases: &Bases) -> PathBuf {
    folder("HF_HUB_CACHE")
        .or_else(|| folder("HUGGINGFACE_HUB_CACHE"))
        .or_else(|| Some(folder("HF_HOME")?.join("hub")))
        .unwrap_or_else(|| bases.xdg_cache.join("huggingface/hub"))
}

/// Its FAQ: the installer for Linux makes a user of its own, whose home is `/usr/share/ollama`.
fn ollama(folder: &impl Fn(&str) -> Option<PathBuf>, home: &Path, system: System) -> Vec<PathBuf> {
    let service = (system == System::Linux).then(|| PathBuf::from("/usr/share/ollama/.ollama/models"));
    folder("OLLAMA_MODELS").into_iter().chain([home.join(".ollama/models")]).chain(service).collect()
}

/// Its documentation ("Download Path"), its settings file, and the folder of its Python package.
fn gpt4all(home: &Path, bases: &Bases) -> Vec<PathBuf> {
    // Qt's INI files lie in `.config` on every Unix, macOS included.
    let settings = [bases.settings.join("nomic.ai/GPT4All.ini"), home.join(".config/nomic.ai/GPT4All.ini")];
    let chosen = settings.iter().filter_map(|file| small::text(file)).filter_map(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("modelPath="))?;
        Some(at_home(Path::new(line.trim().trim_matches('"')), home))
    });
    chosen.chain([bases.local.join("nomic.ai/GPT4All"), home.join(".cache/gpt4all")]).collect()
}

/// `fs_get_cache_directory` in llama.cpp's `common/common.cpp`.
fn llama_cpp(folder: &impl Fn(&str) -> Option<PathBuf>, bases: &Bases) -> Vec<PathBuf> {
    folder("LLAMA_CACHE").into_iter().chain([bases.cache.join("llama.cpp")]).collect()
}

/// A path with its `~` replaced, and without a stroke at its end: paths below it are compared as texts.
fn at_home(path: &Path, home: &Path) -> PathBuf {
    let path = path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| home.join(rest));
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(variables: &[(&str, &str)], system: System) -> Roots {
        let find = |name: &str| variables.iter().find(|row| row.0 == name).map(|row| OsString::from(row.1));
        Roots::from(find, Path::new("/nowhere/ada"), system)
    }

    #[test]
    fn without_variables_each_program_s_default_is_known() {
        let linux = roots(&[], System::Linux);
        assert_eq!(linux.hugging_face, [Path::new("/nowhere/ada/.cache/huggingface/hub")]);
        assert_eq!(linux.ollama[0], Path::new("/nowhere/ada/.ollama/models"));
        assert_eq!(linux.ollama[1], Path::new("/usr/share/ollama/.ollama/models"));
        assert_eq!(linux.lm_studio[0], Path::new("/nowhere/ada/.lmstudio/models"));
        assert_eq!(linux.jan[0], Path::new("/nowhere/ada/.local/share/Jan/data"));
        assert_eq!(linux.gpt4all[0], Path::new("/nowhere/ada/.local/share/nomic.ai/GPT4All"));
        assert_eq!(linux.llama_cpp, [Path::new("/nowhere/ada/.cache/llama.cpp")]);

        let mac = roots(&[], System::MacOs);
        assert_eq!(mac.hugging_face, [Path::new("/nowhere/ada/.cache/huggingface/hub")]);
        assert_eq!(mac.ollama, [Path::new("/nowhere/ada/.ollama/models")]);
        assert_eq!(mac.jan[0], Path::new("/nowhere/ada/Library/Application Support/Jan/data"));
        assert_eq!(mac.gpt4all[0], Path::new("/nowhere/ada/Library/Application Support/nomic.ai/GPT4All"));
        assert_eq!(mac.llama_cpp, [Path::new("/nowhere/ada/Library/Caches/llama.cpp")]);

        let windows = roots(&[], System::Windows);
        assert_eq!(windows.jan[0], Path::new("/nowhere/ada/AppData/Roaming/Jan/data"));
        assert_eq!(windows.gpt4all[0], Path::new("/nowhere/ada/AppData/Local/nomic.ai/GPT4All"));
        assert_eq!(windows.llama_cpp, [Path::new("/nowhere/ada/AppData/Local/llama.cpp")]);
    }

    #[test]
    fn variables_say_otherwise_in_the_order_their_programs_read_them() {
        let cache = |variables: &[_]| roots(variables, System::Linux).hugging_face.remove(0);
        assert_eq!(cache(&[("XDG_CACHE_HOME", "/c")]), Path::new("/c/huggingface/hub"));
        assert_eq!(cache(&[("XDG_CACHE_HOME", "/c"), ("HF_HOME", "/h")]), Path::new("/h/hub"));
        assert_eq!(cache(&[("HF_HOME", "/h"), ("HF_HUB_CACHE", "~/x")]), Path::new("/nowhere/ada/x"));
        let with_stroke = cache(&[("HF_HUB_CACHE", "/x/hub/")]);
        assert_eq!(with_stroke.to_str(), Some("/x/hub"), "as the paths of models begin");
        assert_eq!(cache(&[("HF_HOME", "")]), Path::new("/nowhere/ada/.cache/huggingface/hub"));
        let roots = roots(&[("OLLAMA_MODELS", "/o"), ("LLAMA_CACHE", "/l")], System::Linux);
        assert_eq!(roots.ollama[0], Path::new("/o"));
        assert_eq!(roots.llama_cpp[0], Path::new("/l"));
    }
}
