//! A model on this computer, and where it is kept.

use std::path::{Path, PathBuf};

use hearth_gguf::Shape;

use crate::{
    damage::State,
    repo::{Commit, Repo},
};

/// One model: a file, or the parts of a split one, with the projector that lets it see.
#[derive(Debug, Clone)]
pub struct Model {
    /// What it is called where it was found: the file's name without its ending and its part, or Ollama's `name:tag`.
    pub name: String,
    /// Its parts in their order; one, for most models. Native code is given the first and finds the others by their
    /// names.
    pub files: Vec<ModelFile>,
    /// Size of all parts, without the projector. 0 where nothing is left.
    pub size_bytes: u64,
    /// The mix of its tensors' types, e.g. `Q4_K_M`.
    pub quantization: Option<&'static str>,
    /// E.g. `llama`.
    pub architecture: Option<String>,
    /// Number of parameters.
    pub parameters: Option<u64>,
    /// Tokens of context it was trained on.
    pub context_length: Option<u64>,
    /// `general.license` of its file, e.g. `apache-2.0`.
    pub licence: Option<String>,
    /// What its layers keep and read; from this follows the memory that it takes.
    pub shape: Option<Shape>,
    /// The file that turns pictures or sound into what the model reads.
    pub projector: Option<ModelFile>,
    /// Every place it is kept at or reached from; at least one.
    pub places: Vec<Place>,
    /// Whether it can be used.
    pub state: State,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// As the first of the places names it.
    pub path: PathBuf,
    /// 0 if it is not there.
    pub size_bytes: u64,
}

/// Where one program keeps a model, or reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The program.
    pub source: Source,
    /// The parts, as this program names them.
    pub files: Vec<PathBuf>,
    /// The projector, likewise.
    pub projector: Option<PathBuf>,
    /// What has to go with the files when they are removed.
    pub(crate) keeper: Keeper,
}

/// The programs whose models are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A cache in the Hugging Face layout, shared by all programs that know it.
    HuggingFaceCache {
        /// Where it came from.
        repo: Repo,
        /// Exactly.
        commit: Commit,
    },
    /// LM Studio.
    LmStudio,
    /// Ollama.
    Ollama {
        /// As Ollama writes it, e.g. `llama3.2:3b`.
        name: String,
    },
    /// Jan.
    Jan,
    /// GPT4All.
    Gpt4All,
    /// llama.cpp's own cache.
    LlamaCpp {
        /// Where it came from, if a manifest says so.
        repo: Option<Repo>,
    },
    /// A folder, or a file, that a person has added.
    Folder,
}

/// How a program keeps track of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keeper {
    /// By the files alone.
    Files,
    /// The folder of the repository: pointers in `snapshots`, contents in `blobs`.
    Cache { repo_folder: PathBuf },
    /// The store's folder, and the manifest that names the blobs.
    Ollama { root: PathBuf, manifest: PathBuf },
    /// A description beside the model, which says where the file is. The program's own files lie below `data`.
    Described { description: PathBuf, data: PathBuf },
}

impl Model {
    /// The file to be loaded.
    pub fn path(&self) -> &Path {
        self.files.first().map_or(Path::new(""), |file| &file.path)
    }
}

/// How to look for a projector where nobody names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Neighbours {
    /// The folder holds one repository's files: its projector is for all of its models.
    OneRepository,
    /// The folder holds anything: only the name tells.
    Anything,
    /// The program names it, or there is none.
    Named,
}

/// A model as one program shows it, before its files have been looked at.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    pub(crate) place: Place,
    /// What the program calls it, where the file's name does not tell.
    pub(crate) name: Option<String>,
    pub(crate) neighbours: Neighbours,
    /// Numbers of the parts that are not there, counted from 1, and of all parts.
    pub(crate) missing: Option<(Vec<u32>, u32)>,
}

impl Sighting {
    pub(crate) fn of_file(source: Source, path: PathBuf, neighbours: Neighbours) -> Self {
        let place = Place { source, files: vec![path], projector: None, keeper: Keeper::Files };
        Self { place, name: None, neighbours, missing: None }
    }

    pub(crate) fn first(&self) -> &Path {
        self.place.files.first().map_or(Path::new(""), PathBuf::as_path)
    }
}
