//! The history on disk: SQLite, and the only SQL there is. One file per table.
//!
//! One connection writes, a few read; with a write-ahead log neither waits for the other. `synchronous=FULL` makes a
//! commit survive a power cut. Functions that belong to a larger change take a connection, so that the caller can put
//! several into one transaction.

pub(crate) mod conversations;
pub(crate) mod downloads;
pub(crate) mod drafts;
pub(crate) mod hardware;
pub(crate) mod messages;
pub(crate) mod models;
mod opening;
pub(crate) mod segments;
pub(crate) mod settings;

use std::{
    fs::DirBuilder,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use opening::Opening;

/// Name of the database in the app's folder.
pub(crate) const FILE_NAME: &str = "hearth.db";
/// Deleted conversations can be restored for this long.
const TRASH_SECONDS: u32 = 30 * 24 * 60 * 60;
const READERS: u32 = 3;
/// Waits for the right to write at once, not in the middle of the change.
const BEGIN: &str = "BEGIN IMMEDIATE";
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The open database. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Why the database cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The folder for it cannot be made.
    #[error("the folder {} cannot be made", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// SQLite refused something.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// It cannot be brought to this version's shape.
    #[error("the database cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A value that no version up to this one has written.
    #[error("{column} holds something unknown")]
    Unknown { column: &'static str },
}

impl Store {
    /// Opens the database in `home`, makes it if there is none, and puts in order what a dead app left behind.
    pub(crate) async fn open(home: &Path, now: u32) -> Result<Self, StoreError> {
        make_private_folder(home)?;
        let options = SqliteConnectOptions::new()
            .filename(home.join(FILE_NAME))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone().create_if_missing(true)).await?;
        sqlx::migrate!("./migrations").run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.read_only(true));
        let store = Self { writer, readers };

        let mut change = store.change().await?;
        let interrupted = messages::interrupt_unfinished(&mut change).await?;
        let purged = conversations::purge(&mut change, now.saturating_sub(TRASH_SECONDS)).await?;
        change.commit().await?;
        tracing::info!(interrupted, purged, "the history is open");
        Ok(store)
    }

    /// A connection for reading.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// Several reads of one and the same moment.
    pub(crate) async fn reading(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    /// The connection for writing.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        Ok(self.writer.acquire().await?)
    }

    /// A change that is made as a whole, on commit, or not at all.
    pub(crate) async fn change(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        match self.writer.begin_with(BEGIN).await {
            // On a full disk SQLite takes a transaction back by itself. sqlx does not notice, and takes the connection
            // for one that is inside a transaction for ever after.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(BEGIN).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// Waits for what is being written, folds the write-ahead log into the database and closes it.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// What people write to a model is theirs alone: the folder is made unreadable for other users.
fn make_private_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| StoreError::Folder { path: path.to_owned(), source })
}

/// For functions of this module: a connection, be it from a pool or inside a transaction.
type Connection = SqliteConnection;

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a fault that a disk once full left behind: every later change failed too, until the app was started again.
    #[tokio::test]
    async fn a_change_that_sqlite_took_back_by_itself_does_not_stand_in_the_way_of_the_next() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let store = Store::open(folder.path(), 0).await.expect("opened");
        let mut change = store.change().await.expect("begun");
        drafts::set(&mut change, None, "lost").await.expect("written");
        // What SQLite does when a commit finds the disk full.
        sqlx::query("ROLLBACK").execute(&mut *change).await.expect("taken back");
        change.commit().await.expect_err("there is nothing to commit");

        let mut change = store.change().await.expect("begun");
        drafts::set(&mut change, None, "kept").await.expect("written");
        change.commit().await.expect("committed");
        let mut reader = store.reader().await.expect("a connection");
        assert_eq!(drafts::get(&mut reader, None).await.expect("readable"), "kept");
    }
}
