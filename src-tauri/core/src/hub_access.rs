//! The one way to the Hub, as settings and account have it now.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hearth_hub::{Connection, ConnectionSettings, Endpoint, Patience, Proxy, Token};
use tokio::sync::{OnceCell, watch};

use crate::{
    Config,
    account::{self, Owner, Standing},
    error::{AppError, ErrorCode, chain},
    network,
    secrets::{SecretError, Secrets},
    store::{Opening, Store, StoreError},
    view::{AccountState, NetworkSettings, SignedOut},
};

/// A person may have to type the keychain's password first. Who is away is not waited for.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(20);

/// What differs between the real Hub and a test's.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// Another Hub than the public one, as the environment (`HF_ENDPOINT`) has it; settings go before it.
    pub endpoint: Option<String>,
    /// Names the app and its version to the Hub.
    pub user_agent: String,
    /// How long to wait for others.
    pub patience: Patience,
    /// How long to wait for a keychain that is locked.
    pub keychain_patience: Duration,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            user_agent: String::new(),
            patience: Patience::default(),
            keychain_patience: KEYCHAIN_PATIENCE,
        }
    }
}

/// The way to the Hub. Clones share it.
#[derive(Clone)]
pub(crate) struct HubAccess {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    opening: Opening,
    secrets: Secrets,
    now: Mutex<Now>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Now {
    /// Found when it is first needed, once for all who ask meanwhile. Every change puts an empty one in its place.
    way: Arc<OnceCell<Way>>,
    /// Tokens that are in no keychain, by the Hub that they were entered for.
    unkept: HashMap<String, (Token, Owner)>,
}

#[derive(Debug, Clone)]
struct Way {
    connection: Connection,
    standing: Standing,
}

impl HubAccess {
    pub(crate) fn new(config: Config, opening: Opening) -> Self {
        let secrets = Secrets::new(Arc::clone(&config.secrets), config.hub.keychain_patience);
        let inner = Inner { config, opening, secrets, now: Mutex::new(Now::default()), changes: watch::Sender::new(0) };
        Self { inner: Arc::new(inner) }
    }

    /// The connection to use now. Whoever asks for much asks again from time to time: settings change.
    pub(crate) async fn connection(&self) -> Result<Connection, AppError> {
        Ok(self.way().await?.connection)
    }

    /// Changes whenever the way is another (an address, a proxy, an account): what was refused may be granted now.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// The Hub in use.
    pub(crate) async fn endpoint(&self) -> Result<Endpoint, AppError> {
        self.endpoint_by(&self.network_settings().await?)
    }

    /// How it is reached, as the person has set it.
    pub(crate) async fn network_settings(&self) -> Result<NetworkSettings, AppError> {
        Ok(network::load(&mut *self.store().await?.reader().await?).await?)
    }

    /// Reaches it in another way from now on, and tells how that is kept.
    pub(crate) async fn update_network_settings(&self, settings: NetworkSettings) -> Result<NetworkSettings, AppError> {
        let settings = network::check(settings)?;
        self.connect(&settings, None).map_err(|error| AppError { code: ErrorCode::AddressInvalid, ..error })?;
        let mut change = self.store().await?.change().await?;
        network::save(&mut change, &settings).await?;
        change.commit().await.map_err(StoreError::from)?;
        self.change(|_| ());
        Ok(settings)
    }

    /// Who is signed in. Asks the keychain once more if it did not give the token away before.
    pub(crate) async fn account(&self) -> Result<AccountState, AppError> {
        let known = Arc::clone(&self.now().way);
        let was_locked = known.get().is_some_and(|way| matches!(way.standing, Standing::OutOfReach(_)));
        if was_locked {
            let mut now = self.now();
            // Whoever asks at the same time has put another one there already.
            if Arc::ptr_eq(&now.way, &known) {
                now.way = Arc::default();
            }
        }
        let way = self.way().await?;
        if was_locked && way.standing.token().is_some() {
            self.tell_change();
        }
        Ok(way.standing.state(way.connection.endpoint()))
    }

