//! Where secrets are kept: the system's keychain, which may be missing, locked, or waiting for a password that nobody
//! types. A secret never lies in a file of the app's own.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

/// Keeps secrets by name. Its methods may block for as long as a person takes to unlock it, or for ever.
pub trait SecretStore: Send + Sync + fmt::Debug {
    /// The secret of that name.
    ///
    /// # Errors
    ///
    /// [`SecretError::Missing`] if there is none.
    fn get(&self, name: &str) -> Result<String, SecretError>;

    /// Keeps a secret, in place of one of the same name.
    fn set(&self, name: &str, secret: &str) -> Result<(), SecretError>;

    /// Deletes a secret.
    ///
    /// # Errors
    ///
    /// [`SecretError::Missing`] if there is none.
    fn delete(&self, name: &str) -> Result<(), SecretError>;
}

/// Why a secret cannot be had or kept. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The keychain is locked, and nobody unlocks it.
    #[error("the keychain is locked")]
    Locked,
    /// There is no secret of this name.
    #[error("there is no such secret")]
    Missing,
    /// There is no keychain, or it has trouble.
    #[error("the keychain cannot be used: {0}")]
    Failed(String),
}

/// The keychain of the system: Keychain on macOS, Credential Manager on Windows, the Secret Service elsewhere.
#[derive(Debug, Clone)]
pub struct SystemKeychain {
    service: String,
}

impl SystemKeychain {
    /// `service` is what people see in their keychain, and what tells these secrets from others'.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into() }
    }

    fn entry(&self, name: &str) -> Result<keyring::Entry, SecretError> {
        keyring::Entry::new(&self.service, name).map_err(|error| of_keyring(&error))
    }
}

impl SecretStore for SystemKeychain {
    fn get(&self, name: &str) -> Result<String, SecretError> {
        self.entry(name)?.get_password().map_err(|error| of_keyring(&error))
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), SecretError> {
        self.entry(name)?.set_password(secret).map_err(|error| of_keyring(&error))
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.entry(name)?.delete_credential().map_err(|error| of_keyring(&error))
    }
}

/// Errors of this crate may hold what was found (`BadEncoding`): only what is known to hold none is passed on.
fn of_keyring(error: &keyring::Error) -> SecretError {
    match error {
        keyring::Error::NoEntry => SecretError::Missing,
        keyring::Error::NoStorageAccess(_) => SecretError::Locked,
        keyring::Error::PlatformFailure(cause) => SecretError::Failed(cause.to_string()),
        keyring::Error::NoDefaultStore => SecretError::Failed("this system has none".to_owned()),
        _ => SecretError::Failed("it holds something unexpected".to_owned()),
    }
}

/// Keeps secrets for as long as it lives: for tests, and where there is no keychain.
#[derive(Default)]
pub struct SecretsInMemory {
    secrets: Mutex<HashMap<String, String>>,
}

impl SecretStore for SecretsInMemory {
    fn get(&self, name: &str) -> Result<String, SecretError> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.get(name).cloned().ok_or(SecretError::Missing)
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), SecretError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.remove(name).map(drop).ok_or(SecretError::Missing)
    }
}

impl fmt::Debug for SecretsInMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretsInMemory(..)")
    }
}

/// Asks a store without waiting for it for ever: one that is locked may wait for a password that nobody types.
///
/// One thread, which nothing waits for in the end, works through the orders in turn. So whatever comes late, because
/// somebody has unlocked the keychain at last, comes before all that was asked for after it, and not upon it.
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    orders: mpsc::Sender<Order>,
    patience: Duration,
}

type Order = Box<dyn FnOnce(&dyn SecretStore) + Send>;

impl Secrets {
    pub(crate) fn new(store: Arc<dyn SecretStore>, patience: Duration) -> Self {
        let (orders, ordered) = mpsc::channel::<Order>();
        let worker = move || {
            for order in ordered {
                order(&*store);
            }
        };
        if let Err(error) = thread::Builder::new().name("keychain".to_owned()).spawn(worker) {
            // Then nobody takes orders, which is told to whoever gives one.
            tracing::warn!(%error, "there is no thread for the keychain");
        }
        Self { orders, patience }
    }

    /// The secret of that name. Not asked for any more when nobody waits.
    pub(crate) async fn get(&self, name: String) -> Result<String, SecretError> {
        self.ask(move |store, is_awaited| if is_awaited { store.get(&name) } else { Err(SecretError::Locked) }).await
    }

    /// Keeps a secret. After a failure it may be kept all the same, if the keychain was only slow: whoever told the
    /// person otherwise deletes it next.
    pub(crate) async fn set(&self, name: String, secret: String) -> Result<(), SecretError> {
        self.ask(move |store, is_awaited| if is_awaited { store.set(&name, &secret) } else { Err(SecretError::Locked) })
            .await
    }

    /// Deletes a secret, also when nobody waits for it any more.
    pub(crate) async fn delete(&self, name: String) -> Result<(), SecretError> {
        self.ask(move |store, _| store.delete(&name)).await
    }

    /// Deletes a secret as soon as the keychain lets one.
    pub(crate) fn forget(&self, name: String) {
        let order: Order = Box::new(move |store| match store.delete(&name) {
            Ok(()) | Err(SecretError::Missing) => {}
            Err(error) => tracing::warn!(%error, "a secret stays in the keychain"),
        });
        self.orders.send(order).ok();
    }

    /// `question` learns whether somebody still waits for its answer when its turn comes.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SecretStore, bool) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let (answer, answered) = oneshot::channel();
        let order: Order = Box::new(move |store| {
            let is_awaited = !answer.is_closed();
            answer.send(question(store, is_awaited)).ok();
        });
        self.orders.send(order).map_err(|_| SecretError::Failed("nobody asks it".to_owned()))?;
        match timeout(self.patience, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(SecretError::Failed("it gave up".to_owned())),
            Err(_) => Err(SecretError::Locked),
        }
    }
}
