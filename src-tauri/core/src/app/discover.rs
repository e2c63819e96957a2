//! Models that can be had, and the way to them.

use std::{path::Path, sync::Arc};

use hearth_gguf::Header;
use hearth_hub::{Address, Endpoint};
use hearth_ipc::WEIGHTS_COPY_SHARE;
use tokio::task::spawn_blocking;

use super::{App, Inner};
use crate::{
    discover::{self, Holdings},
    error::{AppError, ErrorCode},
    fit::{self, Fits},
    view::{
        AccountState, EngineState, FoundModels, ModelAddress, ModelCard, ModelInfo, ModelPage, ModelQuery,
        NetworkSettings, Recommendations, SignedOut,
    },
};

impl App {
    /// What the app recommends for this computer. Needs no network.
    pub async fn recommendations(&self) -> Result<Recommendations, AppError> {
        let recommended = async {
            let fits = self.inner.fits().await?;
            discover::recommendations(&self.inner.config.version, &fits, &*self.inner.holdings())
        };
        self.tell(recommended.await)
    }

    /// Looks for models on the Hub; `next` is where an earlier page ended. Nothing, when a later search took its
    /// place.
    pub async fn search_models(
        &self,
        query: ModelQuery,
        next: Option<String>,
    ) -> Result<Option<FoundModels>, AppError> {
        let searches = &self.inner.searches;
        let Some(asked) = searches.begin(query, next.as_deref()) else { return Ok(None) };
        let found = async {
            let connection = self.inner.hub.connection().await?;
            let page = asked.ask(&connection).await?;
            let fits = self.inner.fits().await?;
            Ok(searches.found(&asked, page, &connection, &fits, &*self.inner.holdings()))
        };
        searches.unless_replaced(&asked, found).await.map(|found| self.tell(found)).transpose()
    }

    /// Where a pasted text leads, if it is an address and not something to search for.
    pub async fn find_address(&self, text: &str) -> Option<ModelAddress> {
        // Settings that cannot be read are told where they matter; the public Hub's addresses are understood anyway.
        let endpoint = self.inner.hub.endpoint().await.unwrap_or_else(|_| Endpoint::default());
        let address = Address::read(text, &endpoint)?;
        Some(ModelAddress {
            repo: address.repo.to_string(),
            revision: address.revision.map(|revision| revision.to_string()),
            file: address.file.map(|file| file.to_string()),
            tag: address.tag,
        })
    }

    /// A model's page.
    pub async fn model_page(&self, address: ModelAddress) -> Result<ModelPage, AppError> {
        let page = async {
            let connection = self.inner.hub.connection().await?;
            let fits = self.inner.fits().await?;
            discover::page(&connection, address, &fits, &*self.inner.holdings()).await
        };
        self.tell(page.await)
    }

    /// What a repository says of itself, if it says anything.
    pub async fn model_card(&self, repo: &str, commit: &str) -> Result<Option<ModelCard>, AppError> {
        let card = async { discover::card(&self.inner.hub.connection().await?, repo, commit).await };
        self.tell(card.await)
    }

    /// How the Hub is reached.
    pub async fn network_settings(&self) -> Result<NetworkSettings, AppError> {
        self.tell(self.inner.hub.network_settings().await)
    }

    /// Reaches the Hub in another way from now on. Refused, and nothing is changed, if an address is none. Returns the
    /// settings as they are kept.
    pub async fn update_network_settings(&self, settings: NetworkSettings) -> Result<NetworkSettings, AppError> {
        self.tell(self.inner.hub.update_network_settings(settings).await)
    }

    /// Who is signed in.
    pub async fn account(&self) -> Result<AccountState, AppError> {
        self.tell(self.inner.hub.account().await)
    }

    /// Signs in with a token, once the Hub knows it. Refused if the Hub in use is not on `host`, which the person was
    /// shown.
    pub async fn sign_in(&self, token: &str, host: &str) -> Result<AccountState, AppError> {
        self.tell(self.inner.hub.sign_in(token, host).await)
    }

    /// Signs out and deletes the token. Refused if the Hub in use is not on `host`, which the person was shown.
    pub async fn sign_out(&self, host: &str) -> Result<SignedOut, AppError> {
        self.tell(self.inner.hub.sign_out(host).await)
    }
}

impl Inner {
    /// This computer as it is now, to measure models against.
    pub(super) async fn fits(&self) -> Result<Fits, AppError> {
        let hardware = Arc::clone(&self.config.hardware);
        let engine = self.engine.states().borrow().clone();
        // A model that is read into memory, or answers, takes the memory's whole speed.
        let is_loading = matches!(engine, EngineState::Starting | EngineState::Loading { .. });
        let is_disturbed = is_loading || self.slot.is_busy_outside(None);
        let graphics = self.compute.graphics();
        let look = move || {
            let machine = hardware.look(is_disturbed);
            let held_bytes = match &engine {
                EngineState::Ready { model } => held_bytes(model, machine.available_bytes),
                EngineState::Loading { model, fraction } => {
                    loading_bytes(Path::new(&model.id.0), *fraction, machine.available_bytes)
                }
                EngineState::Starting | EngineState::Resting { .. } | EngineState::Trouble { .. } => 0,
            };
            Fits::new(machine, held_bytes, graphics)
        };
        spawn_blocking(look).await.map_err(|_| AppError::new(ErrorCode::Internal, "looking at this computer failed"))
    }

    /// What of the Hub's is here.
    pub(super) fn holdings(&self) -> Arc<dyn Holdings> {
        Arc::new(self.downloads.clone())
    }
}

/// What would be free without the loaded model. Weights that are mapped from their file are free already, as the
/// system counts.
fn held_bytes(model: &ModelInfo, available_bytes: u64) -> u64 {
    let Ok(header) = Header::read(Path::new(&model.path)) else { return 0 };
    let weights_bytes = header.weights_bytes();
    let all = fit::memory_of(&[header]).unwrap_or(0);
    let is_copied = is_copied(model.size_bytes, available_bytes.saturating_add(model.size_bytes));
    all.saturating_sub(weights_bytes) + if is_copied { model.size_bytes } else { 0 }
}

/// What would be free without the model that is being loaded, of which that fraction is here. The rest of what it takes
/// comes at the end.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn loading_bytes(path: &Path, fraction: f32, available_bytes: u64) -> u64 {
    let Ok(header) = Header::read(path) else { return 0 };
    let weights_bytes = header.weights_bytes();
    let here = (weights_bytes as f64 * f64::from(fraction.clamp(0.0, 1.0))) as u64;
    if is_copied(weights_bytes, available_bytes.saturating_add(here)) { here } else { 0 }
}

/// Whether the engine copies weights where so much memory is free without them; elsewhere it maps them.
fn is_copied(weights_bytes: u64, free_bytes: u64) -> bool {
    let room = free_bytes / WEIGHTS_COPY_SHARE.1 * WEIGHTS_COPY_SHARE.0;
    cfg!(target_os = "linux") && weights_bytes <= room
}
