//! The tables of what computes: the last trial of each path, and crashes.

use hearth_ipc::ComputePath;

use super::{Connection, StoreError};
use crate::hardware::{Crash, Trial};

/// The last trial of each path. One that a newer version has written is left out: the path is then tried again.
pub(crate) async fn trials(connection: &mut Connection) -> Result<Vec<Trial>, StoreError> {
    let rows: Vec<(String, String, String, u32)> =
        sqlx::query_as("SELECT path, subject, outcome, tried_at FROM compute_trials").fetch_all(connection).await?;
    let read = |(path, subject, outcome, tried_at): (String, String, String, u32)| {
        let path = ComputePath::parse(&path)?;
        let subject = serde_json::from_str(&subject).ok()?;
        Some(Trial { path, subject, outcome: serde_json::from_str(&outcome).ok()?, tried_at })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Keeps a trial in place of the path's last one.
pub(crate) async fn set_trial(connection: &mut Connection, trial: &Trial) -> Result<(), StoreError> {
    let json = |column, value: serde_json::Result<String>| value.map_err(|_| StoreError::Unknown { column });
    sqlx::query(
        "INSERT INTO compute_trials (path, subject, outcome, tried_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (path) DO UPDATE
         SET subject = excluded.subject, outcome = excluded.outcome, tried_at = excluded.tried_at",
    )
    .bind(trial.path.as_str())
    .bind(json("subject", serde_json::to_string(&trial.subject))?)
    .bind(json("outcome", serde_json::to_string(&trial.outcome))?)
    .bind(trial.tried_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// All crashes, oldest first.
pub(crate) async fn crashes(connection: &mut Connection) -> Result<Vec<Crash>, StoreError> {
    let rows: Vec<(String, String, u32)> =
        sqlx::query_as("SELECT path, subject, crashed_at FROM compute_crashes ORDER BY id")
            .fetch_all(connection)
            .await?;
    let read =
        |(path, subject, at): (String, String, u32)| Some(Crash { path: ComputePath::parse(&path)?, subject, at });
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Remembers a crash.
pub(crate) async fn add_crash(connection: &mut Connection, crash: &Crash) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO compute_crashes (path, subject, crashed_at) VALUES (?, ?, ?)")
        .bind(crash.path.as_str())
        .bind(&crash.subject)
        .bind(crash.at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets all crashes: everything gets another chance.
pub(crate) async fn forget_crashes(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM compute_crashes").execute(connection).await?;
    Ok(())
}
