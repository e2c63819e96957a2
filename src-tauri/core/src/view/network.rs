//! The way to the Hub, and who goes it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How the Hub is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct NetworkSettings {
    /// Another Hub than the public one (or `HF_ENDPOINT`); absent for that.
    pub endpoint: Option<String>,
    /// What stands between.
    pub proxy: ProxyChoice,
    /// Of the proxy, if it is a chosen one.
    pub proxy_address: Option<String>,
}

/// What stands between here and the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ProxyChoice {
    /// As the system and its environment variables say.
    #[default]
    System,
    /// None.
    None,
    /// A chosen one.
    Chosen,
}

/// Who is signed in at the Hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AccountState {
    /// Who.
    pub standing: Standing,
    /// The page on the web where one makes a token.
    pub token_page: String,
    /// The Hub's host. Signing in and out name it, so that nothing happens at another than the one that was shown.
    pub host: String,
}

/// Whether somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Nobody.
    Nobody,
    /// Somebody.
    SignedIn {
        /// Who.
        account: Account,
    },
    /// Somebody whose token is in a keychain that does not give it away now.
    Locked {
        /// The name that stands before their repositories.
        name: String,
    },
}

/// How signing out has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SignedOut {
    /// Nobody is signed in now.
    pub account: AccountState,
    /// Whether the keychain has deleted the token. If not, it is still there, and not used any more.
    pub is_deleted: bool,
}

/// An account on the Hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Account {
    /// The name that stands before repositories.
    pub name: String,
    /// The name that people know.
    pub full_name: Option<String>,
    /// One or two letters that stand for a picture.
    pub initials: String,
    /// Whether the token is in the system's keychain. If not, it is forgotten when the app closes.
    pub is_kept: bool,
}
