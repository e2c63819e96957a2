//! Links that stay valid when the folder they lie in is somewhere else.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    durable, exact_path,
    moving::{MoveError, copy},
};

/// Whence and whither.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Route {
    /// What everybody calls the old place. It may be a link, or lie behind one.
    #[serde(with = "exact_path")]
    pub(super) called: PathBuf,
    /// What it really is.
    #[serde(with = "exact_path")]
    pub(super) from: PathBuf,
    #[serde(with = "exact_path")]
    pub(super) to: PathBuf,
}

impl Route {
    /// The names of the old place, each once.
    pub(super) fn names(&self) -> Vec<PathBuf> {
        let mut names = vec![self.called.clone(), self.from.clone()];
        names.dedup();
        names
    }

    /// The old folder, by the name that people know. A link has been made to lead to the new place, so it is none.
    pub(super) fn old_folder(&self) -> &Path {
        if is_link(&self.called) { &self.from } else { &self.called }
    }

    /// What a link in `folder`, a folder of the old place, must say at the new one. A relative link inside stays as it
    /// is, one that names the old place names the new one, and one that leads out of it becomes absolute.
    pub(super) fn moved(&self, target: &Path, folder: &Path) -> PathBuf {
        if target.is_absolute() {
            let below = target.strip_prefix(&self.from).or_else(|_| target.strip_prefix(&self.called));
            return below.map_or_else(|_| target.to_owned(), |below| self.to.join(below));
        }
        let leads_to = without_dots(&folder.join(target));
        if leads_to.starts_with(&self.from) { target.to_owned() } else { leads_to }
    }
}

/// Sets right the links at the new place, which have come from the old one. Doing it twice changes nothing.
pub(super) fn mend(route: &Route) -> Result<(), MoveError> {
    for entry in copy::entries(&route.to)? {
        let copy::Kind::Link { says, is_folder } = &entry.kind else { continue };
        let was_at = route.from.join(&entry.path);
        let right = route.moved(says, was_at.parent().unwrap_or(&route.from));
        if right != *says {
            let path = route.to.join(&entry.path);
            replace(&path, &right, *is_folder, &route.to.join(copy::STAGING)).map_err(MoveError::at(&path))?;
        }
    }
    Ok(())
}

/// Where the old place was reached by a link, other programs go on using that: it leads to the new place now.
pub(super) fn repoint(route: &Route, staging: &Path) -> Result<(), MoveError> {
    if !is_link(&route.called) {
        return Ok(());
    }
    replace(&route.called, &route.to, true, staging).map_err(MoveError::at(&route.called))
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// Makes a link, in place of what is there.
pub(super) fn replace(path: &Path, target: &Path, is_folder: bool, staging: &Path) -> io::Result<()> {
    if fs::read_link(path).is_ok_and(|is| is == target) {
        return Ok(());
    }
    remove(staging)?;
    let link = if is_folder { durable::link_to_folder } else { durable::link };
    link(target, staging)?;
    // Windows renames nothing to where a link to a folder is.
    if cfg!(windows) && is_folder && is_link(path) {
        remove(path)?;
    }
    durable::rename(staging, path)
}

/// Takes a link away. One to a folder is a folder, for Windows.
fn remove(link: &Path) -> io::Result<()> {
    match durable::remove_file(link) {
        Err(_) if cfg!(windows) => fs::remove_dir(link),
        result => result,
    }
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_changed_only_where_it_must_be() {
        let route = Route { called: "/ada/hub".into(), from: "/old/hub".into(), to: "/new".into() };
        let at = |target: &str| {
            let says = route.moved(Path::new(target), Path::new("/old/hub/a/b"));
            says.to_string_lossy().into_owned()
        };
        assert_eq!(at("../../blobs/x"), "../../blobs/x");
        assert_eq!(at("/old/hub/blobs/x"), "/new/blobs/x");
        assert_eq!(at("/ada/hub/blobs/x"), "/new/blobs/x", "by whatever name");
        assert_eq!(at("/elsewhere/x"), "/elsewhere/x");
        assert_eq!(at("../../../x"), "/old/x");
    }
}
