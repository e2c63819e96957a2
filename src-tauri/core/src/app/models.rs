//! Models on their way here, and those that have arrived.

use std::path::PathBuf;

use tokio::sync::watch;

use super::App;
use crate::{
    error::{AppError, ErrorCode},
    library::{blocking, real_files},
    view::{
        Download, DownloadId, DownloadRequest, FolderMove, FolderPlan, Library, LocalModelId, RemovalId, RemovalPlan,
        RemovedModel,
    },
};

impl App {
    /// All downloads, in the order in which they come, now and later.
    pub fn downloads(&self) -> watch::Receiver<Vec<Download>> {
        self.inner.downloads.list()
    }

    /// How moving the models' folder is getting on, now and later.
    pub fn folder_moves(&self) -> watch::Receiver<FolderMove> {
        self.inner.moves.states()
    }

    /// Changes whenever models came or went.
    pub fn library_changes(&self) -> watch::Receiver<u64> {
        self.inner.shelf.changes()
    }

    /// Begins a download, or queues it. Refused before anything is fetched if there is no room for it. One of a
    /// repository that has not let the person in is in the list as failed, and goes on by itself once it has.
    pub async fn start_download(&self, request: DownloadRequest) -> Result<Download, AppError> {
        self.tell(self.inner.downloads.start_one(request).await)
    }

    /// Stops a download; what is there is kept.
    pub async fn pause_download(&self, id: DownloadId) -> Result<(), AppError> {
        self.tell(self.inner.downloads.pause(id).await)
    }

    /// Goes on with a paused or failed download. Refused if there is no room for it.
    pub async fn resume_download(&self, id: DownloadId) -> Result<(), AppError> {
        self.tell(self.inner.downloads.resume(id).await)
    }

    /// Gives a download up and takes away what is there of it. One that is done only leaves the list.
    pub async fn cancel_download(&self, id: DownloadId) -> Result<(), AppError> {
        self.tell(self.inner.downloads.cancel(id).await)
    }

    /// Puts a download before another one, or at the end.
    pub async fn move_download(&self, id: DownloadId, before: Option<DownloadId>) -> Result<(), AppError> {
        self.tell(self.inner.downloads.move_before(id, before).await)
    }

    /// What is on this computer, looked up anew.
    pub async fn library(&self) -> Result<Library, AppError> {
        let looked_up = async {
            let fits = self.inner.fits().await?;
            self.inner.shelf.library(|model| fits.of_file(model)).await
        };
        self.tell(looked_up.await)
    }

    /// What deleting a model would do.
    pub async fn plan_removal(&self, model: LocalModelId) -> Result<RemovalPlan, AppError> {
        let planned = async {
            let found = self.inner.shelf.find_anew(&model).await?;
            self.inner.shelf.plan_removal(found).await
        };
        self.tell(planned.await)
    }

    /// Deletes a model. Can be undone until the app closes.
    pub async fn remove_model(&self, model: LocalModelId) -> Result<RemovedModel, AppError> {
        let removed = async {
            let _no_move = self.inner.moves.begin()?;
            let found = self.inner.shelf.find_anew(&model).await?;
            if found.is_starter(self.starter()) {
                return Err(AppError::new(ErrorCode::InUse, "the model that came with the app stays"));
            }
            let files = blocking({
                let found = found.clone();
                move || real_files(&found)
            });
            if self.inner.downloads.need(files.await?).await? {
                return Err(AppError::new(ErrorCode::InUse, "a download needs its files").about(found.path()));
            }
            self.let_go(&found).await;
            self.inner.shelf.remove(found).await
        };
        self.tell(removed.await)
    }

    /// Brings a deleted model back.
    pub async fn undo_removal(&self, id: RemovalId) -> Result<(), AppError> {
        let undone = async {
            let _no_move = self.inner.moves.begin()?;
            self.inner.shelf.undo_removal(id).await
        };
        self.tell(undone.await)
    }

    /// Frees what deleted models still take, for other programs; then they cannot be brought back.
    pub async fn free_removed(&self) -> Result<(), AppError> {
        let freed = async {
            let _no_move = self.inner.moves.begin()?;
            self.inner.shelf.empty_bin().await
        };
        self.tell(freed.await)
    }

    /// Where a model that was found has its first file.
    pub async fn local_model_path(&self, model: LocalModelId) -> Result<PathBuf, AppError> {
        self.tell(self.inner.shelf.find(&model).await.map(|found| found.path().to_owned()))
    }

    /// Checks whether the models can be moved to a folder, and remembers it for [`App::move_models_folder`].
    pub async fn plan_folder_move(&self, folder: PathBuf) -> Result<FolderPlan, AppError> {
        let planned = async {
            let (to, plan) = self.inner.shelf.plan_move(folder).await?;
            self.inner.moves.set_planned(to);
            Ok(plan)
        };
        self.tell(planned.await)
    }

    /// Moves the models to the folder that was planned last. Resolves when it has begun. What was deleted cannot be
    /// brought back then.
    pub async fn move_models_folder(&self) -> Result<(), AppError> {
        let begun = async {
            let permit = self.inner.moves.begin()?;
            let to = self.inner.moves.planned().ok_or_else(|| AppError::not_found("the new folder"))?;
            // It is noted by its old place, and would only be carried along.
            self.inner.shelf.empty_bin().await?;
            let task = self.inner.shelf.check_move(to).await?;
            let app = self.clone();
            tokio::spawn(async move { app.carry_out(task, permit).await });
            Ok(())
        };
        self.tell(begun.await)
    }

    /// Stops moving; everything stays where it was.
    pub fn stop_folder_move(&self) {
        self.inner.moves.stop();
    }
}
