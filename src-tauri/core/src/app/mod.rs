//! The whole application behind one handle.

mod asking;
mod discover;
mod hardware;
mod models;
mod moving;
mod prepare;
mod smaller;
mod switching;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use hearth_ipc::EngineLauncher;
use tokio::{sync::watch, time::timeout};

use crate::{
    MESSAGE_LIMIT_CHARACTERS,
    answer::{Slot, Stop},
    chats,
    clock::Clock,
    computer::Hardware,
    discover::Searches,
    downloads::Downloads,
    engine::{self, Engine},
    error::AppError,
    hardware::{Compute, ComputeParts, HardwareTrials, Tester},
    hub_access::{HubAccess, HubConfig},
    library::{self, Disks, FolderMoves, Shelf},
    model::{self, ModelChoice, StarterModel},
    read_ahead::ReadAhead,
    secrets::SecretStore,
    settings, states,
    store::{Opening, Store, StoreError, conversations, drafts},
    view::{
        About, Bootstrap, Conversation, ConversationId, ConversationSummary, EngineState, LocalModelId, MessageId,
        NamedModel, Settings,
    },
};
use switching::DefaultModel;

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
    /// How much room there is for models.
    pub disks: Arc<dyn Disks>,
    /// How often a repository is asked for a download that has not let the person in yet.
    pub ask_again: Duration,
    /// Where secrets are kept.
    pub secrets: Arc<dyn SecretStore>,
    /// What computer this is.
    pub hardware: Arc<dyn Hardware>,
    /// What of it is tried for computing.
    pub hardware_trials: HardwareTrials,
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
    opening: Opening,
    engine: Engine,
    compute: Compute,
    hub: HubAccess,
    shelf: Shelf,
    downloads: Downloads,
    moves: FolderMoves,
    default_model: DefaultModel,
    /// Files that the person has opened: the page may name them, as it may those of the library.
    opened: Mutex<HashSet<LocalModelId>>,
    searches: Searches,
    slot: Slot,
    read_ahead: ReadAhead,
}

