//! What is found on a computer, and that removing and moving it loses nothing.

mod caches;
mod hostile;
mod model_file;
mod moving;
mod programs;
mod removing;

use std::{
    fs,
    path::{Path, PathBuf},
};

use hearth_library::{Cache, Commit, Etag, FilePath, Library, Model, Repo, Revision, Roots, Scan};

/// A computer with nothing on it.
struct Computer {
    home: tempfile::TempDir,
}

impl Computer {
    fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a folder") }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn cache(&self) -> Cache {
        Cache::new(self.at("hub"))
    }

    fn roots(&self) -> Roots {
        Roots {
            hugging_face: vec![self.at("hub")],
            lm_studio: vec![self.at("lmstudio")],
            ollama: vec![self.at("ollama")],
            jan: vec![self.at("jan")],
            gpt4all: vec![self.at("gpt4all")],
            llama_cpp: vec![self.at("llama.cpp")],
            others: vec![self.at("others")],
        }
    }

    fn scan(&self) -> Scan {
        Library::new(self.roots()).scan()
    }

    /// The only model there is, where nothing went wrong.
    fn only_model(&self) -> Model {
        let scan = self.scan();
        assert!(scan.problems.is_empty(), "{:?}", scan.problems);
        let [model] = &scan.models[..] else { panic!("not one model but {:#?}", scan.models) };
        model.clone()
    }

    fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    /// Downloads a file into the cache, as far as the disk can tell.
    fn download(&self, repo_name: &str, commit_name: char, path: &str, bytes: &[u8]) -> PathBuf {
        let (cache, repo, etag) = (self.cache(), repo(repo_name), etag(bytes));
        cache.prepare(&repo).expect("prepared");
        fs::write(cache.partial_path(&repo, &etag), bytes).expect("written");
        let path: FilePath = path.parse().expect("a path");
        cache.place(&repo, Some(&main_branch()), &commit(commit_name), &path, &etag).expect("placed")
    }
}

fn repo(name: &str) -> Repo {
    name.parse().expect("the name of a repository")
}

fn commit(digit: char) -> Commit {
    digit.to_string().repeat(40).parse().expect("a commit")
}

fn main_branch() -> Revision {
    "main".parse().expect("a revision")
}

/// Of these contents. The real ones are hashes; that nobody computes them here is all that differs.
fn etag(bytes: &[u8]) -> Etag {
    let sum = bytes.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("{sum:064x}").parse().expect("an ETag")
}

/// Everything below a folder that is no folder itself: its path, and what is read there.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.clone(), fs::read(&path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}
