//! An app whose Hub is the fake one.

use std::time::Duration;

use hearth_core::{
    App, Config, HubConfig,
    error::AppError,
    view::{Account, AccountState, ModelQuery, ModelSort, NetworkSettings, ProxyChoice, Standing},
};
use hearth_fake_hub::{Content, FakeHub, Repository};
use hearth_hub::Patience;
use serde_json::json;

use crate::stage::{Stage, soon};

pub(crate) const TOKEN: &str = "hf_of_ada";
pub(crate) const NAME: &str = "ada-lovelace";

/// A Hub with one account.
pub(crate) fn hub(repositories: Vec<Repository>) -> FakeHub {
    let accounts = vec![hearth_fake_hub::Account { name: NAME.to_owned(), token: TOKEN.to_owned() }];
    let config = hearth_fake_hub::Config { accounts, ..hearth_fake_hub::Config::serving(repositories) };
    FakeHub::start(config).expect("a free port")
}

/// The stage's settings, with this Hub in place of the public one.
pub(crate) fn config(stage: &Stage, hub: &FakeHub) -> Config {
    let hub = HubConfig {
        endpoint: Some(hub.endpoint().to_owned()),
        user_agent: "hearth-test".to_owned(),
        patience: Patience { stall_timeout: Duration::from_millis(500), ..Patience::default() },
        keychain_patience: Duration::from_millis(200),
    };
    Config { hub, ..stage.config() }
}

/// An app that reaches this Hub, whatever proxy this machine uses.
pub(crate) async fn open(stage: &Stage, hub: &FakeHub) -> App {
    open_with(config(stage, hub)).await
}

/// The same with other settings.
pub(crate) async fn open_with(config: Config) -> App {
    let app = App::new(config);
    let kept = app.network_settings().await.expect("readable");
    let direct = NetworkSettings { proxy: ProxyChoice::None, ..kept };
    soon("the settings", app.update_network_settings(direct)).await.expect("kept");
    app
}

/// A repository with two builds, one of them in parts, and a projector.
pub(crate) fn repository(id: &str) -> Repository {
    let mut repository = Repository::new(id)
        .with_tags(&["gguf", "conversational", "license:apache-2.0"])
        .with_lfs("tiny-4B-Q4_K_M.gguf", Content::elsewhere("4", 2_500_000_000))
        .with_lfs("tiny-4B-Q8_0-00001-of-00002.gguf", Content::elsewhere("8", 2_400_000_000))
        .with_lfs("tiny-4B-Q8_0-00002-of-00002.gguf", Content::elsewhere("9", 1_900_000_000))
        .with_lfs("mmproj-F16.gguf", Content::elsewhere("1", 600_000_000))
        .with_plain("README.md", "---\nlicense: apache-2.0\n---\n# Tiny\n\nIt is small.\n");
    repository.gguf = Some(json!({
        "total": 4_000_000_000_u64, "architecture": "qwen3", "context_length": 32_768, "chat_template": "{{ tools }}",
    }));
    repository.card_data = Some(json!({"license": "apache-2.0", "language": ["en"]}));
    repository
}

pub(crate) fn words(words: &str) -> ModelQuery {
    ModelQuery { words: words.to_owned(), sort: ModelSort::Downloads, purpose: None, licence: None, fits_here: false }
}

/// Signs in at the Hub in use, as whoever sees which that is.
pub(crate) async fn sign_in(app: &App, token: &str) -> Result<AccountState, AppError> {
    let shown = app.account().await?;
    app.sign_in(token, &shown.host).await
}

/// Signs out in the same way, and tells whether the token is deleted.
pub(crate) async fn sign_out(app: &App) -> Result<(AccountState, bool), AppError> {
    let shown = app.account().await?;
    let left = app.sign_out(&shown.host).await?;
    Ok((left.account, left.is_deleted))
}

/// Who is signed in.
pub(crate) fn account(state: &AccountState) -> Option<&Account> {
    match &state.standing {
        Standing::SignedIn { account } => Some(account),
        Standing::Nobody | Standing::Locked { .. } => None,
    }
}

/// Why something failed that must.
pub(crate) fn refused<T>(what: &str, result: Result<T, AppError>) -> AppError {
    result.err().unwrap_or_else(|| panic!("{what} must be refused"))
}
