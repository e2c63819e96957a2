//! How the Hub is reached.

use hearth_core::{
    App, Config, HubConfig, SecretStore,
    error::ErrorCode,
    view::{NetworkSettings, ProxyChoice},
};

use crate::{
    hub_stage::{TOKEN, account, config, hub, open, refused, repository, sign_in, words},
    stage::{Stage, soon},
};

fn direct(endpoint: &str) -> NetworkSettings {
    NetworkSettings { endpoint: Some(endpoint.to_owned()), proxy: ProxyChoice::None, proxy_address: None }
}

fn through(proxy: &str) -> NetworkSettings {
    NetworkSettings { endpoint: None, proxy: ProxyChoice::Chosen, proxy_address: Some(proxy.to_owned()) }
}

#[tokio::test]
async fn at_first_the_system_decides_about_the_way_to_the_public_hub() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    assert_eq!(app.network_settings().await.expect("readable"), NetworkSettings::default());
    let shown = app.account().await.expect("nobody");
    assert_eq!((shown.host.as_str(), account(&shown)), ("huggingface.co", None));
    assert_eq!(shown.token_page, "https://huggingface.co/settings/tokens");
}

#[tokio::test]
async fn settings_go_before_the_environment_and_outlive_the_app() {
    let (stage, environment, mirror) = (Stage::new(), hub(Vec::new()), hub(vec![repository("o/on-mirror")]));
    let app = open(&stage, &environment).await;
    let found = app.search_models(words(""), None).await.expect("found").expect("the only search");
    assert!(found.models.is_empty());
    let kept = app.update_network_settings(direct(&format!(" {}/ ", mirror.endpoint()))).await.expect("kept");
    assert_eq!(kept.endpoint.as_deref(), Some(mirror.endpoint()), "in its normal form");

    let found = app.search_models(words(""), None).await.expect("found").expect("the only search");
    assert_eq!(found.models.len(), 1, "from now on");
    let again = App::new(config(&stage, &environment));
    assert_eq!(again.network_settings().await.expect("readable"), kept);
    let found = again.search_models(words(""), None).await.expect("found").expect("the only search");
    assert_eq!(found.models.len(), 1, "and after a restart");

    let back = NetworkSettings { endpoint: Some("  ".to_owned()), ..kept };
    assert_eq!(again.update_network_settings(back).await.expect("kept").endpoint, None);
    let found = again.search_models(words(""), None).await.expect("found").expect("the only search");
    assert!(found.models.is_empty(), "without one it is the environment's again");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_and_changes_nothing() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    let mirror = direct("https://hub.example.org/mirror");
    let kept = app.update_network_settings(mirror).await.expect("an address");
    let refused_ones = [
        direct("http://hub.example.org"),
        direct("https://name:password@hub.example.org"),
        direct("ftp://hub.example.org"),
        direct("https://"),
        through(""),
        through("ftp://proxy:8080"),
        through("http://"),
        through("http://proxy:99999"),
        through("socks5://proxy:1080/path"),
        NetworkSettings { proxy_address: None, ..through("") },
    ];
    for settings in refused_ones {
        let asked = format!("{settings:?}");
        assert_eq!(refused(&asked, app.update_network_settings(settings).await).code, ErrorCode::AddressInvalid);
        assert_eq!(app.network_settings().await.expect("readable"), kept, "{asked}");
    }
}

#[tokio::test]
async fn a_proxy_is_kept_in_its_normal_form_also_while_it_is_not_used() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    for (typed, kept) in [
        ("proxy.example.org:8080", "http://proxy.example.org:8080"),
        (" https://proxy.example.org ", "https://proxy.example.org"),
        ("socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080"),
    ] {
        let settings = app.update_network_settings(through(typed)).await.expect("a proxy");
        assert_eq!(settings.proxy_address.as_deref(), Some(kept), "{typed}");
    }
    let unused = NetworkSettings { proxy: ProxyChoice::System, ..through("socks5://127.0.0.1:1080") };
    assert_eq!(app.update_network_settings(unused.clone()).await.expect("kept"), unused);
    let half_typed = NetworkSettings { proxy: ProxyChoice::None, ..through("socks5://") };
    assert_eq!(app.update_network_settings(half_typed).await.expect("kept").proxy_address, None);
}

