//! Who may fetch what, and by which way.

use std::fs;

use hearth_core::{
    App, Config,
    error::ErrorCode,
    view::{Download, DownloadState, NetworkSettings, ProxyChoice},
};
use hearth_fake_hub::{Account, Config as HubContents, FakeHub, Gate, Host};

use super::{FILE, REPO, begin_slowly, code, one_model};
use crate::{
    account::{Keychain, LOCKED, NO_TROUBLE},
    computer::{Computer, done, download, model, repository, request},
    hub_stage::{sign_in, sign_out},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_gated_repository_says_which_step_is_missing_and_goes_on_by_itself_after_each() {
    let bytes = model("Gated", 1);
    let gated = repository(REPO, &[(FILE, bytes.clone())]).with_gate(Gate::Manual);
    let accounts = vec![Account { name: "grace".into(), token: "hf_grace".into() }];
    let computer = Computer::with(HubContents { accounts, ..HubContents::serving(vec![gated]) });
    let (app, _engine) = computer.open().await;
    let begun = app.start_download(request(REPO, FILE)).await.expect("in the list");
    let failed = download(&app, begun.id, "the refusal", |one| code(one).is_some()).await;
    let DownloadState::Failed { error } = failed.state else { unreachable!() };
    assert_eq!((error.code, error.details.name.as_deref()), (ErrorCode::SignInRequired, Some(REPO)));
    let address = format!("{}/{REPO}", computer.hub.endpoint());
    assert_eq!(error.details.address, Some(address), "the page with its conditions");

    sign_in(&app, "hf_grace").await.expect("signed in");
    download(&app, begun.id, "the next step", |one| code(one) == Some(ErrorCode::AccessNotGranted)).await;
    computer.hub.grant(REPO, "grace");
    let fetched = |one: &Download| matches!(one.state, DownloadState::Done { .. });
    let done = download(&app, begun.id, "the model", fetched).await;
    let DownloadState::Done { model } = done.state else { unreachable!() };
    assert!(fs::read(model.0).expect("readable") == bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_download_goes_another_way_when_the_settings_say_so() {
    let (computer, bytes) = one_model();
    let mirror = FakeHub::start(HubContents::serving(vec![repository(REPO, &[(FILE, bytes.clone())])]));
    let mirror = mirror.expect("a free port");
    let (app, _engine) = computer.open().await;
    let id = begin_slowly(&computer, &app).await;
    let endpoint = Some(mirror.endpoint().to_owned());
    let settings = NetworkSettings { endpoint, proxy: ProxyChoice::None, proxy_address: None };
    app.update_network_settings(settings).await.expect("changed");
    assert!(fs::read(done(&app, id).await.0).expect("readable") == bytes);
    let asked = mirror.requests().iter().filter(|request| request.host == Host::Cdn).count();
    assert!(asked > 0, "the rest came from there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_hub_does_not_have_is_told_and_not_queued() {
    let (computer, _) = one_model();
    let (app, _engine) = computer.open().await;
    for asked in [request(REPO, "none.gguf"), request("ada/none", FILE), request("no name", FILE)] {
        let refused = app.start_download(asked.clone()).await.expect_err("refused");
        assert_eq!((refused.code, refused.details.name), (ErrorCode::NotOnHub, Some(asked.repo)));
    }
    computer.hub.offline();
    let refused = app.start_download(request(REPO, FILE)).await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::Offline);
    assert!(app.downloads().borrow().is_empty());
}

/// Of a fault: whoever is signed out is told that there is no such repository, and that was taken for the end of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_repository_is_fetched_further_when_somebody_is_signed_in_again() {
    let (_, bytes) = one_model();
    let mut private = repository(REPO, &[(FILE, bytes.clone())]);
    private.is_private = true;
    let accounts = vec![Account { name: "grace".into(), token: "hf_grace".into() }];
    let computer = Computer::with(HubContents { accounts, ..HubContents::serving(vec![private]) });
    computer.hub.grant(REPO, "grace");
    let (app, _engine) = computer.open().await;
    sign_in(&app, "hf_grace").await.expect("signed in");
    let id = begin_slowly(&computer, &app).await;
    sign_out(&app).await.expect("signed out");
    download(&app, id, "the refusal", |one| code(one) == Some(ErrorCode::NotOnHub)).await;
    computer.hub.limit_bytes_per_second(None);
    sign_in(&app, "hf_grace").await.expect("signed in again");
    let fetched = |one: &Download| matches!(one.state, DownloadState::Done { .. });
    let done = download(&app, id, "the model", fetched).await;
    let DownloadState::Done { model } = done.state else { unreachable!() };
    assert!(fs::read(model.0).expect("readable") == bytes);
}

/// Of a fault: whoever pressed "Try again" was refused until the account's page was opened, which asked the keychain.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_repository_is_fetched_further_when_the_keychain_is_open_again() {
    let (_, bytes) = one_model();
    let mut private = repository(REPO, &[(FILE, bytes.clone())]);
    private.is_private = true;
    let accounts = vec![Account { name: "grace".into(), token: "hf_grace".into() }];
    let computer = Computer::with(HubContents { accounts, ..HubContents::serving(vec![private]) });
    computer.hub.grant(REPO, "grace");
    let keychain = Keychain::with(NO_TROUBLE);
    let config = || Config { secrets: keychain.clone(), ..computer.config() };
    let app = App::new(config());
    sign_in(&app, "hf_grace").await.expect("signed in");
    let id = begin_slowly(&computer, &app).await;
    app.shutdown().await;
    drop(app);

    computer.hub.limit_bytes_per_second(None);
    keychain.set_trouble(LOCKED);
    let app = App::new(config());
    download(&app, id, "the refusal", |one| code(one) == Some(ErrorCode::NotOnHub)).await;
    app.resume_download(id).await.expect("tried");
    download(&app, id, "the refusal again", |one| code(one) == Some(ErrorCode::NotOnHub)).await;
    keychain.set_trouble(NO_TROUBLE);
    app.resume_download(id).await.expect("tried");
    assert!(fs::read(done(&app, id).await.0).expect("readable") == bytes);
}
