//! Pictures of every screen in each of its states, for people to look at.

use std::fs;

use anyhow::{Context, Result};

use crate::folders::Folders;
use crate::{browser, page, program, requirements};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Put the new picture of a chat into the README as well.
    #[arg(long)]
    readme: bool,
}

/// The picture that the README shows, as the page's pictures name it, and where the README looks for it.
const README_PICTURE: (&str, &str) = ("chat-full.light.1440x900.png", "readme/chat.png");

pub(crate) fn take(folders: &Folders, options: &Options) -> Result<()> {
    requirements::node_is_new_enough()?;
    page::install_dependencies(folders)?;
    let place = folders.target.join("pictures");
    fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
    let mut npm = page::npm(folders);
    npm.args(["run", "pictures"]).env(browser::VARIABLE, browser::ensure(folders)?).env("HEARTH_PICTURES", &place);
    program::run(&mut npm)?;
    if options.readme {
        let (from, to) = (place.join(README_PICTURE.0), folders.packaging().join(README_PICTURE.1));
        fs::copy(&from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    println!("The pictures are in {}.", place.display());
    Ok(())
}