#[tokio::test]
async fn a_proxy_s_password_is_refused_by_its_own_name_and_lies_in_no_file() {
    let stage = Stage::new();
    let app = App::new(stage.config());
    for address in ["http://ada:secret@proxy:8080", "socks5://ada@proxy:1080", "ada:secret@proxy:8080"] {
        let error = refused(address, app.update_network_settings(through(address)).await);
        assert_eq!((error.code, error.details.name.as_deref()), (ErrorCode::AddressInvalid, Some("proxy_login")));
        assert!(!error.message.contains("secret"), "{}", error.message);
        let unused = NetworkSettings { proxy: ProxyChoice::None, ..through(address) };
        assert_eq!(app.update_network_settings(unused).await.expect("kept").proxy_address, None, "{address}");
    }
}

#[tokio::test]
async fn a_chosen_proxy_is_used_for_every_question() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/n")]));
    // A Hub that takes questions for others, and answers them itself.
    let proxy = crate::hub_stage::hub(vec![repository("o/of-the-proxy")]);
    let app = App::new(config(&stage, &hub));
    app.update_network_settings(through(proxy.endpoint())).await.expect("a proxy");
    let found = soon("an answer", app.search_models(words(""), None)).await.expect("found").expect("the only search");
    assert_eq!(found.models[0].repo, "o/of-the-proxy", "the proxy was asked");
    assert_eq!(hub.requests().len(), 0, "the Hub itself was not");
}

#[tokio::test]
async fn an_address_in_the_environment_that_is_none_is_told_and_can_be_overruled() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/n")]));
    let wrong = HubConfig { endpoint: Some("http://not-encrypted.example.org".to_owned()), ..HubConfig::default() };
    let app = App::new(Config { hub: wrong, ..stage.config() });
    let error = refused("a search", app.search_models(words(""), None).await);
    assert_eq!(error.code, ErrorCode::AddressInvalid);
    app.update_network_settings(direct(hub.endpoint())).await.expect("kept");
    assert!(app.search_models(words(""), None).await.expect("found").is_some());
}

#[tokio::test]
async fn a_token_is_sent_to_no_other_hub_than_the_one_it_was_entered_for() {
    let (stage, own, other) = (Stage::new(), hub(vec![repository("o/n")]), hub(vec![repository("o/n")]));
    let app = open(&stage, &own).await;
    sign_in(&app, TOKEN).await.expect("signed in");
    app.update_network_settings(direct(other.endpoint())).await.expect("kept");
    assert_eq!(account(&app.account().await.expect("nobody")), None, "there, nobody is signed in");
    app.search_models(words(""), None).await.expect("found");
    assert!(!other.requests().is_empty());
    assert!(other.requests().iter().all(|request| !request.has_authorization), "the other Hub never saw the token");

    app.update_network_settings(direct(own.endpoint())).await.expect("kept");
    assert!(account(&app.account().await.expect("readable")).is_some(), "back there, it is known again");
}

#[tokio::test]
async fn a_token_goes_to_the_hub_that_the_person_saw_or_to_none() {
    let (stage, own, other) = (Stage::new(), hub(Vec::new()), hub(Vec::new()));
    let app = open(&stage, &own).await;
    let shown = app.account().await.expect("nobody").host;
    app.update_network_settings(direct(other.endpoint())).await.expect("kept");
    refused("a token for another Hub", app.sign_in(TOKEN, &shown).await);
    assert_eq!(other.requests().len(), 0, "it was not sent there");

    app.update_network_settings(direct(own.endpoint())).await.expect("kept");
    app.sign_in(TOKEN, &shown).await.expect("signed in");
    app.update_network_settings(direct(other.endpoint())).await.expect("kept");
    refused("signing out of a Hub that is not in use", app.sign_out(&shown).await);
    assert_eq!(stage.secrets.get(own.endpoint()).as_deref(), Ok(TOKEN), "nothing is said to be deleted that is not");
}
