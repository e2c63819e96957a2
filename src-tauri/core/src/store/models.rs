//! The tables that remember models by their paths: when each last answered, and which files a person has opened.

use std::{
    collections::HashMap,
    path::{MAIN_SEPARATOR, Path, PathBuf},
};

use super::{Connection, StoreError};

/// When each model last answered, in seconds since 1970 (UTC).
pub(crate) async fn last_used(connection: &mut Connection) -> Result<HashMap<PathBuf, u32>, StoreError> {
    let rows: Vec<(String, u32)> =
        sqlx::query_as("SELECT path, last_used_at FROM models_used").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(path, at)| (path.into(), at)).collect())
}

/// A model answers now.
pub(crate) async fn use_now(connection: &mut Connection, path: &Path, now: u32) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO models_used (path, last_used_at) VALUES (?, ?)
         ON CONFLICT (path) DO UPDATE SET last_used_at = excluded.last_used_at",
    )
    .bind(path.to_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The files that a person has opened.
pub(crate) async fn added(connection: &mut Connection) -> Result<Vec<PathBuf>, StoreError> {
    let paths: Vec<String> =
        sqlx::query_scalar("SELECT path FROM added_models ORDER BY path").fetch_all(connection).await?;
    Ok(paths.into_iter().map(PathBuf::from).collect())
}

/// A person has opened this one.
pub(crate) async fn add(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO added_models (path) VALUES (?) ON CONFLICT (path) DO NOTHING")
        .bind(path.to_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// A model, or a folder of models, is in another place: whatever named the old one names the new one.
pub(crate) async fn moved(connection: &mut Connection, from: &Path, to: &Path) -> Result<(), StoreError> {
    let (Some(from), Some(to)) = (from.to_str(), to.to_str()) else { return Ok(()) };
    let below = format!("{from}{MAIN_SEPARATOR}");
    // Another model may be known by the new path already: it is the same file now, and the newer note is kept.
    for change in [
        "UPDATE conversations SET model = ?1 || substr(model, length(?2) + 1)
         WHERE model = ?2 OR substr(model, 1, length(?3)) = ?3",
        "UPDATE OR REPLACE models_used SET path = ?1 || substr(path, length(?2) + 1)
         WHERE path = ?2 OR substr(path, 1, length(?3)) = ?3",
        "UPDATE OR REPLACE added_models SET path = ?1 || substr(path, length(?2) + 1)
         WHERE path = ?2 OR substr(path, 1, length(?3)) = ?3",
        "UPDATE downloads SET replaces = ?1 || substr(replaces, length(?2) + 1)
         WHERE replaces = ?2 OR substr(replaces, 1, length(?3)) = ?3",
        "UPDATE settings SET value = ?1 || substr(value, length(?2) + 1)
         WHERE key = 'model_path' AND (value = ?2 OR substr(value, 1, length(?3)) = ?3)",
    ] {
        sqlx::query(change).bind(to).bind(from).bind(&below).execute(&mut *connection).await?;
    }
    Ok(())
}
