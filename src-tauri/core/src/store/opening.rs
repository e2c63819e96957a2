//! The database as the parts of the app hold it, which start before it is open.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::OnceCell;

use super::{Store, StoreError, models, settings};
use crate::clock::Clock;

/// Where the starter model was when the database was last open.
const STARTER_PATH: &str = "starter_path";

/// The database, opened when it is first needed, and tried again if that failed. Clones share it.
#[derive(Clone)]
pub(crate) struct Opening {
    inner: Arc<Inner>,
}

struct Inner {
    home: PathBuf,
    starter: PathBuf,
    clock: Arc<dyn Clock>,
    store: OnceCell<Store>,
}

impl Opening {
    /// Of the database in `home`. `starter` is where the model lies that comes with the app.
    pub(crate) fn new(home: PathBuf, starter: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::new(Inner { home, starter, clock, store: OnceCell::new() }) }
    }

    /// The open database.
    pub(crate) async fn store(&self) -> Result<&Store, StoreError> {
        self.inner.store.get_or_try_init(|| self.inner.open()).await
    }

    /// The database, if it has ever been opened.
    pub(crate) fn opened(&self) -> Option<&Store> {
        self.inner.store.get()
    }

    /// The folder that the database is in.
    pub(crate) fn home(&self) -> &Path {
        &self.inner.home
    }

    /// Seconds since 1970 (UTC).
    pub(crate) fn now(&self) -> u32 {
        self.inner.clock.now()
    }
}

impl Inner {
    async fn open(&self) -> Result<Store, StoreError> {
        let store = Store::open(&self.home, self.clock.now()).await?;
        self.follow_starter(&store).await?;
        Ok(store)
    }

    /// An update, or a program that unpacks itself at each start, puts the starter model elsewhere. What was chosen
    /// with the old path is meant for the new one.
    async fn follow_starter(&self, store: &Store) -> Result<(), StoreError> {
        let before = settings::get(&mut *store.reader().await?, STARTER_PATH).await?;
        if before.as_deref() == self.starter.to_str() {
            return Ok(());
        }
        let mut change = store.change().await?;
        if let Some(before) = before {
            models::moved(&mut change, Path::new(&before), &self.starter).await?;
        }
        settings::set(&mut change, STARTER_PATH, self.starter.to_str()).await?;
        Ok(change.commit().await?)
    }
}
