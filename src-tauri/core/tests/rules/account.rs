//! Signing in: the token is checked, then kept in a keychain and nowhere else.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use hearth_core::{
    App, Config, SecretError, SecretStore, SecretsInMemory,
    error::ErrorCode,
    view::{Account, AccountState, Standing},
};
use hearth_fake_hub::{Aim, FakeHub, Fault};

use crate::{
    hub_stage::{self, NAME, TOKEN, config, hub, open, open_with, refused, repository, sign_in, sign_out},
    stage::{Stage, soon},
};

/// A keychain that is out of order.
#[derive(Debug, Default)]
pub(crate) struct Keychain {
    inner: SecretsInMemory,
    trouble: AtomicUsize,
    asked: AtomicUsize,
}

pub(crate) const NO_TROUBLE: usize = 0;
pub(crate) const LOCKED: usize = 1;
const WAITING_FOR_EVER: usize = 2;

impl Keychain {
    pub(crate) fn with(trouble: usize) -> Arc<Self> {
        Arc::new(Self { trouble: AtomicUsize::new(trouble), ..Self::default() })
    }

    pub(crate) fn set_trouble(&self, trouble: usize) {
        self.trouble.store(trouble, Ordering::SeqCst);
    }

    fn open(&self) -> Result<&SecretsInMemory, SecretError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.trouble.load(Ordering::SeqCst) {
            NO_TROUBLE => Ok(&self.inner),
            LOCKED => Err(SecretError::Locked),
            // As long as the password that it waits for is not typed.
            _ => {
                while self.trouble.load(Ordering::SeqCst) == WAITING_FOR_EVER {
                    thread::sleep(Duration::from_millis(2));
                }
                Ok(&self.inner)
            }
        }
    }
}

impl SecretStore for Keychain {
    fn get(&self, name: &str) -> Result<String, SecretError> {
        self.open()?.get(name)
    }

    fn set(&self, name: &str, secret: &str) -> Result<(), SecretError> {
        self.open()?.set(name, secret)
    }

    fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.open()?.delete(name)
    }
}

async fn open_on(stage: &Stage, hub: &FakeHub, keychain: &Arc<Keychain>) -> App {
    open_with(Config { secrets: keychain.clone(), ..config(stage, hub) }).await
}

fn account(signed_in: AccountState) -> Account {
    match signed_in.standing {
        Standing::SignedIn { account } => account,
        other => panic!("somebody is signed in, not {other:?}"),
    }
}

/// Who is signed in, if anybody is.
async fn anybody(app: &App) -> Option<Account> {
    hub_stage::account(&soon("the account", app.account()).await.expect("readable")).cloned()
}

fn is_in_a_file(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return is_in_a_file(&path, text);
        }
        let bytes = fs::read(&path).expect("a file");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn a_token_that_the_hub_knows_signs_in_and_is_kept_in_the_keychain_alone() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let app = open(&stage, &hub).await;
    assert_eq!(anybody(&app).await, None);
    let signed_in = soon("signing in", sign_in(&app, &format!("  {TOKEN}\n"))).await.expect("known");
    assert_eq!(signed_in.token_page, format!("{}/settings/tokens", hub.endpoint()));
    assert_eq!(hub.endpoint(), format!("http://{}", signed_in.host));
    let shown = account(signed_in.clone());
    assert_eq!((shown.name.as_str(), shown.initials.as_str(), shown.is_kept), (NAME, "AL", true));
    assert_eq!(app.account().await.expect("readable"), signed_in);
    assert_eq!(stage.secrets.get(hub.endpoint()).as_deref(), Ok(TOKEN));
    app.shutdown().await;
    assert!(is_in_a_file(&stage.home(), NAME), "the name is no secret");
    assert!(!is_in_a_file(stage.folder(), TOKEN), "the token is in no file");
}

#[tokio::test]
async fn whoever_was_signed_in_is_shown_after_a_restart_also_without_a_network() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let signed_in = sign_in(&open(&stage, &hub).await, TOKEN).await.expect("known");
    hub.offline();
    assert_eq!(open(&stage, &hub).await.account().await.expect("readable"), signed_in);
}

