//! Whether there is room for what is to be fetched.

use std::{fs::File, path::Path, sync::Arc};

use fs4::FileExt as _;
use hearth_library::Cache;

use crate::{
    error::{AppError, ErrorCode, ErrorDetails},
    library::{Shelf, blocking},
};

use super::item::Part;

/// Stays free: the history must be able to grow, or chats could not be kept.
const RESERVE_BYTES: u64 = 64 << 20;

/// Makes sure that there is room for `own` beside what `others` still need. Empties the bin if that helps; refuses if
/// it does not.
pub(super) async fn require(shelf: &Shelf, own: Vec<Part>, others: Vec<Part>) -> Result<(), AppError> {
    let (cache, folder) = (shelf.cache().await?, shelf.folder().await?);
    let (own_bytes, other_bytes) =
        blocking(move || (still_needed(&cache, &own), still_needed(&cache, &others))).await?;
    if own_bytes == 0 {
        return Ok(());
    }
    let taken = other_bytes.saturating_add(RESERVE_BYTES);
    let without_bin = free_bytes(shelf, &folder).await?;
    if own_bytes <= without_bin.saturating_sub(taken) {
        return Ok(());
    }
    let with_bin = shelf.free_bytes().await?;
    if own_bytes <= with_bin.saturating_sub(taken) {
        return shelf.empty_bin().await;
    }
    let details = Box::new(ErrorDetails {
        needed_bytes: Some(own_bytes),
        free_bytes: Some(with_bin.saturating_sub(taken)),
        ..ErrorDetails::default()
    });
    let error = AppError { code: ErrorCode::NotEnoughSpace, message: "no room for a download".into(), details };
    Err(error.about(&folder))
}

async fn free_bytes(shelf: &Shelf, folder: &Path) -> Result<u64, AppError> {
    let (disks, folder) = (Arc::clone(shelf.disks()), folder.to_owned());
    blocking(move || disks.free_bytes(&folder).map_err(|error| AppError::of_disk(&error, &folder))).await?
}

/// What is set aside for a file when its transfer begins is not free any more, and not needed either.
fn still_needed(cache: &Cache, parts: &[Part]) -> u64 {
    let needed = parts.iter().map(|part| {
        let partial = File::open(cache.partial_path(&part.names.repo, &part.names.etag));
        let allocated = partial.and_then(|file| file.allocated_size()).unwrap_or(0);
        part.size_bytes.saturating_sub(allocated)
    });
    needed.fold(0, u64::saturating_add)
}
