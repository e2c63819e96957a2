//! The table of settings: named values.

use super::{Connection, StoreError};

/// The value of that name, if it was ever set.
pub(crate) async fn get(connection: &mut Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE key = ?").bind(key).fetch_optional(connection).await?)
}

/// Sets the value of that name, or forgets it.
pub(crate) async fn set(connection: &mut Connection, key: &str, value: Option<&str>) -> Result<(), StoreError> {
    match value {
        Some(value) => {
            sqlx::query(
                "INSERT INTO settings (key, value) VALUES (?, ?)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(key)
            .bind(value)
            .execute(connection)
            .await?;
        }
        None => {
            sqlx::query("DELETE FROM settings WHERE key = ?").bind(key).execute(connection).await?;
        }
    }
    Ok(())
}
