//! Links that stay valid when the folder they lie in is somewhere else.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use crate::{
    durable,
    moving::{MoveError, copy},
};

/// What a link in `folder` must say once `from` is at `to`. A relative link inside stays as it is, one that names the
/// old place names the new one, and one that leads out of it becomes absolute.
pub(super) fn moved(target: &Path, folder: &Path, from: &Path, to: &Path) -> PathBuf {
    if target.is_absolute() {
        return target.strip_prefix(from).map_or_else(|_| target.to_owned(), |rest| to.join(rest));
    }
    let leads_to = without_dots(&folder.join(target));
    if leads_to.starts_with(from) { target.to_owned() } else { leads_to }
}

/// Sets right the links in a folder that has come from `from`. Doing it twice changes nothing.
pub(super) fn mend(folder: &Path, from: &Path) -> Result<(), MoveError> {
    for entry in copy::entries(folder)? {
        let copy::Kind::Link(target) = &entry.kind else { continue };
        let was_in = from.join(&entry.path);
        let right = moved(target, was_in.parent().unwrap_or(from), from, folder);
        if right != *target {
            let path = folder.join(&entry.path);
            replace(&path, &right, &folder.join(copy::STAGING)).map_err(MoveError::at(&path))?;
        }
    }
    Ok(())
}

/// Makes a link, in place of what is there.
pub(super) fn replace(path: &Path, target: &Path, staging: &Path) -> io::Result<()> {
    if fs::read_link(path).is_ok_and(|is| is == target) {
        return Ok(());
    }
    durable::remove_file(staging)?;
    durable::link(target, staging)?;
    durable::rename(staging, path)
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
        let at = |target: &str| {
            let says = moved(Path::new(target), Path::new("/old/hub/a/b"), Path::new("/old/hub"), Path::new("/new"));
            says.to_string_lossy().into_owned()
        };
        assert_eq!(at("../../blobs/x"), "../../blobs/x");
        assert_eq!(at("/old/hub/blobs/x"), "/new/blobs/x");
        assert_eq!(at("/elsewhere/x"), "/elsewhere/x");
        assert_eq!(at("../../../x"), "/old/x");
    }
}
