//! Copying a folder so that every file is known to have arrived, and taking the old one away.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use crate::{
    durable, identity,
    moving::{
        MoveError, Progress,
        links::{self, Route},
    },
};

/// What a file is called until it is whole. There is never more than one.
pub(super) const STAGING: &str = ".hearth-staging";
/// Between two looks whether to stop.
const CHUNK_BYTES: usize = 1024 * 1024;
/// FAT counts time in steps of two seconds.
const TIME_STEP: Duration = Duration::from_secs(2);

/// Something in a folder.
pub(super) struct Entry {
    /// From the folder on.
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    Folder,
    Link {
        says: PathBuf,
        /// Whether Windows has to know it for a link to a folder. Elsewhere a link is a link.
        is_folder: bool,
    },
    File {
        size_bytes: u64,
    },
}

/// Everything below a folder, folders before what is in them. Links are not followed. What cannot be read is an error:
/// a move loses nothing.
pub(super) fn entries(root: &Path) -> Result<Vec<Entry>, MoveError> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let path = root.join(&folder);
        let mut names: Vec<_> = fs::read_dir(&path)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>())
            .map_err(MoveError::at(&path))?;
        names.sort();
        for name in names.into_iter().filter(|name| name != STAGING) {
            let path = folder.join(name);
            let full = root.join(&path);
            let about = fs::symlink_metadata(&full).map_err(MoveError::at(&full))?;
            let kind = if about.is_symlink() {
                let says = fs::read_link(&full).map_err(MoveError::at(&full))?;
                Kind::Link { says, is_folder: is_link_to_folder(&about) }
            } else if about.is_dir() {
                open.push(path.clone());
                Kind::Folder
            } else if about.is_file() {
                Kind::File { size_bytes: about.len() }
            } else {
                // A socket or a pipe means nothing once its program has ended.
                continue;
            };
            found.push(Entry { path, kind });
        }
    }
    Ok(found)
}

#[cfg(windows)]
fn is_link_to_folder(about: &fs::Metadata) -> bool {
    use std::os::windows::fs::FileTypeExt;
    about.file_type().is_symlink_dir()
}

#[cfg(not(windows))]
fn is_link_to_folder(_: &fs::Metadata) -> bool {
    false
}

pub(super) fn total_bytes(entries: &[Entry]) -> u64 {
    let sizes = entries.iter().map(|entry| match entry.kind {
        Kind::File { size_bytes } => size_bytes,
        Kind::Folder | Kind::Link { .. } => 0,
    });
    sizes.sum()
}

pub(super) fn has_links(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| matches!(entry.kind, Kind::Link { .. }))
}

/// Copies the old place to `staging`, which will be renamed to the new one. What an earlier try has copied stays.
pub(super) fn arrive(
    route: &Route,
    staging: &Path,
    progress: &mut impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), MoveError> {
    let from = &route.from;
    let entries = entries(from)?;
    let total_bytes = total_bytes(&entries);
    let mut done_bytes = 0;
    let mut tell = |bytes: u64| {
        done_bytes += bytes;
        match progress(Progress { done_bytes: done_bytes.min(total_bytes), total_bytes }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(MoveError::Stopped),
        }
    };
    let mut names_of = HashMap::new();
    fs::create_dir_all(staging).map_err(MoveError::at(staging))?;
    for entry in &entries {
        let (source, target) = (from.join(&entry.path), staging.join(&entry.path));
        match &entry.kind {
            Kind::Folder => fs::create_dir_all(&target).map_err(MoveError::at(&target))?,
            Kind::Link { says, is_folder } => {
                let says = route.moved(says, source.parent().unwrap_or(from));
                let made = links::replace(&target, &says, *is_folder, &staging.join(STAGING));
                made.map_err(MoveError::at(&target))?;
            }
            Kind::File { size_bytes } => {
                let facts = identity::facts(&source).map_err(MoveError::at(&source))?;
                // Two names of one file stay that, where the new volume can do it.
                let earlier = names_of.get(&facts.identity).filter(|_| facts.names > 1);
                let is_there = is_copy(&source, &target);
                if is_there || earlier.is_some_and(|earlier| fs::hard_link(earlier, &target).is_ok()) {
                    tell(*size_bytes)?;
                } else {
                    file(&source, &target, &staging.join(STAGING), &mut tell)?;
                }
                names_of.insert(facts.identity, target);
            }
        }
        tell(0)?;
    }
    let folders =
        entries.iter().filter(|entry| matches!(entry.kind, Kind::Folder)).map(|entry| staging.join(&entry.path));
    for folder in folders.chain([staging.to_owned()]) {
        durable::sync_parent(&folder.join(STAGING)).map_err(MoveError::at(&folder))?;
    }
    Ok(())
}

