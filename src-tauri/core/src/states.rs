//! The model's memory of conversations on disk: the engine writes and reads it, the app decides where it lies and when
//! it goes. Losing it costs time, never a message.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;

use crate::{
    error::chain,
    store::{Store, conversations},
    view::ConversationId,
};

/// Where it lies in the app's folder: [`hearth_ipc::StateCache::folder`].
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join("cache").join("conversations")
}

/// The name of one conversation's folder in it: [`hearth_ipc::GenerateRequest::conversation`].
pub(crate) fn conversation_name(id: ConversationId) -> String {
    id.0.to_string()
}

/// Removes what is kept of one conversation. A failure is logged: nobody can do anything about it, and what is left is
/// the least recently used of its folder from then on.
pub(crate) async fn forget(home: &Path, id: ConversationId) {
    remove(folder(home).join(conversation_name(id))).await;
}

/// Removes what is kept of conversations that are gone for good, also if the app was killed when they went. A failure is
/// logged.
pub(crate) async fn forget_gone(home: &Path, store: &Store) {
    // Looked up first: one that is begun meanwhile is in the history before anything else is known of it.
    let named = named(folder(home)).await;
    let known = async { conversations::kept(&mut *store.reader().await?).await };
    match known.await {
        Ok(known) => {
            for id in named.difference(&known) {
                forget(home, *id).await;
            }
        }
        Err(error) => tracing::warn!(cause = chain(&error), "what is kept of conversations that are gone stays"),
    }
}

/// Removes what is kept of all conversations. A failure is logged.
pub(crate) async fn forget_all(home: &Path) {
    remove(folder(home)).await;
}

/// The conversations of which something is kept. What has another name is not of this app's making.
async fn named(folder: PathBuf) -> HashSet<ConversationId> {
    let read = move || {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| Some(ConversationId(entry.file_name().to_str()?.parse().ok()?))).collect()
    };
    spawn_blocking(read).await.unwrap_or_default()
}

async fn remove(folder: PathBuf) {
    let removed = spawn_blocking(move || (fs::remove_dir_all(&folder), folder)).await;
    match removed {
        Ok((Ok(()), _)) => {}
        Ok((Err(error), _)) if error.kind() == io::ErrorKind::NotFound => {}
        Ok((Err(error), folder)) => {
            tracing::warn!(%error, folder = %folder.display(), "the model's memory of conversations cannot be removed");
        }
        Err(error) => tracing::warn!(%error, "removing the model's memory of conversations gave up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_with(conversations: &[u32]) -> tempfile::TempDir {
        let home = tempfile::TempDir::new().expect("a folder");
        for id in conversations {
            let folder = folder(home.path()).join(conversation_name(ConversationId(*id)));
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("state"), b"keys and values").expect("a file");
        }
        home
    }

    fn left(home: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder(home)).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn what_is_kept_of_one_conversation_goes_and_the_others_stay() {
        let home = home_with(&[1, 12]);
        forget(home.path(), ConversationId(1)).await;
        assert_eq!(left(home.path()), ["12"]);
        forget(home.path(), ConversationId(1)).await;
        assert_eq!(left(home.path()), ["12"], "one of which nothing is kept is no trouble");
    }

    #[tokio::test]
    async fn all_of_it_goes_and_nothing_else_in_the_home() {
        let home = home_with(&[1, 12]);
        fs::write(home.path().join("hearth.db"), b"history").expect("a file");
        forget_all(home.path()).await;
        assert!(!folder(home.path()).exists());
        assert!(home.path().join("hearth.db").exists());
    }
}
