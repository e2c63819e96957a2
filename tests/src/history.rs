//! Conversations from earlier days, put into the app's database before it starts.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{Connection, SqliteConnection};

/// The database of an app that does not run.
#[derive(Debug)]
pub struct History {
    database: SqliteConnection,
}

impl History {
    /// Opens the database in the app's home folder, with the app's own tables; makes it if there is none.
    pub async fn open(home: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(home.join("hearth.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true);
        let mut database = SqliteConnection::connect_with(&options).await.context("the database cannot be opened")?;
        sqlx::migrate!("../src-tauri/core/migrations").run(&mut database).await?;
        Ok(Self { database })
    }

    /// Adds a conversation whose last message is `age` old: questions and their complete answers in turn.
    pub async fn add(&mut self, title: &str, age: Duration, exchanges: &[(&str, &str)]) -> anyhow::Result<()> {
        let at = i64::try_from((SystemTime::now() - age).duration_since(UNIX_EPOCH)?.as_secs())?;
        let mut change = self.database.begin().await?;
        let conversation: i64 = sqlx::query_scalar(
            "INSERT INTO conversations (title, titled_by, updated_at) VALUES (?, 'exchange', ?) RETURNING id",
        )
        .bind(title)
        .bind(at)
        .fetch_one(&mut *change)
        .await?;
        let mut leaf: Option<i64> = None;
        for (question, answer) in exchanges {
            leaf = sqlx::query_scalar(
                "INSERT INTO messages (conversation, parent, role, text, created_at) VALUES (?, ?, 'user', ?, ?) \
                 RETURNING id",
            )
            .bind(conversation)
            .bind(leaf)
            .bind(question)
            .bind(at)
            .fetch_one(&mut *change)
            .await?;
            leaf = sqlx::query_scalar(
                "INSERT INTO messages (conversation, parent, role, text, created_at, state, model) \
                 VALUES (?, ?, 'assistant', ?, ?, 'complete', 'SmolLM2 135M Instruct') RETURNING id",
            )
            .bind(conversation)
            .bind(leaf)
            .bind(answer)
            .bind(at)
            .fetch_one(&mut *change)
            .await?;
        }
        sqlx::query("UPDATE conversations SET active_leaf = ? WHERE id = ?")
            .bind(leaf)
            .bind(conversation)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Closes the database, so that the app may open it.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.database.close().await?)
    }
}