/// Copies to the new place what is at the old one only, as may be when another program has written there since. What
/// is at both is what was copied, or the newer one stays.
pub(super) fn bring_along(route: &Route) -> Result<(), MoveError> {
    let Route { from, to, .. } = route;
    if !from.try_exists().map_err(MoveError::at(from))? {
        return Ok(());
    }
    for entry in entries(from)? {
        let (source, target) = (from.join(&entry.path), to.join(&entry.path));
        match &entry.kind {
            Kind::Folder => fs::create_dir_all(&target).map_err(MoveError::at(&target))?,
            Kind::Link { .. } if fs::symlink_metadata(&target).is_ok() => {}
            Kind::Link { says, is_folder } => {
                let says = route.moved(says, source.parent().unwrap_or(from));
                let made = links::replace(&target, &says, *is_folder, &to.join(STAGING));
                made.map_err(MoveError::at(&target))?;
            }
            Kind::File { .. } if is_copy(&source, &target) || is_newer(&target, &source) => {}
            Kind::File { .. } => file(&source, &target, &to.join(STAGING), &mut |_| Ok(()))?,
        }
    }
    Ok(())
}

/// Takes the old place away, and what an earlier try has left of it.
pub(super) fn take_away(from: &Path, leaving: &Path) -> Result<(), MoveError> {
    remove_all(leaving)?;
    if fs::symlink_metadata(from).is_err() {
        // Gone, or with a volume that is not plugged in: then it is still there once that is.
        let above = from.parent().unwrap_or(from);
        return fs::metadata(above).map(drop).map_err(MoveError::at(from));
    }
    // In one step, so that nobody finds half of it. Not possible where a volume is mounted.
    match fs::rename(from, leaving) {
        Ok(()) => remove_all(leaving),
        Err(_) => remove_all(from),
    }
}

/// Takes a folder away with everything in it, if it is there.
pub(super) fn remove_all(folder: &Path) -> Result<(), MoveError> {
    let Err(error) = fs::remove_dir_all(folder) else { return Ok(()) };
    let is_gone = || matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    // A mount point stays, empty.
    let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_gone() || is_empty() { Ok(()) } else { Err(MoveError::at(folder)(error)) }
}

/// Whether `target` is what [`file()`] has made of `source`: it got its name and its time only when it was whole.
fn is_copy(source: &Path, target: &Path) -> bool {
    let (Ok(source), Ok(target)) = (fs::symlink_metadata(source), fs::symlink_metadata(target)) else { return false };
    let apart =
        |left: SystemTime, right: SystemTime| left.duration_since(right).unwrap_or_else(|error| error.duration());
    let are_times_equal = match (source.modified(), target.modified()) {
        (Ok(source), Ok(target)) => apart(source, target) <= TIME_STEP,
        // A system without times: the size has to do.
        _ => true,
    };
    target.is_file() && source.len() == target.len() && are_times_equal
}

/// Whether `left` was written after `right`, by more than a volume's clock leaves open.
fn is_newer(left: &Path, right: &Path) -> bool {
    let time = |path: &Path| fs::symlink_metadata(path).and_then(|about| about.modified()).ok();
    let (Some(left), Some(right)) = (time(left), time(right)) else { return false };
    left.duration_since(right).is_ok_and(|after| after > TIME_STEP)
}

/// Copies a file and gives it its name only when what the system gives back of it is what was read. What that gives back
/// may come from its memory, so this finds what went wrong on the way, not every fault of the disk.
fn file(
    source: &Path,
    target: &Path,
    staging: &Path,
    tell: &mut impl FnMut(u64) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let at_source = || MoveError::at(source);
    let at_target = || MoveError::at(target);
    let mut reader = File::open(source).map_err(at_source())?;
    let about = reader.metadata().map_err(at_source())?;
    durable::remove_file(staging).map_err(at_target())?;
    let mut writer = File::create(staging).map_err(at_target())?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = reader.read(&mut chunk).map_err(at_source())?;
        if length == 0 {
            break;
        }
        hash.update(&chunk[..length]);
        writer.write_all(&chunk[..length]).map_err(at_target())?;
        tell(length as u64)?;
    }
    writer.sync_all().map_err(at_target())?;
    if let Ok(modified) = about.modified() {
        writer.set_modified(modified).map_err(at_target())?;
    }
    drop(writer);
    if sha256(staging, &mut chunk).map_err(at_target())? != hash.finalize().as_slice() {
        return Err(MoveError::Unfaithful { path: source.to_owned() });
    }
    // A volume without permissions is no reason to keep a file from it.
    if let Err(error) = fs::set_permissions(staging, about.permissions()) {
        tracing::debug!(%error, path = %target.display(), "permissions were not copied");
    }
    durable::rename(staging, target).map_err(at_target())
}

fn sha256(path: &Path, chunk: &mut [u8]) -> io::Result<Vec<u8>> {
    let mut reader = File::open(path)?;
    let mut hash = Sha256::new();
    loop {
        match reader.read(chunk)? {
            0 => return Ok(hash.finalize().to_vec()),
            length => hash.update(&chunk[..length]),
        }
    }
}
