//! Which model answers, where, and what happens when that changes.

use std::{path::PathBuf, sync::PoisonError};

use futures::FutureExt;
use tokio::sync::watch;

use super::App;
use crate::{
    answer::Stop,
    error::{AppError, ErrorCode},
    library::Found,
    model::{self, ModelChoice},
    store::{
        conversations,
        messages::{self, Place},
    },
    view::{ConversationId, LocalModelId, LocalModelState, MessageId, ModelForConversation, NamedModel},
};

/// The model of conversations for which none was chosen. Absent until it is known.
pub(super) type DefaultModel = watch::Sender<Option<NamedModel>>;

impl App {
    /// Who answers where no model was chosen, now and later. Absent until it is known.
    pub fn default_models(&self) -> watch::Receiver<Option<NamedModel>> {
        self.inner.default_model.subscribe()
    }

    /// Takes a file that the person has opened: from now on its model can be used. Fails if the safe check refuses it.
    pub async fn open_model(&self, path: PathBuf) -> Result<NamedModel, AppError> {
        let opened = async {
            if path.to_str().is_none() {
                return Err(AppError::new(ErrorCode::ModelMissing, "the path is not Unicode").about(&path));
            }
            model::check(&path).await?;
            let named = model::named(&path);
            self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner).insert(named.id.clone());
            if let Err(error) = self.inner.shelf.add(&path).await {
                // It can be used all the same; only the list of models will lack it after the next start.
                tracing::warn!(code = ?error.code, cause = error.message, "an opened file is not remembered");
            }
            Ok(named)
        };
        self.tell(opened.await)
    }

    /// Tries the chosen model once more; also starts the engine again if that was given up.
    pub async fn reload_model(&self) -> Result<(), AppError> {
        self.end_answers(Stop::Person).await;
        self.inner.engine.reload();
        Ok(())
    }

    /// Uses a model from now on, in one conversation or for new ones. Only one that [`App::library`] has found or that
    /// was opened. Resolves as soon as the loading has begun; how that goes is told as the engine's state.
    ///
    /// The answer that is being written in that conversation is stopped. One that is written elsewhere is not: then the
    /// model is loaded with the next message to it.
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
            if !self.is_in_use(&wanted) && !self.inner.slot.is_busy_outside(Some(conversation)) {
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
        Ok(ModelChoice::with_id(&self.inner.default_model().await.id, self.starter()))
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

    /// Leaves a model alone, so that its file can go: whoever used it uses the starter model.
    pub(super) async fn let_go(&self, found: &Found) {
        let is_it = |choice: &ModelChoice| found.is_at(choice.path(self.starter()));
        if is_it(&ModelChoice::with_id(&self.inner.default_model().await.id, self.starter())) {
            self.inner.default_model.send_replace(Some(ModelChoice::Starter.named(self.starter())));
            // A failure is logged by `tell`; the next start finds the model gone and says so.
            self.tell(model::remember(&self.inner.opening, &ModelChoice::Starter).await).ok();
        }
        if self.inner.engine.chosen().as_ref().is_some_and(is_it) {
            self.end_answers(Stop::Person).await;
            // Until it is unloaded, some systems let nobody take its file away.
            self.inner.engine.load(ModelChoice::Starter).await;
        }
    }

    /// The model for all conversations without one of their own. Remembered once it is ready: one that brings the engine
    /// down is not the first thing that the next start loads.
    async fn switch_default_to(&self, choice: ModelChoice) {
        let named = choice.named(self.starter());
        self.inner.default_model.send_replace(Some(named.clone()));
        let is_ready = if self.inner.slot.is_busy_outside(None) {
            let ready = self.inner.engine.ready(choice.clone());
            async move { ready.await.is_ok() }.boxed()
        } else {
            // One may just be beginning; the engine does one thing at a time.
            self.end_answers(Stop::Person).await;
            self.inner.engine.load(choice.clone()).boxed()
        };
        let (opening, default) = (self.inner.opening.clone(), self.default_models());
        tokio::spawn(async move {
            if is_ready.await
                && default.borrow().as_ref() == Some(&named)
                && let Err(error) = model::remember(&opening, &choice).await
            {
                tracing::warn!(code = ?error.code, cause = error.message, "the model answers, but is not remembered");
            }
        });
    }

    /// A model that the library has found and that can be used.
    async fn known_choice(&self, id: &LocalModelId) -> Result<ModelChoice, AppError> {
        let starter = self.starter();
        let is_opened = self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner).contains(id);
        let known = ModelChoice::with_id(id, starter);
        if is_opened || known == ModelChoice::Starter {
            // What it was when it was opened may have changed.
            model::check(known.path(starter)).await?;
            return Ok(known);
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

    /// Whether it is loaded or being loaded.
    fn is_in_use(&self, choice: &ModelChoice) -> bool {
        self.inner.engine.chosen().as_ref() == Some(choice) && self.inner.engine.require_hope(choice).is_ok()
    }
}