    /// Signs in with a token that the Hub knows, and keeps it in the keychain if there is one that takes it. Refused if
    /// the Hub in use is not on `host`, where the person means to sign in.
    pub(crate) async fn sign_in(&self, text: &str, host: &str) -> Result<AccountState, AppError> {
        let token: Token = text.parse().map_err(|error| AppError::new(ErrorCode::TokenInvalid, chain(&error)))?;
        let settings = self.network_settings().await?;
        let connection = self.connect(&settings, Some(token.clone()))?;
        let endpoint = connection.endpoint();
        require_host(endpoint, host)?;
        let owner = connection.account().await.map_err(|error| AppError::of_hub(&error, None, endpoint))?;
        let owner = Owner::from(owner);
        let is_kept = match self.keep(endpoint, &owner, &token).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the token is not kept");
                // Whoever was signed in before is not to come back at the next start, nor is their token to stay; and
                // this one, if the keychain takes it too late, is not to be there after all.
                self.keep_owner(endpoint, None).await?;
                self.inner.secrets.forget(secret_name(endpoint));
                false
            }
        };
        self.change(|now| {
            if is_kept {
                now.unkept.remove(&endpoint.to_string());
            } else {
                now.unkept.insert(endpoint.to_string(), (token.clone(), owner.clone()));
            }
        });
        Ok(Standing::SignedIn { owner, token, is_kept }.state(endpoint))
    }

    /// Signs out and deletes the token. Refused if the Hub in use is not on `host`, where the person means to sign out.
    pub(crate) async fn sign_out(&self, host: &str) -> Result<SignedOut, AppError> {
        let endpoint = self.endpoint().await?;
        require_host(&endpoint, host)?;
        let kept = account::kept_owner(&mut *self.store().await?.reader().await?, &endpoint).await?;
        let was_unkept = self.now().unkept.contains_key(&endpoint.to_string());
        if kept.is_some() {
            self.keep_owner(&endpoint, None).await?;
        }
        // Before the keychain is asked, which may take its time: from now on nobody uses the token.
        self.change(|now| drop(now.unkept.remove(&endpoint.to_string())));
        let mut is_deleted = true;
        if kept.is_some() {
            match self.inner.secrets.delete(secret_name(&endpoint)).await {
                Ok(()) | Err(SecretError::Missing) => {}
                // It is not asked for again, and the next token takes its place.
                Err(error) => {
                    tracing::warn!(%error, "the token stays in the keychain");
                    is_deleted = false;
                }
            }
        } else if was_unkept {
            // It was in no keychain; an earlier one may be that could not be deleted before.
            self.inner.secrets.forget(secret_name(&endpoint));
        }
        Ok(SignedOut { account: Standing::Nobody.state(&endpoint), is_deleted })
    }

    /// As it is now. Whoever asks while it is being found waits for the same answer: a keychain that is locked may ask
    /// the person for a password each time it is asked.
    async fn way(&self) -> Result<Way, AppError> {
        loop {
            let cell = Arc::clone(&self.now().way);
            let way = cell.get_or_try_init(|| self.find_way()).await?;
            // What was found before a change is of no use after it.
            if Arc::ptr_eq(&self.now().way, &cell) {
                return Ok(way.clone());
            }
        }
    }

    async fn find_way(&self) -> Result<Way, AppError> {
        let settings = self.network_settings().await?;
        let endpoint = self.endpoint_by(&settings)?;
        let standing = self.standing(&endpoint).await?;
        let connection = self.connect(&settings, standing.token().cloned())?;
        Ok(Way { connection, standing })
    }

    async fn standing(&self, endpoint: &Endpoint) -> Result<Standing, AppError> {
        let unkept = self.now().unkept.get(&endpoint.to_string()).cloned();
        if let Some((token, owner)) = unkept {
            return Ok(Standing::SignedIn { owner, token, is_kept: false });
        }
        let owner = account::kept_owner(&mut *self.store().await?.reader().await?, endpoint).await?;
        let Some(owner) = owner else { return Ok(Standing::Nobody) };
        let kept = self.inner.secrets.get(secret_name(endpoint)).await;
        match kept.map(|text| text.parse::<Token>()) {
            Ok(Ok(token)) => Ok(Standing::SignedIn { owner, token, is_kept: true }),
            // Somebody has taken it out of the keychain, or put something else there.
            Ok(Err(_)) | Err(SecretError::Missing) => {
                self.keep_owner(endpoint, None).await?;
                Ok(Standing::Nobody)
            }
            Err(error) => {
                tracing::warn!(%error, "the token is out of reach");
                Ok(Standing::OutOfReach(owner))
            }
        }
    }

    fn endpoint_by(&self, settings: &NetworkSettings) -> Result<Endpoint, AppError> {
        let address = settings.endpoint.as_deref().or(self.inner.config.hub.endpoint.as_deref());
        address.map_or_else(|| Ok(Endpoint::default()), network::endpoint_of)
    }

    fn connect(&self, settings: &NetworkSettings, token: Option<Token>) -> Result<Connection, AppError> {
        let proxy: Proxy = network::proxy(settings)?;
        let connection = Connection::new(ConnectionSettings {
            endpoint: self.endpoint_by(settings)?,
            token,
            proxy,
            user_agent: self.inner.config.hub.user_agent.clone(),
            patience: self.inner.config.hub.patience,
        });
        connection.map_err(|error| AppError::new(ErrorCode::Internal, chain(&error)))
    }

    /// First the secret: what the settings say of it is never too much.
    async fn keep(&self, endpoint: &Endpoint, owner: &Owner, token: &Token) -> Result<(), NotKept> {
        self.inner.secrets.set(secret_name(endpoint), token.secret().to_owned()).await?;
        self.keep_owner(endpoint, Some(owner)).await.map_err(NotKept::Settings)
    }

    async fn keep_owner(&self, endpoint: &Endpoint, owner: Option<&Owner>) -> Result<(), AppError> {
        let mut writer = self.store().await?.writer().await?;
        Ok(account::keep_owner(&mut writer, endpoint, owner).await?)
    }

    async fn store(&self) -> Result<&Store, AppError> {
        Ok(self.inner.opening.store().await?)
    }

    /// From now on the way is another.
    fn change(&self, change: impl FnOnce(&mut Now)) {
        {
            let mut now = self.now();
            change(&mut now);
            now.way = Arc::default();
        }
        self.tell_change();
    }

    fn tell_change(&self) {
        self.inner.changes.send_modify(|changes| *changes += 1);
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.inner.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a token is for this run only.
#[derive(Debug, thiserror::Error)]
enum NotKept {
    #[error(transparent)]
    Keychain(#[from] SecretError),
    #[error("whose it is cannot be kept: {0}")]
    Settings(AppError),
}

/// What is done to an account is done where the person was shown to be, or not at all: the address may have been changed
/// since.
fn require_host(endpoint: &Endpoint, shown: &str) -> Result<(), AppError> {
    let host = account::host(endpoint);
    if host == shown {
        return Ok(());
    }
    Err(AppError::new(ErrorCode::Internal, format!("the Hub in use is {host}, and not {shown}, which was shown")))
}

/// What a Hub's token is called in the keychain: by the Hub, so that no other is ever given it.
fn secret_name(endpoint: &Endpoint) -> String {
    endpoint.to_string()
}
