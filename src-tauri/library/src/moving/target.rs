//! Whether the folder of models can be at a place, and making it free for that.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    durable, identity,
    moving::{MoveError, journal::beside},
};

/// The folder that `to` names, if the one at `real` can be moved there. A link to a folder stands for that folder: it
/// cannot be renamed over.
pub(super) fn find(real: &Path, to: &Path) -> Result<PathBuf, MoveError> {
    let is_link = fs::symlink_metadata(to).is_ok_and(|found| found.is_symlink());
    let to = if is_link { to.canonicalize().map_err(MoveError::at(to))? } else { to.components().collect() };
    // Links above the new place must not hide that it lies in the old one.
    let above = existing(&to);
    if above.starts_with(real) || real.starts_with(&to) || to.exists() && real.starts_with(&above) {
        return Err(MoveError::Nested);
    }
    match fs::read_dir(&to) {
        Ok(_) if is_filled(&to) => Err(MoveError::NotEmpty),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(MoveError::at(&to)(error)),
        _ => Ok(to),
    }
}

/// Makes sure that links can be made on the volume of the new place, unless it is that of the old one: nobody wants to
/// learn that from the last file.
pub(super) fn require_links(real: &Path, to: &Path) -> Result<(), MoveError> {
    let above = existing(to);
    let volume = |folder: &Path| identity::facts(folder).map_err(MoveError::at(folder));
    if volume(real)?.identity.is_on_volume_of(volume(&above)?.identity) {
        return Ok(());
    }
    try_link(&above, to, durable::link)
}

/// Makes a link in a folder of its own, and takes both away.
fn try_link(above: &Path, to: &Path, link: impl Fn(&Path, &Path) -> io::Result<()>) -> Result<(), MoveError> {
    let trial = above.join(beside(to, "trial").file_name().unwrap_or_default());
    fs::create_dir_all(&trial).map_err(MoveError::at(&trial))?;
    let made = link(Path::new("target"), &trial.join("link"));
    // Wine says that it has made a link, and makes none.
    let made = made.and_then(|()| fs::read_link(trial.join("link")).map(drop));
    fs::remove_dir_all(&trial).map_err(MoveError::at(&trial))?;
    made.map_err(|source| MoveError::NoLinks { path: above.to_owned(), source })
}

/// Takes an empty folder away: Windows and macOS do not rename a folder to where there is one.
pub(super) fn clear(to: &Path) -> Result<(), MoveError> {
    match fs::remove_dir(to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) if is_filled(to) => Err(MoveError::NotEmpty),
        result => result.map_err(MoveError::at(to)),
    }
}

/// Whether there is a folder with something in it.
pub(super) fn is_filled(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// The real path of the place itself, or of the nearest folder above it that is there.
fn existing(to: &Path) -> PathBuf {
    to.ancestors().find_map(|folder| folder.canonicalize().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_without_links_is_known_before_anything_is_moved() {
        let folder = tempfile::tempdir().expect("a folder");
        let refuse = |_: &Path, _: &Path| Err(io::Error::from(io::ErrorKind::PermissionDenied));
        let to = folder.path().join("new/models");
        assert!(matches!(try_link(folder.path(), &to, refuse), Err(MoveError::NoLinks { .. })));
        assert!(matches!(try_link(folder.path(), &to, |_, _| Ok(())), Err(MoveError::NoLinks { .. })));
        if cfg!(unix) {
            try_link(folder.path(), &to, durable::link).expect("there are links here");
        }
        assert!(!is_filled(folder.path()), "nothing is left of the trial");
    }
}
