//! The whole application behind one handle.

mod discover;
mod models;

use std::{path::PathBuf, sync::Arc, time::Duration};

use hearth_ipc::EngineLauncher;
use tokio::{
    sync::{OnceCell, watch},
    time::timeout,
};

use crate::{
    MESSAGE_LIMIT_CHARACTERS,
    answer::{self, AnswerStream, Desk, Seat, Slot, Stop},
    chats,
    clock::Clock,
    computer::Hardware,
    discover::Searches,
    engine::Engine,
    error::{AppError, ErrorCode},
    hub_access::{HubAccess, HubConfig},
    model::{self, ModelChoice, StarterModel},
    secrets::SecretStore,
    settings,
    store::{Store, StoreError, conversations, drafts},
    turn::{self, Turn},
    view::{About, Bootstrap, Conversation, ConversationId, ConversationSummary, EngineState, MessageId, Settings},
};

/// Saving takes a moment at most. Whoever closes the app does not want to wait for a disk that hangs.
const SAVE_LIMIT: Duration = Duration::from_secs(1);

/// What differs between the real world and a test.
#[derive(Clone)]
pub struct Config {
    /// The folder for everything the app writes. Made if it is not there.
    pub home: PathBuf,
    /// How to start an engine.
    pub engine: Arc<dyn EngineLauncher>,
    /// The model that comes with the app.
    pub starter_model: StarterModel,
    /// A model to be used instead of the chosen one, until another is chosen.
    pub model_override: Option<PathBuf>,
    /// Version of the app.
    pub version: String,
    /// How the Hub is reached, as far as settings do not say otherwise.
    pub hub: HubConfig,
    /// Where programs keep models.
    pub model_folders: hearth_library::Roots,
    /// Where secrets are kept.
    pub secrets: Arc<dyn SecretStore>,
    /// What computer this is.
    pub hardware: Arc<dyn Hardware>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// The application. Clones are handles on the same one; when the last is dropped, the engine ends.
///
/// Its methods fail with an [`AppError`] whose code the page acts on.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    store: Arc<OnceCell<Store>>,
    engine: Engine,
    hub: HubAccess,
    searches: Searches,
    slot: Slot,
}

impl App {
    /// Starts the engine and loads the chosen model in the background. Must be called inside a tokio runtime that
    /// lives as long as the app (see [`EngineLauncher::launch`]).
    pub fn new(config: Config) -> Self {
        let store = Arc::new(OnceCell::new());
        let choice = initial_choice(config.clone(), Arc::clone(&store));
        let engine = Engine::start(Arc::clone(&config.engine), config.starter_model.clone(), choice);
        let hub = HubAccess::new(config.clone(), Arc::clone(&store));
        Self { inner: Arc::new(Inner { config, store, engine, hub, searches: Searches::new(), slot: Slot::new() }) }
    }

    /// All that the page needs for its first picture. Opens the database, also if that failed before.
    pub async fn bootstrap(&self) -> Result<Bootstrap, AppError> {
        self.tell(self.inner.bootstrap().await)
    }

    /// The engine's state, now and later.
    pub fn engine_states(&self) -> watch::Receiver<EngineState> {
        self.inner.engine.states()
    }

    /// A conversation from its first message to its active leaf.
    pub async fn open_conversation(&self, id: ConversationId) -> Result<Conversation, AppError> {
        self.tell(async { chats::open(self.store().await?, id).await }.await)
    }

    /// Gives a conversation a name that the app will not change again. One without letters changes nothing.
    pub async fn rename_conversation(
        &self,
        id: ConversationId,
        title: String,
    ) -> Result<ConversationSummary, AppError> {
        self.tell(async { chats::rename(self.store().await?, id, &title).await }.await)
    }

    /// Takes a conversation out of the list, and stops the answer that is being written in it.
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<(), AppError> {
        self.inner.slot.stop_in(id);
        self.tell(async { chats::delete(self.store().await?, id, self.now()).await }.await)
    }

    /// Brings a deleted conversation back. After 30 days it is gone.
    pub async fn restore_conversation(&self, id: ConversationId) -> Result<ConversationSummary, AppError> {
        self.tell(async { chats::restore(self.store().await?, id).await }.await)
    }

