//! Taking models away: what that frees, whom it would hurt, and that it can be undone.

mod bin;
mod what_goes;

use std::{fs, path::PathBuf};

use hearth_library::{Bin, Model, Place, Scan};

use crate::{Computer, contents};

fn bin(computer: &Computer) -> Bin {
    Bin::open(computer.at("app/removed")).expect("a bin")
}

fn named<'a>(scan: &'a Scan, name: &str) -> &'a Model {
    scan.models.iter().find(|model| model.name == name).unwrap_or_else(|| panic!("no {name} in {:#?}", scan.models))
}

fn everywhere(_: &Place) -> bool {
    true
}

/// What is on the disk but the app's own notes.
fn disk(computer: &Computer) -> Vec<(PathBuf, Vec<u8>)> {
    let own = computer.at("app");
    contents(computer.home.path()).into_iter().filter(|(path, _)| !path.starts_with(&own)).collect()
}

fn bytes_on_disk(computer: &Computer) -> usize {
    let real = |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    disk(computer).iter().filter(|(path, _)| real(path)).map(|(_, bytes)| bytes.len()).sum()
}
