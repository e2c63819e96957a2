//! Which model answers, where, and what happens when that changes.

use std::path::PathBuf;

use tokio::sync::watch;

use super::App;
use crate::{
    answer::Stop,
    engine,
    error::{AppError, ErrorCode},
    library::Found,
    model::{self, ModelChoice},
    store::{
        conversations,
        messages::{self, Place},
    },
    view::{ConversationId, LocalModelId, LocalModelState, MessageId, ModelForConversation},
};

/// The model of conversations for which none was chosen. Absent until it is known.
pub(super) type DefaultModel = watch::Sender<Option<ModelChoice>>;

impl App {
    /// Uses the model in this file. Fails, and changes nothing, if the safe check refuses the file. Otherwise resolves
    /// as soon as the loading has begun; how that goes is told as the engine's state. Remembered once it is ready.
    pub async fn load_model(&self, path: PathBuf) -> Result<(), AppError> {
        let loaded = async {
            if path.to_str().is_none() {
                return Err(AppError::new(ErrorCode::ModelMissing, "the path is not Unicode").about(&path));
            }
            model::check(&path).await?;
            let choice = ModelChoice::of(path.clone(), self.starter());
            if choice != ModelChoice::Starter
                && let Err(error) = self.inner.shelf.add(&path).await
            {
                // It can be used all the same; only the list of models will lack it.
                tracing::warn!(code = ?error.code, cause = error.message, "an opened file is not remembered");
            }
            self.switch_default_to(choice).await;
            Ok(())
        };
        self.tell(loaded.await)
    }

    /// Uses the model that comes with the app.
    pub async fn use_starter_model(&self) -> Result<(), AppError> {
        self.switch_default_to(ModelChoice::Starter).await;
        Ok(())
    }

    /// Tries the chosen model once more; also starts the engine again if that was given up.
    pub async fn reload_model(&self) -> Result<(), AppError> {
        self.end_answers(Stop::Person).await;
        self.inner.engine.reload();
        Ok(())
    }

    /// Uses a model from now on, in one conversation or for new ones. Only one that [`App::library`] has found.
    pub async fn use_model(&self, choice: ModelForConversation) -> Result<(), AppError> {
        let used = async {
            let wanted = self.known_choice(&choice.model).await?;
            let Some(conversation) = choice.conversation else {
                self.switch_default_to(wanted).await;
                return Ok(());
            };
            let path = wanted.path(self.starter());
            let mut writer = self.store().await?.writer().await?;
            if !conversations::set_model(&mut writer, conversation, path).await? {
                return Err(AppError::not_found("the conversation"));
            }
            drop(writer);
            if !self.is_in_use(&wanted) {
                self.end_answers(Stop::Person).await;
                drop(self.inner.engine.load(wanted));
            }
            Ok(())
        };
        self.tell(used.await)
    }

    /// Who answers in this conversation, or in a new one.
    pub(super) async fn choice_for(&self, conversation: Option<ConversationId>) -> Result<ModelChoice, AppError> {
        if let Some(id) = conversation {
            let path = conversations::model(&mut *self.store().await?.reader().await?, id).await?;
            if let Some(path) = path {
                return Ok(ModelChoice::of(path, self.starter()));
            }
        }
        let mut default = self.inner.default_model.subscribe();
        let known = default.wait_for(Option::is_some).await.map(|choice| choice.clone());
        Ok(known.ok().flatten().unwrap_or(ModelChoice::Starter))
    }

    /// Who answers in the conversation of this message.
    pub(super) async fn choice_around(&self, message: MessageId) -> Result<ModelChoice, AppError> {
        let place = messages::place(&mut *self.store().await?.reader().await?, message).await?;
        self.choice_for(place.map(|Place { conversation, .. }| conversation)).await
    }

    /// Has the engine load this model if it has another. Refuses if it cannot be had.
    pub(super) async fn summon(&self, wanted: &ModelChoice) -> Result<(), AppError> {
        if self.inner.engine.chosen().as_ref() == Some(wanted) {
            return self.inner.engine.require_hope(wanted);
        }
        model::check(wanted.path(self.starter())).await?;
        tracing::info!("the model of another conversation is loaded");
        drop(self.inner.engine.load(wanted.clone()));
        Ok(())
    }

    /// What a model is called, before it is loaded.
    pub(super) fn name_of(&self, choice: &ModelChoice) -> String {
        engine::name_of(choice, self.starter())
    }

    /// Leaves a model alone, so that its file can go: whoever used it uses the starter model.
    pub(super) async fn let_go(&self, found: &Found) {
        let is_it = |choice: &ModelChoice| found.is_at(choice.path(self.starter()));
        if self.inner.default_model.borrow().as_ref().is_some_and(is_it) {
            self.inner.default_model.send_replace(Some(ModelChoice::Starter));
            // A failure is logged by `tell`; the next start finds the model gone and says so.
            self.tell(self.inner.remember(&ModelChoice::Starter).await).ok();
        }
        if self.inner.engine.chosen().as_ref().is_some_and(is_it) {
            self.end_answers(Stop::Person).await;
            // Until it is unloaded, some systems let nobody take its file away.
            self.inner.engine.load(ModelChoice::Starter).await;
        }
    }

    /// The model for all conversations without one of their own. Remembered once it is ready.
    pub(super) async fn switch_default_to(&self, choice: ModelChoice) {
        // The engine does one thing at a time.
        self.end_answers(Stop::Person).await;
        self.inner.default_model.send_replace(Some(choice.clone()));
        let is_ready = self.inner.engine.load(choice.clone());
        let app = self.clone();
        tokio::spawn(async move {
            if is_ready.await {
                // A failure is logged by `tell`; the model answers all the same.
                app.tell(app.inner.remember(&choice).await).ok();
            }
        });
    }

    /// A model that the library has found and that can be used.
    async fn known_choice(&self, id: &LocalModelId) -> Result<ModelChoice, AppError> {
        let starter = self.starter();
        if id.0 == starter.display().to_string() {
            return Ok(ModelChoice::Starter);
        }
        let found = self.inner.shelf.find(id).await?;
        if found.path().to_str().is_none() {
            return Err(AppError::new(ErrorCode::ModelMissing, "the path is not Unicode").about(found.path()));
        }
        if found.is_starter(starter) {
            return Ok(ModelChoice::Starter);
        }
        // What it was when the page was told may have changed.
        match found.state() {
            LocalModelState::Ready => model::check(found.path()).await?,
            LocalModelState::Damaged { cause, .. } => {
                return Err(AppError::new(ErrorCode::ModelDamaged, cause).about(found.path()));
            }
            LocalModelState::Foreign { cause, .. } => {
                return Err(AppError::new(ErrorCode::ModelUnsupported, cause).about(found.path()));
            }
        }
        Ok(ModelChoice::File(found.path().to_owned()))
    }

    fn is_in_use(&self, choice: &ModelChoice) -> bool {
        self.inner.engine.chosen().as_ref() == Some(choice) && self.inner.engine.require_hope(choice).is_ok()
    }
}