#[tokio::test]
async fn signing_out_deletes_the_token() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/n")]));
    let app = open(&stage, &hub).await;
    sign_in(&app, TOKEN).await.expect("known");
    assert!(sign_out(&app).await.expect("signed out").1, "and says so");
    assert_eq!(anybody(&app).await, None);
    assert_eq!(stage.secrets.get(hub.endpoint()), Err(SecretError::Missing));
    assert_eq!(anybody(&open(&stage, &hub).await).await, None);
    hub.forget_requests();
    app.model_card("o/n", "main").await.expect("open to all");
    assert!(hub.requests().iter().all(|request| !request.has_authorization), "no question shows it any more");
    assert!(sign_out(&app).await.is_ok(), "once more");
}

#[tokio::test]
async fn a_token_that_the_hub_does_not_know_is_refused_and_not_kept() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let app = open(&stage, &hub).await;
    for token in ["hf_of_nobody", "", "two words", "hf_\u{e9}"] {
        assert_eq!(refused(token, sign_in(&app, token).await).code, ErrorCode::TokenInvalid, "{token:?}");
    }
    assert_eq!(anybody(&app).await, None);
    assert_eq!(stage.secrets.get(hub.endpoint()), Err(SecretError::Missing));

    // Whoever is signed in stays so.
    sign_in(&app, TOKEN).await.expect("known");
    refused("a wrong one", sign_in(&app, "hf_of_nobody").await);
    assert_eq!(account(app.account().await.expect("readable")).name, NAME);
}

#[tokio::test]
async fn a_token_is_not_kept_before_the_hub_could_be_asked() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let app = open(&stage, &hub).await;
    for (fault, code) in [
        (Fault::LoginPage, ErrorCode::LoginPage),
        (Fault::Status(503), ErrorCode::HubTrouble),
        (Fault::Reset { after_bytes: 0 }, ErrorCode::Offline),
    ] {
        hub.faults().next_at(Aim::Api, fault);
        assert_eq!(refused("signing in", sign_in(&app, TOKEN).await).code, code, "{fault:?}");
    }
    hub.offline();
    assert_eq!(refused("signing in", sign_in(&app, TOKEN).await).code, ErrorCode::Offline);
    assert_eq!(stage.secrets.get(hub.endpoint()), Err(SecretError::Missing));
}

#[tokio::test]
async fn without_a_keychain_that_takes_it_a_token_works_until_the_app_closes() {
    for trouble in [LOCKED, WAITING_FOR_EVER] {
        let gated = repository("o/gated").with_gate(hearth_fake_hub::Gate::Auto);
        let (stage, hub, keychain) = (Stage::new(), hub(vec![gated]), Keychain::with(trouble));
        hub.grant("o/gated", NAME);
        let app = open_on(&stage, &hub, &keychain).await;
        let signed_in = soon("signing in", sign_in(&app, TOKEN)).await.expect("known");
        assert!(!account(signed_in.clone()).is_kept, "{trouble}");
        assert_eq!(soon("the account", app.account()).await.expect("readable"), signed_in);
        assert!(app.model_card("o/gated", "main").await.expect("let in").is_some());
        assert!(!is_in_a_file(stage.folder(), TOKEN), "never in a file");

        keychain.set_trouble(NO_TROUBLE);
        let again = open_on(&stage, &hub, &keychain).await;
        assert_eq!(anybody(&again).await, None, "forgotten");
    }
}

#[tokio::test]
async fn another_token_that_is_not_kept_does_not_bring_the_earlier_account_back() {
    let (stage, hub, keychain) = (Stage::new(), hub(Vec::new()), Keychain::with(NO_TROUBLE));
    let app = open_on(&stage, &hub, &keychain).await;
    sign_in(&app, TOKEN).await.expect("known");
    keychain.set_trouble(LOCKED);
    assert!(!account(sign_in(&app, TOKEN).await.expect("known")).is_kept);
    keychain.set_trouble(NO_TROUBLE);
    assert_eq!(anybody(&open_on(&stage, &hub, &keychain).await).await, None);
}

#[tokio::test]
async fn a_keychain_that_is_locked_at_the_start_is_asked_again_and_nothing_waits_for_it() {
    let (stage, hub, keychain) = (Stage::new(), hub(vec![repository("o/n")]), Keychain::with(NO_TROUBLE));
    let signed_in = sign_in(&open_on(&stage, &hub, &keychain).await, TOKEN).await.expect("known");
    for trouble in [LOCKED, WAITING_FOR_EVER] {
        keychain.set_trouble(trouble);
        let app = open_on(&stage, &hub, &keychain).await;
        soon("a card", app.model_card("o/n", "main")).await.expect("what is open to all is had without a token");
        assert_eq!(anybody(&app).await, None);
        keychain.set_trouble(NO_TROUBLE);
        assert_eq!(soon("the account", app.account()).await.expect("readable"), signed_in, "once it is unlocked");
    }
}

