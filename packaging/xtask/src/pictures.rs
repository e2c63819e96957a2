//! Pictures of every screen in each of its states, for people to look at.

use std::fs;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::{browser, page, program, requirements};

pub(crate) fn take(folders: &Folders) -> Result<()> {
    requirements::node_is_new_enough()?;
    page::install_dependencies(folders)?;
    let place = folders.target.join("pictures");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    let mut npm = page::npm(folders);
    npm.args(["run", "pictures"]).env(browser::VARIABLE, browser::ensure(folders)?).env("HEARTH_PICTURES", &place);
    program::run(&mut npm)?;
    println!("The pictures are in {}.", place.display());
    Ok(())
}
