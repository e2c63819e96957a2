//! The tables of downloads and their files.

use hearth_hub::{Commit, FileName, RepoId, Revision, Sha256};
use sqlx::{Row, sqlite::SqliteRow};

use super::{Connection, StoreError};
use crate::{
    error::{AppError, ErrorCode, chain},
    view::{DownloadId, LocalModelId},
};

/// A model to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) repo: RepoId,
    /// The branch that was at `commit` when it was asked for.
    pub(crate) revision: Option<Revision>,
    pub(crate) commit: Commit,
    pub(crate) name: String,
    pub(crate) label: String,
    /// A damaged model that goes when this one is here.
    pub(crate) replaces: Option<LocalModelId>,
    /// In the order in which the engine wants them; a projector comes last.
    pub(crate) files: Vec<WantedFile>,
}

/// One file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedFile {
    pub(crate) path: FileName,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: Sha256,
    pub(crate) role: FileRole,
    /// Whole, verified and on the disk.
    pub(crate) is_whole: bool,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileRole {
    /// The model, or a part of it.
    Model,
    /// What lets it see.
    Projector,
}

/// What is remembered of how a download is getting on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeptState {
    /// It goes on by itself.
    Queued,
    /// The person has stopped it.
    Paused,
    /// It cannot go on by itself.
    Failed(AppError),
    /// Its files have their names.
    Done,
}

/// A download as an earlier run has left it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) id: DownloadId,
    pub(crate) wanted: Wanted,
    pub(crate) state: KeptState,
}

