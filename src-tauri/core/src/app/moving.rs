//! Moving the models' folder, with everything that uses it.

use hearth_library::{MoveError, Moved, Remains};
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use crate::{
    error::{AppError, chain},
    library::{Relocation, Task, of_move},
    model::ModelChoice,
    view::FolderMove,
};

impl App {
    /// Goes on with a move that an earlier run has begun.
    pub(super) async fn go_on_moving(&self) -> Result<(), AppError> {
        let Some(unfinished) = self.inner.shelf.unfinished_move().await? else { return Ok(()) };
        // What an earlier run has deleted is noted by its old place, and must not be carried away from there.
        self.tell(self.inner.shelf.bin().await).ok();
        let permit = self.inner.moves.begin()?;
        self.carry_out(Task::GoOn(unfinished), permit).await;
        Ok(())
    }

    /// Moves, with the downloads held; how it goes is told as [`FolderMove`].
    pub(super) async fn carry_out(&self, task: Task, permit: OwnedSemaphorePermit) {
        let (told, to) = (&self.inner.moves, task.to().to_owned());
        told.tell(task.beginning());
        let carried_out = async {
            self.inner.downloads.hold().await?;
            self.free_files().await;
            told.carry_out(task).await
        };
        let (state, relocation) = match carried_out.await {
            Ok(Ok(moved)) => self.settle(moved).await,
            Ok(Err(MoveError::Stopped)) => (FolderMove::Idle, None),
            Ok(Err(error)) => (FolderMove::Failed { error: of_move(&error, &to) }, None),
            Err(error) => (FolderMove::Failed { error }, None),
        };
        if let FolderMove::Failed { error } = &state {
            tracing::warn!(code = ?error.code, cause = error.message, "the models' folder could not be moved");
        }
        if let Some(relocation) = &relocation {
            self.follow(relocation).await;
        }
        if let Err(error) = self.inner.downloads.release(relocation).await {
            tracing::warn!(cause = error.message, "the downloads do not go on");
        }
        if let Err(error) = self.inner.shelf.scan().await {
            tracing::warn!(cause = error.message, "the models could not be looked up");
        }
        self.inner.shelf.tell_change();
        drop(permit);
        told.tell(state);
    }

    /// The models are at the new place. From here on nothing goes back, whatever else goes wrong.
    async fn settle(&self, moved: Moved) -> (FolderMove, Option<Relocation>) {
        let relocation = Relocation { names: moved.names.clone(), to: moved.to.clone() };
        let left_behind = match &moved.remains {
            Remains::Nothing => None,
            Remains::Needless { folder, why } => {
                tracing::warn!(cause = chain(why), "the old folder is still there");
                Some(folder.display().to_string())
            }
            Remains::Unsure(error) => {
                tracing::warn!(cause = chain(error), "the old folder stays until the next start");
                None
            }
        };
        match self.inner.shelf.remember_move(&relocation).await {
            Ok(()) => {
                if let Err(error) = moved.remembered() {
                    tracing::warn!(cause = chain(&error), "the journal of a move could not be ended");
                }
            }
            // The models are there all the same. The journal stays, so the next start remembers it.
            Err(error) => tracing::warn!(code = ?error.code, cause = error.message, "a move is not remembered yet"),
        }
        (FolderMove::Moved { folder: relocation.to.display().to_string(), left_behind }, Some(relocation))
    }

    /// Windows moves no file that is in use.
    async fn free_files(&self) {
        if cfg!(windows) && self.inner.engine.chosen().is_some_and(|choice| choice != ModelChoice::Starter) {
            self.end_answers(crate::answer::Stop::Person).await;
            self.inner.engine.load(ModelChoice::Starter).await;
        }
    }

    /// Whoever used a model at its old place uses it at the new one.
    async fn follow(&self, relocation: &Relocation) {
        let moved = |choice: &ModelChoice| match choice {
            ModelChoice::File(path) => relocation.of(path).map(ModelChoice::File),
            ModelChoice::Starter => None,
        };
        let default = ModelChoice::with_id(&self.inner.default_model().await.id, self.starter());
        if let Some(choice) = moved(&default) {
            self.inner.default_model.send_replace(Some(choice.named(self.starter())));
        }
        let chosen = self.inner.engine.chosen().as_ref().and_then(moved);
        if let Some(choice) = chosen {
            self.end_answers(crate::answer::Stop::Person).await;
            drop(self.inner.engine.load(choice));
        }
    }
}
