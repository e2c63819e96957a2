//! The one way to the Hub, as settings and account have it now.

use std::sync::{Arc, Mutex, PoisonError};

use hearth_hub::{Connection, ConnectionSettings, Patience};
use tokio::sync::watch;

use crate::error::{AppError, ErrorCode, chain};

/// What differs between the real Hub and a test's.
#[derive(Debug, Clone, Default)]
pub struct HubConfig {
    /// Another Hub than the public one, as the environment (`HF_ENDPOINT`) has it; settings go before it.
    pub endpoint: Option<String>,
    /// Names the app and its version to the Hub.
    pub user_agent: String,
    /// How long to wait for others.
    pub patience: Patience,
}

/// The way to the Hub. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct HubAccess {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: HubConfig,
    connection: Mutex<Option<Connection>>,
    changes: watch::Sender<u64>,
}

impl HubAccess {
    pub(crate) fn new(config: HubConfig) -> Self {
        let inner = Inner { config, connection: Mutex::new(None), changes: watch::Sender::new(0) };
        Self { inner: Arc::new(inner) }
    }

    /// The connection to use now. Whoever asks for much asks again from time to time: settings change.
    pub(crate) async fn connection(&self) -> Result<Connection, AppError> {
        let mut connection = self.inner.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let settings = ConnectionSettings {
            endpoint: match &self.inner.config.endpoint {
                Some(address) => {
                    address.parse().map_err(|error| AppError::new(ErrorCode::AddressInvalid, chain(&error)))?
                }
                None => hearth_hub::Endpoint::default(),
            },
            user_agent: self.inner.config.user_agent.clone(),
            patience: self.inner.config.patience,
            ..ConnectionSettings::default()
        };
        let made = Connection::new(settings).map_err(|error| AppError::new(ErrorCode::Internal, chain(&error)))?;
        Ok(connection.insert(made).clone())
    }

    /// Changes whenever the way is another (an address, a proxy, an account): what was refused may be granted now.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }
}
