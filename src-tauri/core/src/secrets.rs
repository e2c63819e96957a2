//! Where secrets are kept: the system's keychain, which may be missing, locked, or waiting for a password that nobody
//! types. A secret never lies in a file of the app's own.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
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
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    store: Arc<dyn SecretStore>,
    patience: Duration,
}

impl Secrets {
    pub(crate) fn new(store: Arc<dyn SecretStore>, patience: Duration) -> Self {
        Self { store, patience }
    }

    pub(crate) async fn get(&self, name: String) -> Result<String, SecretError> {
        self.ask(move |store| store.get(&name)).await
    }

    pub(crate) async fn set(&self, name: String, secret: String) -> Result<(), SecretError> {
        let late = name.clone();
        self.ask_or(
            move |store| store.set(&name, &secret),
            move |store| {
                // Nobody waits any more, and the person was told that it is not kept.
                store.delete(&late).ok();
            },
        )
        .await
    }

    pub(crate) async fn delete(&self, name: String) -> Result<(), SecretError> {
        self.ask(move |store| store.delete(&name)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SecretStore) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        self.ask_or(question, |_| ()).await
    }

    /// On a thread that nothing waits for in the end, unlike those of the runtime. An answer that comes too late is
    /// `regretted`.
    async fn ask_or<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SecretStore) -> Result<T, SecretError> + Send + 'static,
        regretted: impl FnOnce(&dyn SecretStore) + Send + 'static,
    ) -> Result<T, SecretError> {
        let (answer, answered) = oneshot::channel();
        let store = Arc::clone(&self.store);
        let asked = thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            if answer.send(question(&*store)).is_err() {
                regretted(&*store);
            }
        });
        asked.map_err(|error| SecretError::Failed(error.to_string()))?;
        match timeout(self.patience, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(SecretError::Failed("it gave up".to_owned())),
            Err(_) => Err(SecretError::Locked),
        }
    }
}
