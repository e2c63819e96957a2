//! Models that can be had, and the way to them.

use super::App;
use crate::{
    error::AppError,
    view::{
        AccountState, FoundModels, ModelAddress, ModelCard, ModelPage, ModelQuery, NetworkSettings, Recommendations,
    },
};

impl App {
    /// What the app recommends for this computer. Needs no network.
    pub async fn recommendations(&self) -> Result<Recommendations, AppError> {
        unimplemented!()
    }

    /// Looks for models on the Hub; `next` is where an earlier page ended. Nothing, when a later search took its
    /// place.
    pub async fn search_models(
        &self,
        query: ModelQuery,
        next: Option<String>,
    ) -> Result<Option<FoundModels>, AppError> {
        let _ = (query, next);
        unimplemented!()
    }

    /// Where a pasted text leads, if it is an address and not something to search for.
    pub async fn find_address(&self, text: &str) -> Option<ModelAddress> {
        let _ = text;
        unimplemented!()
    }

    /// A model's page.
    pub async fn model_page(&self, address: ModelAddress) -> Result<ModelPage, AppError> {
        let _ = address;
        unimplemented!()
    }

    /// What a repository says of itself, if it says anything.
    pub async fn model_card(&self, repo: &str, commit: &str) -> Result<Option<ModelCard>, AppError> {
        let _ = (repo, commit);
        unimplemented!()
    }

    /// How the Hub is reached.
    pub async fn network_settings(&self) -> Result<NetworkSettings, AppError> {
        unimplemented!()
    }

    /// Reaches the Hub in another way from now on. Refused, and nothing is changed, if an address is none. Returns the
    /// settings as they are kept.
    pub async fn update_network_settings(&self, settings: NetworkSettings) -> Result<NetworkSettings, AppError> {
        let _ = settings;
        unimplemented!()
    }

    /// Who is signed in.
    pub async fn account(&self) -> Result<AccountState, AppError> {
        unimplemented!()
    }

    /// Signs in with a token, once the Hub knows it.
    pub async fn sign_in(&self, token: &str) -> Result<AccountState, AppError> {
        let _ = token;
        unimplemented!()
    }

    /// Signs out and deletes the token.
    pub async fn sign_out(&self) -> Result<AccountState, AppError> {
        unimplemented!()
    }
}
