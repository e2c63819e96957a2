//! The engine as the shell finds it: `engine/` beside the shell's program, with the engine, its shared libraries and
//! every ggml backend in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::compile::Built;

/// Brings the folder in line with the build. Each file is replaced in one step, so an engine that is running keeps
/// the files it has open.
///
/// `cuda` is the folder of the CUDA library, which is not there unless somebody has built it.
pub(crate) fn stage(built: &Built, cuda: &Path, profile_folder: &Path) -> Result<()> {
    let folder = profile_folder.join("engine");
    let engine = built.program("hearth-engine")?;
    let mut wanted = files_below(&built.engine_libraries)?;
    if cuda.is_dir() {
        wanted.extend(files_below(cuda)?.into_iter().map(|(name, file)| (Path::new("gpu").join(name), file)));
    }
    let program = engine.file_name().context("a path without a file name")?;
    wanted.insert(PathBuf::from(program), engine.to_owned());
    for (name, file) in &wanted {
        place(file, &folder.join(name))?;
    }
    // The engine loads a backend that it finds in its folder: none of an older build may stay.
    for (name, file) in files_below(&folder)? {
        if !wanted.contains_key(&name) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// All files in a folder and the folders in it, by their paths from there.
fn files_below(folder: &Path) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut files = BTreeMap::new();
    for entry in entries(folder)? {
        let name = PathBuf::from(entry.file_name().context("a path without a file name")?);
        if entry.is_dir() {
            files.extend(files_below(&entry)?.into_iter().map(|(below, file)| (name.join(below), file)));
        } else {
            files.insert(name, entry);
        }
    }
    Ok(files)
}

/// Makes `to` the same file as `from`: a hard link where both are on one file system, else a copy.
pub(crate) fn place(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let scratch = tempfile::tempdir_in(folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    let new = scratch.path().join("new");
    fs::hard_link(from, &new)
        .or_else(|_| fs::copy(from, &new).map(drop))
        .and_then(|()| fs::rename(&new, to))
        .with_context(|| format!("cannot place {} at {}", from.display(), to.display()))?;
    // Renaming one link of a file onto another link of it does nothing, so `new` may still be there; the scratch
    // folder takes it along.
    scratch.close().with_context(|| format!("cannot tidy {}", folder.display()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("cannot list {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staging_adds_replaces_and_removes_until_the_folder_is_the_build() {
        let scratch = tempfile::tempdir().unwrap();
        let (program, libraries) = (scratch.path().join("hearth-engine"), scratch.path().join("runtime"));
        fs::create_dir_all(libraries.join("gpu")).unwrap();
        fs::write(libraries.join("gpu/libggml-vulkan.so"), "new").unwrap();
        fs::write(&program, "engine").unwrap();
        fs::write(libraries.join("libllama.so.0"), "new").unwrap();
        let folder = scratch.path().join("engine");
        fs::create_dir_all(folder.join("gpu")).unwrap();
        fs::write(folder.join("libggml-vulkan.so"), "where it once was").unwrap();
        fs::write(folder.join("gpu/libggml-cuda.so"), "old").unwrap();
        fs::write(folder.join("libllama.so.0"), "old").unwrap();
        fs::write(folder.join("libggml-cpu-gone.so"), "old").unwrap();
        let built = Built { programs: [("hearth-engine".to_owned(), program)].into(), engine_libraries: libraries };

        let cuda = scratch.path().join("cuda");
        stage(&built, &cuda, scratch.path()).unwrap();
        stage(&built, &cuda, scratch.path()).expect("staging again changes nothing and fails at nothing");

        let names: Vec<_> = files_below(&folder).unwrap().into_keys().collect();
        let expected = ["gpu/libggml-vulkan.so", "hearth-engine", "libllama.so.0"].map(PathBuf::from);
        assert_eq!(names, expected, "exactly what the build made, each where it belongs");

        fs::create_dir(&cuda).unwrap();
        fs::write(cuda.join("libggml-cuda.so"), "built apart").unwrap();
        stage(&built, &cuda, scratch.path()).unwrap();
        assert_eq!(fs::read_to_string(folder.join("gpu/libggml-cuda.so")).unwrap(), "built apart");
        assert_eq!(fs::read_to_string(folder.join("libllama.so.0")).unwrap(), "new", "the old library is replaced");
    }
}
