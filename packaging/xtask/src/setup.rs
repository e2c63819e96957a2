//! From a fresh clone to a machine that can build, run and test Hearth.

use std::path::PathBuf;

use anyhow::Result;

use crate::folders::Folders;
use crate::{browser, chat_templates, compile, hub_client, page, requirements, starter_model, vulkan};

/// What the tests need beyond what `run` needs.
pub(crate) struct TestTools {
    pub(crate) starter_model: PathBuf,
    pub(crate) browser: PathBuf,
    /// The Python that has Hugging Face's client.
    pub(crate) hub_client: PathBuf,
}

/// `cargo xtask setup`.
pub(crate) fn everything(folders: &Folders) -> Result<()> {
    to_test(folders)?;
    println!("Everything is there. `cargo xtask run` opens Hearth, `cargo xtask test` tests it.");
    Ok(())
}

/// Returns the starter model's path.
pub(crate) fn to_run(folders: &Folders) -> Result<PathBuf> {
    requirements::to_build()?;
    vulkan::ensure_headers(folders)?;
    compile::clear_dangling_links(folders)?;
    page::install_dependencies(folders)?;
    starter_model::ensure(folders)
}

pub(crate) fn to_test(folders: &Folders) -> Result<TestTools> {
    let starter_model = to_run(folders)?;
    requirements::to_test()?;
    chat_templates::ensure(folders)?;
    let hub_client = hub_client::ensure(folders)?;
    Ok(TestTools { starter_model, browser: browser::ensure(folders)?, hub_client })
}
