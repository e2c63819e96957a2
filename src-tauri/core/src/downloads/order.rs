//! What the queue is asked to do.

use std::{collections::HashSet, path::PathBuf};

use hearth_library::Partial;
use tokio::sync::oneshot;

use crate::{
    error::AppError,
    library::Relocation,
    store::downloads::Wanted,
    view::{Download, DownloadId},
};

/// Where the outcome goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, AppError>>;

pub(super) enum Order {
    /// Make sure that the list is that of the database.
    Load(Reply<()>),
    Add(Box<Wanted>, Reply<Download>),
    Pause(DownloadId, Reply<()>),
    Resume(DownloadId, Reply<()>),
    Cancel(DownloadId, Reply<()>),
    Move {
        id: DownloadId,
        before: Option<DownloadId>,
        done: Reply<()>,
    },
    /// Say whether one of these files is still needed.
    Needs(HashSet<PathBuf>, Reply<bool>),
    /// Take these away as far as no download owns them.
    Sweep(Vec<Partial>, Reply<()>),
    /// Write nothing until [`Order::Release`].
    Hold(Reply<()>),
    Release(Option<Relocation>, Reply<()>),
    ShutDown(Reply<()>),
}
