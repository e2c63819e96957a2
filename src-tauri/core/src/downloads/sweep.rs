//! Taking away what downloads have left that are in no list any more: half-fetched contents that would lie there for
//! ever, since nobody is told of them.

use std::time::{Duration, SystemTime};

use hearth_library::Partial;

use super::{Downloads, order::Order, queue::Queue};
use crate::{
    error::{AppError, chain},
    library::{blocking, repo_id},
    store::{StoreError, downloads, segments},
};

/// Another home of this app (another person's, a developer's) may share the folder, and its downloads are not in this
/// one's list. What nobody has gone on with for so long is given up there, too, or costs its bytes once more.
const ABANDONED_AFTER: Duration = Duration::from_hours(7 * 24);

impl Downloads {
    /// Does so in the models' folder.
    pub(crate) async fn sweep(&self) -> Result<(), AppError> {
        let cache = self.shelf.cache().await?;
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(self.shelf.opening().now().into());
        let abandoned = blocking(move || {
            let mut partials = cache.partials();
            partials.retain(|partial| now.duration_since(partial.modified).is_ok_and(|age| age >= ABANDONED_AFTER));
            partials
        });
        let abandoned = abandoned.await?;
        if abandoned.is_empty() { Ok(()) } else { self.ask(|done| Order::Sweep(abandoned, done)).await }
    }
}

impl Queue {
    /// Only the queue can say what no download owns, while it begins none.
    pub(super) async fn sweep(&mut self, abandoned: Vec<Partial>) -> Result<(), AppError> {
        if self.is_held {
            return Ok(());
        }
        let store = self.shelf.opening().store().await?;
        // From the database, not from the list: that lacks what only a newer version can read.
        let owned = downloads::contents(&mut *store.reader().await?).await?;
        let cache = self.shelf.cache().await?;
        for partial in abandoned {
            let (repo, contents) = (partial.repo.clone(), partial.etag.to_string());
            if owned.iter().any(|(owner, sha256)| owner == repo.as_str() && *sha256 == contents) {
                continue;
            }
            let cache = cache.clone();
            match blocking(move || cache.remove_partial(&partial)).await? {
                Ok(true) => tracing::info!("what a download of earlier times has left is taken away"),
                Ok(false) => continue,
                Err(error) => {
                    tracing::warn!(cause = chain(&error), "what a download of earlier times has left stays");
                    continue;
                }
            }
            if let (Some(repo), Ok(sha256)) = (repo_id(&repo), contents.parse()) {
                let mut change = store.change().await?;
                segments::forget(&mut change, &repo, sha256).await?;
                change.commit().await.map_err(StoreError::from)?;
            }
        }
        Ok(())
    }
}