    /// Keeps what is typed but not sent; `None` stands for the chat not yet begun.
    pub async fn save_draft(&self, id: Option<ConversationId>, text: String) -> Result<(), AppError> {
        self.tell(async { chats::save_draft(self.store().await?, id, &text).await }.await)
    }

    /// Shows the branch that `message` is on, down to its newest leaf.
    pub async fn switch_branch(&self, message: MessageId) -> Result<Conversation, AppError> {
        self.tell(async { chats::switch_branch(self.store().await?, message).await }.await)
    }

    /// Keeps what the person has chosen.
    pub async fn update_settings(&self, settings: Settings) -> Result<(), AppError> {
        self.tell(self.inner.update_settings(settings).await)
    }

    /// Stores the question as a child of `parent` and has it answered. Resolves once both are stored. While the model
    /// is still loading, the answer waits for it; if there is no hope of a model, the question is refused unstored.
    pub async fn send(
        &self,
        conversation: Option<ConversationId>,
        parent: Option<MessageId>,
        text: String,
    ) -> Result<AnswerStream, AppError> {
        let sent = async {
            check_length(&text)?;
            let (seat, store) = self.begin().await?;
            let model = self.inner.engine.model_name();
            let turn = turn::send(store, conversation, parent, &text, &model, self.now()).await?;
            Ok(self.answer(store, turn, seat))
        };
        self.tell(sent.await)
    }

    /// Has the same question answered once more, as a sibling of `answer`.
    pub async fn try_again(&self, answer: MessageId) -> Result<AnswerStream, AppError> {
        let tried = async {
            let (seat, store) = self.begin().await?;
            let turn = turn::try_again(store, answer, &self.inner.engine.model_name(), self.now()).await?;
            Ok(self.answer(store, turn, seat))
        };
        self.tell(tried.await)
    }

    /// Goes on writing an answer that was cut, stopped or interrupted.
    pub async fn continue_answer(&self, answer: MessageId) -> Result<AnswerStream, AppError> {
        let continued = async {
            let (seat, store) = self.begin().await?;
            let turn = turn::continue_answer(store, answer, self.now()).await?;
            Ok(self.answer(store, turn, seat))
        };
        self.tell(continued.await)
    }

    /// Stops an answer; what was written of it stays. Does nothing if it has already ended.
    pub fn stop(&self, answer: MessageId) {
        self.inner.slot.stop(answer);
    }

    /// Stops whatever is being written.
    pub fn stop_all(&self) {
        self.inner.slot.stop_all(Stop::Person);
    }

    /// Uses the model in this file. Fails, and changes nothing, if the safe check refuses the file. Otherwise resolves
    /// as soon as the loading has begun; how that goes is told as the engine's state. Remembered once it is ready.
    pub async fn load_model(&self, path: PathBuf) -> Result<(), AppError> {
        let loaded = async {
            if path.to_str().is_none() {
                return Err(AppError::new(ErrorCode::ModelMissing, "the path is not Unicode").about(&path));
            }
            model::check(&path).await?;
            let choice = if path == self.inner.config.starter_model.path {
                ModelChoice::Starter
            } else {
                ModelChoice::File(path)
            };
            self.switch_to(choice).await;
            Ok(())
        };
        self.tell(loaded.await)
    }

    /// Uses the model that comes with the app.
    pub async fn use_starter_model(&self) -> Result<(), AppError> {
        self.switch_to(ModelChoice::Starter).await;
        Ok(())
    }

    /// Tries the chosen model once more; also starts the engine again if that was given up.
    pub async fn reload_model(&self) -> Result<(), AppError> {
        self.end_answers(Stop::Person).await;
        self.inner.engine.reload();
        Ok(())
    }

    /// Ends answers in order, saves, ends the engine and closes the database. Takes under three seconds.
    pub async fn shutdown(&self) {
        self.end_answers(Stop::App).await;
        self.inner.engine.shut_down().await;
        if let Some(store) = self.inner.store.get()
            && timeout(SAVE_LIMIT, store.close()).await.is_err()
        {
            tracing::warn!("the database was not closed in time");
        }
    }

