//! Models on their way here, and those that have arrived.

use std::path::PathBuf;

use tokio::sync::watch;

use super::App;
use crate::{
    error::AppError,
    view::{
        Download, DownloadId, DownloadRequest, FolderMove, FolderPlan, Library, LocalModelId, ModelForConversation,
        RemovalId, RemovalPlan, RemovedModel,
    },
};

impl App {
    /// All downloads, in the order in which they come, now and later.
    pub fn downloads(&self) -> watch::Receiver<Vec<Download>> {
        unimplemented!()
    }

    /// How moving the models' folder is getting on, now and later.
    pub fn folder_moves(&self) -> watch::Receiver<FolderMove> {
        unimplemented!()
    }

    /// Changes whenever models came or went.
    pub fn library_changes(&self) -> watch::Receiver<u64> {
        unimplemented!()
    }

    /// Begins a download, or queues it. Refused before anything is fetched if there is no room for it.
    pub async fn start_download(&self, request: DownloadRequest) -> Result<Download, AppError> {
        let _ = request;
        unimplemented!()
    }

    /// Stops a download; what is there is kept.
    pub async fn pause_download(&self, id: DownloadId) -> Result<(), AppError> {
        let _ = id;
        unimplemented!()
    }

    /// Goes on with a paused or failed download.
    pub async fn resume_download(&self, id: DownloadId) -> Result<(), AppError> {
        let _ = id;
        unimplemented!()
    }

    /// Gives a download up and takes away what is there of it. One that is done only leaves the list.
    pub async fn cancel_download(&self, id: DownloadId) -> Result<(), AppError> {
        let _ = id;
        unimplemented!()
    }

    /// Puts a download before another one, or at the end.
    pub async fn move_download(&self, id: DownloadId, before: Option<DownloadId>) -> Result<(), AppError> {
        let _ = (id, before);
        unimplemented!()
    }

    /// What is on this computer, looked up anew.
    pub async fn library(&self) -> Result<Library, AppError> {
        unimplemented!()
    }

    /// What deleting a model would do.
    pub async fn plan_removal(&self, model: LocalModelId) -> Result<RemovalPlan, AppError> {
        let _ = model;
        unimplemented!()
    }

    /// Deletes a model. Can be undone until the app closes.
    pub async fn remove_model(&self, model: LocalModelId) -> Result<RemovedModel, AppError> {
        let _ = model;
        unimplemented!()
    }

    /// Brings a deleted model back.
    pub async fn undo_removal(&self, id: RemovalId) -> Result<(), AppError> {
        let _ = id;
        unimplemented!()
    }

    /// Frees what deleted models still take, for other programs; then they cannot be brought back.
    pub async fn free_removed(&self) -> Result<(), AppError> {
        unimplemented!()
    }

    /// Uses a model from now on, in one conversation or for new ones. Only one that [`App::library`] has found.
    pub async fn use_model(&self, choice: ModelForConversation) -> Result<(), AppError> {
        let _ = choice;
        unimplemented!()
    }

    /// Where a model that was found has its first file.
    pub async fn local_model_path(&self, model: LocalModelId) -> Result<PathBuf, AppError> {
        let _ = model;
        unimplemented!()
    }

    /// Checks whether the models can be moved to a folder, and remembers it for [`App::move_models_folder`].
    pub async fn plan_folder_move(&self, folder: PathBuf) -> Result<FolderPlan, AppError> {
        let _ = folder;
        unimplemented!()
    }

    /// Moves the models to the folder that was planned last. Resolves when it has begun.
    pub async fn move_models_folder(&self) -> Result<(), AppError> {
        unimplemented!()
    }

    /// Stops moving; everything stays where it was.
    pub fn stop_folder_move(&self) {
        unimplemented!()
    }
}
