//! Where the parts lie that `cargo xtask` prepares, and where pictures go.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The app's program: `HEARTH_TEST_APP`, else the one that was built into the folder of this test.
pub(crate) fn app_program() -> anyhow::Result<PathBuf> {
    let program = match std::env::var_os("HEARTH_TEST_APP") {
        Some(path) => PathBuf::from(path),
        None => build_folder()?.join("hearth"),
    };
    anyhow::ensure!(
        program.is_file(),
        "There is no app at {}. `cargo xtask test` builds it with its page, its engine and the starter model; \
         another one is named by HEARTH_TEST_APP.",
        program.display()
    );
    let engine = program.with_file_name("engine").join("hearth-engine");
    anyhow::ensure!(engine.is_file(), "There is no engine at {}. `cargo xtask test` puts it there.", engine.display());
    Ok(program)
}

/// The engine's program, which lies beside the app.
pub fn engine_program() -> anyhow::Result<PathBuf> {
    Ok(app_program()?.with_file_name("engine").join("hearth-engine"))
}

/// `target/<profile>`: a test's program lies in `deps` in it.
fn build_folder() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("this program does not know where it lies")?;
    let folder = own.ancestors().nth(2).context("this program does not lie in a build folder")?;
    Ok(folder.to_owned())
}

/// The starter model's file.
pub fn starter_model() -> anyhow::Result<PathBuf> {
    let path = match std::env::var_os("HEARTH_STARTER_MODEL") {
        Some(path) => PathBuf::from(path),
        None => cache_folder()?.join("hearth/models/SmolLM2-135M-Instruct.Q4_1.gguf"),
    };
    anyhow::ensure!(path.is_file(), "The starter model is not at {}. Run cargo xtask setup.", path.display());
    Ok(path)
}

fn cache_folder() -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os("XDG_CACHE_HOME").filter(|path| Path::new(path).is_absolute()) {
        return Ok(PathBuf::from(folder));
    }
    let home = std::env::var_os("HOME").context("HOME is not set")?;
    Ok(PathBuf::from(home).join(".cache"))
}

/// `target/NAME` of this checkout.
pub fn pictures_folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    root.join("target").join(name)
}
