//! The table of segments: what is on the disk of files that are not whole yet.

use hearth_hub::{RepoId, Sha256, transfer::SegmentDone};

use super::{Connection, StoreError};

/// Those of a file that are on the disk.
pub(crate) async fn of(
    connection: &mut Connection,
    repo: &RepoId,
    sha256: Sha256,
) -> Result<Vec<SegmentDone>, StoreError> {
    let rows: Vec<(u32, u32)> =
        sqlx::query_as("SELECT segment, crc32 FROM segments WHERE repo = ? AND sha256 = ? ORDER BY segment")
            .bind(repo.as_str())
            .bind(sha256.to_string())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(segment, crc32)| SegmentDone { segment, crc32 }).collect())
}

/// These are on the disk now.
pub(crate) async fn add(
    connection: &mut Connection,
    repo: &RepoId,
    sha256: Sha256,
    segments: &[SegmentDone],
) -> Result<(), StoreError> {
    for done in segments {
        sqlx::query(
            "INSERT INTO segments (repo, sha256, segment, crc32) VALUES (?, ?, ?, ?)
             ON CONFLICT (repo, sha256, segment) DO UPDATE SET crc32 = excluded.crc32",
        )
        .bind(repo.as_str())
        .bind(sha256.to_string())
        .bind(done.segment)
        .bind(done.crc32)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// This one is not what it was.
pub(crate) async fn remove(
    connection: &mut Connection,
    repo: &RepoId,
    sha256: Sha256,
    segment: u32,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM segments WHERE repo = ? AND sha256 = ? AND segment = ?")
        .bind(repo.as_str())
        .bind(sha256.to_string())
        .bind(segment)
        .execute(connection)
        .await?;
    Ok(())
}

/// None is on the disk any more, or the file is whole and needs no journal.
pub(crate) async fn forget(connection: &mut Connection, repo: &RepoId, sha256: Sha256) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM segments WHERE repo = ? AND sha256 = ?")
        .bind(repo.as_str())
        .bind(sha256.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