#[tokio::test]
async fn a_token_that_somebody_took_out_of_the_keychain_is_forgotten() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    sign_in(&open(&stage, &hub).await, TOKEN).await.expect("known");
    stage.secrets.delete(hub.endpoint()).expect("it was there");
    assert_eq!(anybody(&open(&stage, &hub).await).await, None);
}

#[tokio::test]
async fn the_keychain_of_somebody_who_never_signed_in_is_left_alone() {
    let (stage, hub, keychain) = (Stage::new(), hub(vec![repository("o/n")]), Keychain::with(WAITING_FOR_EVER));
    let app = open_on(&stage, &hub, &keychain).await;
    app.model_card("o/n", "main").await.expect("a card");
    assert_eq!(anybody(&app).await, None);
    sign_out(&app).await.expect("nothing to do");
    assert_eq!(keychain.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_keychain_that_comes_late_takes_nothing_from_a_newer_token() {
    let (stage, hub, keychain) = (Stage::new(), hub(Vec::new()), Keychain::with(WAITING_FOR_EVER));
    let app = open_on(&stage, &hub, &keychain).await;
    assert!(!account(soon("signing in", sign_in(&app, TOKEN)).await.expect("known")).is_kept);
    soon("signing out", sign_out(&app)).await.expect("signed out");
    // Now the password is typed that all this has waited for, and at once the person signs in once more.
    keychain.set_trouble(NO_TROUBLE);
    assert!(account(soon("signing in", sign_in(&app, TOKEN)).await.expect("known")).is_kept);
    let again = open_on(&stage, &hub, &keychain).await;
    assert_eq!(anybody(&again).await.map(|known| known.name).as_deref(), Some(NAME), "the newest order is the last");
}

#[tokio::test]
async fn a_token_that_is_not_kept_leaves_no_earlier_one_behind() {
    let (stage, hub, keychain) = (Stage::new(), hub(Vec::new()), Keychain::with(NO_TROUBLE));
    let app = open_on(&stage, &hub, &keychain).await;
    sign_in(&app, TOKEN).await.expect("known");
    keychain.set_trouble(WAITING_FOR_EVER);
    assert!(!account(soon("signing in", sign_in(&app, TOKEN)).await.expect("known")).is_kept);
    keychain.set_trouble(NO_TROUBLE);
    let is_gone = async {
        while keychain.inner.get(hub.endpoint()).is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    soon("nothing in the keychain", is_gone).await;
}

#[tokio::test]
async fn signing_out_says_so_when_the_keychain_does_not_delete_the_token() {
    for trouble in [LOCKED, WAITING_FOR_EVER] {
        let (stage, hub, keychain) = (Stage::new(), hub(Vec::new()), Keychain::with(NO_TROUBLE));
        let app = open_on(&stage, &hub, &keychain).await;
        sign_in(&app, TOKEN).await.expect("known");
        keychain.set_trouble(trouble);
        let (left, is_deleted) = soon("signing out", sign_out(&app)).await.expect("signed out");
        assert_eq!((left.standing, is_deleted), (Standing::Nobody, false), "{trouble}");
        assert_eq!(anybody(&app).await, None, "it is not used any more");
        keychain.set_trouble(NO_TROUBLE);
    }
}

#[tokio::test]
async fn a_locked_keychain_is_asked_once_by_all_who_ask_together_and_told_from_being_signed_out() {
    let (stage, hub, keychain) = (Stage::new(), hub(vec![repository("o/n")]), Keychain::with(NO_TROUBLE));
    sign_in(&open_on(&stage, &hub, &keychain).await, TOKEN).await.expect("known");
    keychain.set_trouble(LOCKED);
    let app = open_on(&stage, &hub, &keychain).await;
    keychain.asked.store(0, Ordering::SeqCst);
    let (card, shown, other) =
        tokio::join!(app.model_card("o/n", "main"), app.account(), app.model_card("o/n", "main"));
    assert!(card.is_ok() && other.is_ok());
    assert_eq!(shown.expect("readable").standing, Standing::Locked { name: NAME.to_owned() });
    assert_eq!(keychain.asked.load(Ordering::SeqCst), 1);
}
