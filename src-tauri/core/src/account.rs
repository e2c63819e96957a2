//! Who is signed in at a Hub. The token is in the keychain, or for this run only in memory; the name, which is no
//! secret, is in the settings, so that it is known without a network, and the keychain is not asked for what it does not
//! have.

use hearth_hub::{Endpoint, Token};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::{
    store::{StoreError, settings},
    view,
};

/// The owner of a token, as the Hub told it when it was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    name: String,
    full_name: Option<String>,
}

/// Who asks at one Hub.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// Nobody.
    Nobody,
    /// Somebody.
    SignedIn {
        /// Whose token it is.
        owner: Owner,
        /// What they are known by.
        token: Token,
        /// Whether that is in the keychain.
        is_kept: bool,
    },
    /// Somebody whose token is in a keychain that does not give it away now.
    OutOfReach(Owner),
}

impl Standing {
    pub(crate) fn token(&self) -> Option<&Token> {
        match self {
            Self::SignedIn { token, .. } => Some(token),
            Self::Nobody | Self::OutOfReach(_) => None,
        }
    }

    /// As the page shows it.
    pub(crate) fn state(&self, endpoint: &Endpoint) -> view::AccountState {
        let standing = match self {
            Self::Nobody => view::Standing::Nobody,
            Self::SignedIn { owner, is_kept, .. } => view::Standing::SignedIn { account: owner.view(*is_kept) },
            Self::OutOfReach(owner) => view::Standing::Locked { name: owner.name.clone() },
        };
        view::AccountState { standing, token_page: format!("{endpoint}/settings/tokens"), host: host(endpoint) }
    }
}

impl Owner {
    fn view(&self, is_kept: bool) -> view::Account {
        let account = hearth_hub::Account { name: self.name.clone(), full_name: self.full_name.clone() };
        view::Account { initials: account.initials(), name: account.name, full_name: account.full_name, is_kept }
    }
}

impl From<hearth_hub::Account> for Owner {
    fn from(account: hearth_hub::Account) -> Self {
        Self { name: account.name, full_name: account.full_name }
    }
}

/// Whose token the keychain holds for a Hub.
pub(crate) async fn kept_owner(
    connection: &mut SqliteConnection,
    endpoint: &Endpoint,
) -> Result<Option<Owner>, StoreError> {
    let Some(text) = settings::get(connection, &key(endpoint)).await? else { return Ok(None) };
    Ok(serde_json::from_str(&text).inspect_err(|error| tracing::warn!(%error, "an account is not readable")).ok())
}

/// Keeps whose token the keychain holds for a Hub; nobody's.
pub(crate) async fn keep_owner(
    connection: &mut SqliteConnection,
    endpoint: &Endpoint,
    owner: Option<&Owner>,
) -> Result<(), StoreError> {
    let text = owner.map(serde_json::to_string).transpose().map_err(|_| StoreError::Unknown { column: "account" })?;
    settings::set(connection, &key(endpoint), text.as_deref()).await
}

/// One for each Hub: a token is for the one that it was entered for.
fn key(endpoint: &Endpoint) -> String {
    format!("account {endpoint}")
}

/// What people call a Hub by: its host, with the port if that is not the usual one.
pub(crate) fn host(endpoint: &Endpoint) -> String {
    let address = endpoint.to_string();
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