/// All of them, in their order. One that this version cannot read stays where it is and is left out: it is no reason to
/// stop the others.
pub(crate) async fn all(connection: &mut Connection) -> Result<Vec<Kept>, StoreError> {
    let rows = sqlx::query("SELECT * FROM downloads ORDER BY position, id").fetch_all(&mut *connection).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        match kept(&mut *connection, &row).await {
            Ok(kept) => all.push(kept),
            Err(error @ StoreError::Unknown { .. }) => {
                tracing::error!(cause = chain(&error), "a download of an earlier run is left out");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The contents of all of them, by repository: those that this version cannot read, too.
pub(crate) async fn contents(connection: &mut Connection) -> Result<Vec<(String, String)>, StoreError> {
    let contents = sqlx::query_as(
        "SELECT DISTINCT repo, sha256 FROM downloads JOIN download_files ON download_files.download = downloads.id",
    );
    Ok(contents.fetch_all(connection).await?)
}

async fn kept(connection: &mut Connection, row: &SqliteRow) -> Result<Kept, StoreError> {
    let id = DownloadId(row.try_get("id")?);
    let files = files(connection, id).await?;
    Ok(Kept { id, state: state(row)?, wanted: wanted(row, files)? })
}

/// A new one, behind all others.
pub(crate) async fn insert(connection: &mut Connection, wanted: &Wanted, now: u32) -> Result<DownloadId, StoreError> {
    let id: u32 = sqlx::query_scalar(
        "INSERT INTO downloads (repo, revision, commit_id, name, label, replaces, created_at, state, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', (SELECT coalesce(max(position), 0) + 1 FROM downloads)) RETURNING id",
    )
    .bind(wanted.repo.as_str())
    .bind(wanted.revision.as_ref().map(Revision::as_str))
    .bind(wanted.commit.to_string())
    .bind(&wanted.name)
    .bind(&wanted.label)
    .bind(wanted.replaces.as_ref().map(|model| &model.0))
    .bind(now)
    .fetch_one(&mut *connection)
    .await?;
    for (number, file) in (0_u32..).zip(&wanted.files) {
        sqlx::query(
            "INSERT INTO download_files (download, number, path, size_bytes, sha256, role, is_whole)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(number)
        .bind(file.path.as_str())
        .bind(i64::try_from(file.size_bytes).map_err(|_| StoreError::Unknown { column: "download_files.size_bytes" })?)
        .bind(file.sha256.to_string())
        .bind(match file.role {
            FileRole::Model => "model",
            FileRole::Projector => "projector",
        })
        .bind(file.is_whole)
        .execute(&mut *connection)
        .await?;
    }
    Ok(DownloadId(id))
}

/// Takes one out, with all that hangs on it.
pub(crate) async fn remove(connection: &mut Connection, id: DownloadId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM downloads WHERE id = ?").bind(id.0).execute(connection).await?;
    Ok(())
}

/// Takes out those that are done: they are in the list until the app is closed.
pub(crate) async fn remove_done(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM downloads WHERE state = 'done'").execute(connection).await?;
    Ok(())
}

/// How it is getting on.
pub(crate) async fn set_state(
    connection: &mut Connection,
    id: DownloadId,
    state: &KeptState,
) -> Result<(), StoreError> {
    let (state, error) = match state {
        KeptState::Queued => ("queued", None),
        KeptState::Paused => ("paused", None),
        KeptState::Failed(error) => ("failed", Some(error)),
        KeptState::Done => ("done", None),
    };
    let error = error.map(serde_json::to_string).transpose();
    sqlx::query("UPDATE downloads SET state = ?, error = ? WHERE id = ?")
        .bind(state)
        .bind(error.map_err(|_| StoreError::Unknown { column: "downloads.error" })?)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts them into this order.
pub(crate) async fn set_order(connection: &mut Connection, ids: &[DownloadId]) -> Result<(), StoreError> {
    for (position, id) in (1_u32..).zip(ids) {
        sqlx::query("UPDATE downloads SET position = ? WHERE id = ?")
            .bind(position)
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Whether these contents are whole, for every download that needs them.
pub(crate) async fn set_whole(
    connection: &mut Connection,
    repo: &RepoId,
    sha256: Sha256,
    is_whole: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE download_files SET is_whole = ?
         WHERE sha256 = ? AND download IN (SELECT id FROM downloads WHERE repo = ?)",
    )
    .bind(is_whole)
    .bind(sha256.to_string())
    .bind(repo.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

async fn files(connection: &mut Connection, id: DownloadId) -> Result<Vec<WantedFile>, StoreError> {
    let rows = sqlx::query("SELECT * FROM download_files WHERE download = ? ORDER BY number")
        .bind(id.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(file).collect()
}

fn file(row: &SqliteRow) -> Result<WantedFile, StoreError> {
    let size_bytes = u64::try_from(row.try_get::<i64, _>("size_bytes")?);
    Ok(WantedFile {
        path: parsed(row, "path", "download_files.path")?,
        size_bytes: size_bytes.map_err(|_| StoreError::Unknown { column: "download_files.size_bytes" })?,
        sha256: parsed(row, "sha256", "download_files.sha256")?,
        role: match row.try_get("role")? {
            "model" => FileRole::Model,
            "projector" => FileRole::Projector,
            _ => return Err(StoreError::Unknown { column: "download_files.role" }),
        },
        is_whole: row.try_get("is_whole")?,
    })
}

fn wanted(row: &SqliteRow, files: Vec<WantedFile>) -> Result<Wanted, StoreError> {
    let revision = row.try_get::<Option<&str>, _>("revision")?.map(str::parse).transpose();
    Ok(Wanted {
        repo: parsed(row, "repo", "downloads.repo")?,
        revision: revision.map_err(|_| StoreError::Unknown { column: "downloads.revision" })?,
        commit: parsed(row, "commit_id", "downloads.commit_id")?,
        name: row.try_get("name")?,
        label: row.try_get("label")?,
        replaces: row.try_get::<Option<String>, _>("replaces")?.map(LocalModelId),
        files,
    })
}

fn state(row: &SqliteRow) -> Result<KeptState, StoreError> {
    match row.try_get("state")? {
        "queued" => Ok(KeptState::Queued),
        "paused" => Ok(KeptState::Paused),
        "done" => Ok(KeptState::Done),
        "failed" => {
            let error = serde_json::from_str(row.try_get("error")?);
            // It has failed, whatever another version calls the reason.
            let unknown = |error| AppError::new(ErrorCode::Internal, format!("an unknown failure: {error}"));
            Ok(KeptState::Failed(error.unwrap_or_else(unknown)))
        }
        _ => Err(StoreError::Unknown { column: "downloads.state" }),
    }
}

fn parsed<T: std::str::FromStr>(row: &SqliteRow, name: &str, column: &'static str) -> Result<T, StoreError> {
    row.try_get::<&str, _>(name)?.parse().map_err(|_| StoreError::Unknown { column })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn wanted(name: &str) -> Wanted {
        let file = WantedFile {
            path: "tiny.gguf".parse().expect("a name"),
            size_bytes: 1000,
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53".parse().expect("a SHA-256"),
            role: FileRole::Model,
            is_whole: false,
        };
        Wanted {
            repo: "ada/tiny".parse().expect("owner/name"),
            revision: None,
            commit: "ab810cf68114990406fdf996510dd3d3c6adbdf5".parse().expect("a commit"),
            name: name.to_owned(),
            label: "Q4_0".to_owned(),
            replaces: None,
            files: vec![file],
        }
    }

    /// Of a fault: one row that could not be read kept all downloads from going on.
    #[tokio::test]
    async fn a_download_that_cannot_be_read_stops_no_other() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = Store::open(folder.path(), 0).await.expect("opened");
        let mut change = store.change().await.expect("begun");
        for name in ["sound", "failed", "spoiled"] {
            insert(&mut change, &wanted(name), 0).await.expect("inserted");
        }
        let spoil = [
            "UPDATE downloads SET state = 'failed', error = '{\"code\":\"of_the_future\"}' WHERE name = 'failed'",
            "UPDATE downloads SET repo = 'no repository' WHERE name = 'spoiled'",
        ];
        for statement in spoil {
            sqlx::query(statement).execute(&mut *change).await.expect("spoiled");
        }
        let all = all(&mut change).await.expect("readable");
        let names: Vec<_> = all.iter().map(|kept| kept.wanted.name.as_str()).collect();
        assert_eq!(names, ["sound", "failed"]);
        assert!(matches!(&all[1].state, KeptState::Failed(error) if error.code == ErrorCode::Internal));
    }
}
