//! Who may have what, and how the Hub says no.

use std::time::Duration;

use hearth_fake_hub::{Account, Config, FakeHub, Gate, Quota, Repository};

use crate::client::{Answer, get, head};

pub(crate) const GATED: &str = "maker/gated";
pub(crate) const PRIVATE: &str = "maker/private";
pub(crate) const TOKEN: &str = "hf_reader";

/// A Hub with a gated and a private repository of another's, and somebody who is called `reader`.
pub(crate) fn hub_with_gates() -> FakeHub {
    let gated = Repository::new(GATED).with_gate(Gate::Manual).with_plain("config.json", "{}");
    let mut private = Repository::new(PRIVATE).with_plain("config.json", "{}");
    private.is_private = true;
    let account = Account { name: "reader".to_owned(), token: TOKEN.to_owned() };
    let config = Config { accounts: vec![account], ..Config::serving(vec![gated, private]) };
    FakeHub::start(config).expect("free ports")
}

fn code(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.header("x-error-code"))
}

#[test]
fn a_gated_repository_shows_what_is_in_it_and_keeps_its_files() {
    let hub = hub_with_gates();
    let info = get(format!("{}/api/models/{GATED}", hub.endpoint())).send();
    assert_eq!((info.status, info.json()["gated"].as_str()), (200, Some("manual")));
    let file = format!("{}/{GATED}/resolve/main/config.json", hub.endpoint());
    assert_eq!(code(&head(file.as_str()).send()), (401, Some("GatedRepo")), "who is not signed in");
    let nobodys = head(file.as_str()).token("hf_nobodys").send();
    assert_eq!(code(&nobodys), (401, Some("GatedRepo")), "a token that is nobody's is as none");
    assert_eq!(code(&head(file.as_str()).token(TOKEN).send()), (403, Some("GatedRepo")), "who has not been let in");
    hub.grant(GATED, "reader");
    assert_eq!(head(file.as_str()).token(TOKEN).send().status, 200);
    assert_eq!(head(file.as_str()).send().status, 401, "the others are still outside");
}

#[test]
fn a_private_repository_is_not_there_for_others() {
    let hub = hub_with_gates();
    for id in [PRIVATE, "maker/missing"] {
        let info = format!("{}/api/models/{id}", hub.endpoint());
        assert_eq!(code(&get(info.as_str()).send()), (401, None), "{id} for who is not signed in");
        assert_eq!(code(&get(info.as_str()).token(TOKEN).send()), (404, Some("RepoNotFound")), "{id} for who is");
    }
    let all = get(format!("{}/api/models", hub.endpoint())).send().json();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "a search does not find it");
    hub.grant(PRIVATE, "reader");
    assert_eq!(get(format!("{}/api/models/{PRIVATE}", hub.endpoint())).token(TOKEN).send().status, 200);
}

#[test]
fn what_is_not_there_is_told_apart() {
    let hub = hub_with_gates();
    hub.grant(GATED, "reader");
    let at = |rest: &str| head(format!("{}/{GATED}/resolve/{rest}", hub.endpoint())).token(TOKEN).send();
    assert_eq!(code(&at("main/missing.gguf")), (404, Some("EntryNotFound")));
    assert_eq!(code(&at("dev/config.json")), (404, Some("RevisionNotFound")));
}

#[test]
fn a_token_names_its_owner() {
    let hub = hub_with_gates();
    let whoami = format!("{}/api/whoami-v2", hub.endpoint());
    assert_eq!(get(whoami.as_str()).token(TOKEN).send().json()["name"], "reader");
    assert_eq!(get(whoami.as_str()).send().status, 401);
    assert_eq!(get(whoami.as_str()).token("hf_nobodys").send().status, 401);
}

#[test]
fn who_asks_too_often_is_told_how_long_to_wait() {
    let hub = hub_with_gates();
    hub.limit_requests(Some(Quota { requests: 2, window: Duration::from_mins(1) }));
    let ask = || get(format!("{}/api/models", hub.endpoint())).send();
    assert_eq!(ask().header("ratelimit").map(|told| told.starts_with("\"api\";r=1;t=")), Some(true));
    assert_eq!(ask().header("ratelimit-policy"), Some("\"fixed window\";\"api\";q=2;w=60"));
    let refused = ask();
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").expect("how long").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait} s");
    hub.limit_requests(None);
    assert_eq!(ask().status, 200);
}