impl App {
    /// Starts the engine and loads the chosen model in the background; downloads go on, and so does a move of the
    /// models' folder. Must be called inside a tokio runtime that lives as long as the app (see
    /// [`EngineLauncher::launch`]).
    pub fn new(config: Config) -> Self {
        let starter = config.starter_model.path.clone();
        let opening = Opening::new(config.home.clone(), starter.clone(), Arc::clone(&config.clock));
        let hub = HubAccess::new(config.clone(), opening.clone());
        let shelf = Shelf::new(library::Parts {
            opening: opening.clone(),
            roots: config.model_folders.clone(),
            home: config.home.clone(),
            starter,
            disks: Arc::clone(&config.disks),
        });
        let default_model = DefaultModel::new(None);
        let compute = Compute::new(ComputeParts {
            launcher: Arc::clone(&config.engine),
            starter: config.starter_model.path.clone(),
            opening: opening.clone(),
            computer: Arc::clone(&config.hardware),
            trials: config.hardware_trials.clone(),
        });
        let parts = engine::Parts {
            launcher: Arc::clone(&config.engine),
            starter: config.starter_model.clone(),
            compute: compute.clone(),
            disks: Arc::clone(&config.disks),
        };
        let choice =
            initial_choice(config.model_override.clone(), shelf.clone(), default_model.clone(), compute.clone());
        let engine = Engine::start(parts, choice);
        tokio::spawn(Tester::new(compute.clone(), engine.activity()).run());
        let downloads = Downloads::start(hub.clone(), shelf.clone(), config.ask_again);
        let inner = Inner {
            config,
            opening,
            engine,
            compute,
            hub,
            shelf,
            downloads,
            moves: FolderMoves::new(),
            default_model,
            opened: Mutex::default(),
            searches: Searches::new(),
            slot: Slot::new(),
            read_ahead: ReadAhead::default(),
        };
        let app = Self { inner: Arc::new(inner) };
        tokio::spawn({
            let app = app.clone();
            async move { app.settle_in().await }
        });
        app
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

    /// Whether the person looks at the app. While they do not, and no answer is written, other programs come first.
    pub fn set_focus(&self, has_focus: bool) {
        self.inner.engine.set_focus(has_focus);
    }

    /// Ends answers in order, saves, ends the engine and closes the database. Takes under three seconds.
    pub async fn shutdown(&self) {
        self.end_answers(Stop::App).await;
        tokio::join!(self.inner.engine.shut_down(), async {
            self.inner.downloads.shut_down().await;
            if let Err(error) = self.inner.shelf.empty_bin().await {
                tracing::warn!(code = ?error.code, cause = error.message, "what was deleted is freed at the next start");
            }
        });
        if let Some(store) = self.inner.opening.opened()
            && timeout(SAVE_LIMIT, store.close()).await.is_err()
        {
            tracing::warn!("the database was not closed in time");
        }
    }

    /// What nobody waits for at the start. Failures are logged by `tell`.
    async fn settle_in(&self) {
        if let Ok(store) = self.tell(self.store().await) {
            states::forget_gone(&self.inner.config.home, store).await;
        }
        self.tell(self.go_on_moving().await).ok();
        self.tell(self.inner.shelf.bin().await).ok();
        self.tell(self.inner.shelf.scan().await).ok();
        // Who asked before knew of no model that is here.
        self.inner.shelf.tell_change();
        self.tell(self.inner.downloads.sweep().await).ok();
    }

    async fn store(&self) -> Result<&Store, AppError> {
        self.inner.store().await
    }

    fn now(&self) -> u32 {
        self.inner.config.clock.now()
    }

    fn starter(&self) -> &Path {
        &self.inner.config.starter_model.path
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
        Ok(self.opening.store().await?)
    }

    async fn bootstrap(&self) -> Result<Bootstrap, AppError> {
        let downloads = self.downloads.load().await?;
        let default_model = self.default_model().await;
        let mut reader = self.store().await?.reading().await?;
        Ok(Bootstrap {
            conversations: conversations::all(&mut reader).await?,
            new_chat_draft: drafts::get(&mut reader, None).await?,
            settings: settings::load(&mut reader).await?,
            engine: self.engine.states().borrow().clone(),
            default_model,
            starter_model: ModelChoice::Starter.named(&self.config.starter_model.path),
            about: About { version: self.config.version.clone(), data_folder: self.config.home.display().to_string() },
            message_limit_characters: MESSAGE_LIMIT_CHARACTERS,
            downloads,
            folder_move: self.moves.states().borrow().clone(),
        })
    }

    async fn update_settings(&self, chosen: Settings) -> Result<(), AppError> {
        let mut change = self.store().await?.change().await?;
        settings::save(&mut change, chosen).await?;
        Ok(change.commit().await.map_err(StoreError::from)?)
    }

    /// Waits until it is known.
    async fn default_model(&self) -> NamedModel {
        let mut default = self.default_model.subscribe();
        let known = default.wait_for(Option::is_some).await.map(|model| model.clone());
        // The sender is in `self`.
        known.ok().flatten().unwrap_or_else(|| ModelChoice::Starter.named(&self.config.starter_model.path))
    }
}

/// The model to begin with. A history that cannot be read does not keep the engine from starting: the page says what
/// is wrong, and offers to try again. By then it is known what computes; a model that is named from outside does not
/// wait for that either.
async fn initial_choice(over: Option<PathBuf>, shelf: Shelf, default: DefaultModel, compute: Compute) -> ModelChoice {
    let restored = async move { compute.restore().await };
    if over.is_some() {
        tokio::spawn(restored);
    } else {
        restored.await;
    }
    let choice = match over {
        Some(path) => ModelChoice::of(path, shelf.starter()),
        None => remembered_choice(&shelf).await.unwrap_or_else(|error| {
            tracing::warn!(code = ?error.code, cause = error.message, "the chosen model is not known; the starter is used");
            ModelChoice::Starter
        }),
    };
    default.send_if_modified(|known| {
        // What was asked for meanwhile is newer.
        let is_first = known.is_none();
        known.get_or_insert_with(|| choice.named(shelf.starter()));
        is_first
    });
    choice
}

async fn remembered_choice(shelf: &Shelf) -> Result<ModelChoice, AppError> {
    // The models may have been moved when the app was killed: then this knows where they are.
    shelf.unfinished_move().await?;
    Ok(model::remembered(shelf.opening().store().await?).await?)
}