    /// Makes sure that an answer can be written at all, before anything is stored.
    async fn begin(&self) -> Result<(Seat, &Store), AppError> {
        let seat = self.inner.slot.take()?;
        self.inner.engine.require_hope()?;
        Ok((seat, self.store().await?))
    }

    fn answer(&self, store: &Store, turn: Turn, seat: Seat) -> AnswerStream {
        seat.seat(turn.conversation.summary.id, turn.answer);
        let desk = Desk {
            store: store.clone(),
            engine: self.inner.engine.clone(),
            clock: Arc::clone(&self.inner.config.clock),
        };
        answer::write(desk, turn, seat)
    }

    async fn switch_to(&self, choice: ModelChoice) {
        // The engine does one thing at a time.
        self.end_answers(Stop::Person).await;
        let app = self.clone();
        tokio::spawn(async move {
            if app.inner.engine.load(choice.clone()).await {
                // A failure is logged by `tell`; the model answers all the same.
                app.tell(app.inner.remember(&choice).await).ok();
            }
        });
    }

    async fn end_answers(&self, stop: Stop) {
        self.inner.slot.stop_all(stop);
        if timeout(SAVE_LIMIT, self.inner.slot.is_free()).await.is_err() {
            tracing::warn!("an answer did not end in time");
        }
    }

    async fn store(&self) -> Result<&Store, AppError> {
        self.inner.store().await
    }

    fn now(&self) -> u32 {
        self.inner.config.clock.now()
    }

    /// Completes and logs what went wrong. The message holds causes, never what a person wrote.
    fn tell<T>(&self, result: Result<T, AppError>) -> Result<T, AppError> {
        result.map_err(|error| {
            let error = error.in_folder(&self.inner.config.home);
            tracing::warn!(code = ?error.code, details = ?error.details, "{}", error.message);
            error
        })
    }
}

impl Inner {
    async fn store(&self) -> Result<&Store, AppError> {
        open(&self.store, &self.config).await
    }

    async fn bootstrap(&self) -> Result<Bootstrap, AppError> {
        let mut reader = self.store().await?.reading().await?;
        Ok(Bootstrap {
            conversations: conversations::all(&mut reader).await?,
            new_chat_draft: drafts::get(&mut reader, None).await?,
            settings: settings::load(&mut reader).await?,
            engine: self.engine.states().borrow().clone(),
            about: About { version: self.config.version.clone(), data_folder: self.config.home.display().to_string() },
            message_limit_characters: MESSAGE_LIMIT_CHARACTERS,
            downloads: Vec::new(),
            folder_move: crate::view::FolderMove::Idle,
        })
    }

    async fn update_settings(&self, chosen: Settings) -> Result<(), AppError> {
        let mut change = self.store().await?.change().await?;
        settings::save(&mut change, chosen).await?;
        Ok(change.commit().await.map_err(StoreError::from)?)
    }

    async fn remember(&self, choice: &ModelChoice) -> Result<(), AppError> {
        Ok(model::remember(self.store().await?, choice).await?)
    }
}

/// The history, opened when it is first needed.
pub(crate) async fn open<'a>(store: &'a OnceCell<Store>, config: &Config) -> Result<&'a Store, AppError> {
    Ok(store.get_or_try_init(|| Store::open(&config.home, config.clock.now())).await?)
}

/// The model to begin with. A history that cannot be read does not keep the engine from starting: the page says what
/// is wrong, and offers to try again.
async fn initial_choice(config: Config, store: Arc<OnceCell<Store>>) -> ModelChoice {
    if let Some(path) = config.model_override {
        return ModelChoice::File(path);
    }
    let remembered = async { Ok(model::remembered(open(&store, &config).await?).await?) };
    remembered.await.unwrap_or_else(|error: AppError| {
        tracing::warn!(code = ?error.code, cause = error.message, "the chosen model is not known; the starter is used");
        ModelChoice::Starter
    })
}

fn check_length(text: &str) -> Result<(), AppError> {
    if text.trim().is_empty() {
        return Err(AppError::new(ErrorCode::Internal, "an empty message"));
    }
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if characters > MESSAGE_LIMIT_CHARACTERS {
        return Err(AppError::too_much(ErrorCode::MessageTooManyCharacters, characters, MESSAGE_LIMIT_CHARACTERS));
    }
    Ok(())
}
