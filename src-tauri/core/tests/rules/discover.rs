//! What can be found on the Hub, and what happens when it cannot be asked.

use std::time::Duration;

use hearth_core::{
    App, Config,
    error::ErrorCode,
    view::{Capability, Choice, FitVerdict, FoundModels, Gate, ModelAddress, ModelQuery, ModelSort, Presence, Purpose},
};
use hearth_fake_hub::{Aim, Content, FakeHub, Fault, Repository};
use serde_json::json;

use crate::{
    hub_stage::{NAME, TOKEN, hub, open, open_with, refused, repository, sign_in, words},
    stage::{Stage, TestComputer, soon},
};

async fn search(app: &App, query: ModelQuery) -> FoundModels {
    soon("what is found", app.search_models(query, None)).await.expect("found").expect("no later search")
}

fn address(repo: &str) -> ModelAddress {
    ModelAddress { repo: repo.to_owned(), revision: None, file: None, tag: None }
}

fn repos(found: &FoundModels) -> Vec<&str> {
    found.models.iter().map(|model| model.repo.as_str()).collect()
}

/// A repository of a model with so many weights, `None` where the Hub does not say.
fn sized(id: &str, parameters: Option<u64>) -> Repository {
    let mut repository = Repository::new(id).with_tags(&["gguf"]).with_lfs("x-Q4_K_M.gguf", Content::bytes("x"));
    repository.gguf = parameters.map(|parameters| json!({"total": parameters, "architecture": "llama"}));
    repository
}

fn many() -> Vec<Repository> {
    (0..75_u64)
        .map(|number| {
            let mut repository = repository(&format!("o/model-{number:02}-GGUF"));
            repository.downloads = number;
            repository
        })
        .collect()
}

#[tokio::test]
async fn a_model_that_is_found_is_shown_in_words_with_how_it_would_run_here() {
    let mut gated = repository("unsloth/Tiny-4B-Instruct-GGUF").with_gate(hearth_fake_hub::Gate::Auto);
    (gated.downloads, gated.likes) = (70, 7);
    let (stage, hub) = (Stage::new(), hub(vec![gated]));
    let app = open(&stage, &hub).await;
    let found = search(&app, words("tiny")).await;
    let model = &found.models[0];
    assert_eq!((model.name.as_str(), model.owner.as_str()), ("Tiny 4B Instruct", "unsloth"));
    assert_eq!((model.gate, model.downloads, model.likes), (Gate::Conditions, Some(70), Some(7)));
    assert_eq!((model.licence.as_deref(), model.parameters), (Some("apache-2.0"), Some(4_000_000_000)));
    assert_eq!(model.capabilities, [Capability::Chat, Capability::Vision, Capability::Tools]);
    assert_eq!(model.fit.verdict, FitVerdict::Fast);
    assert!(!model.is_here);
    assert_eq!(found.next, None);
}

#[tokio::test]
async fn a_search_is_narrowed_and_sorted_as_it_is_asked() {
    let mut eye = Repository::new("b/tiny-eye").with_tags(&["gguf", "license:mit"]);
    eye.pipeline_tag = Some("image-text-to-text".to_owned());
    eye.likes = 5;
    let mut coder = repository("a/tiny-coder").with_tags(&["code"]);
    coder.downloads = 9;
    let (stage, hub) = (Stage::new(), hub(vec![eye, coder]));
    let app = open(&stage, &hub).await;
    let cases = [
        (words(""), vec!["a/tiny-coder", "b/tiny-eye"]),
        (ModelQuery { sort: ModelSort::Likes, ..words("tiny") }, vec!["b/tiny-eye", "a/tiny-coder"]),
        (words("eye"), vec!["b/tiny-eye"]),
        (ModelQuery { purpose: Some(Purpose::Coding), ..words("") }, vec!["a/tiny-coder"]),
        (ModelQuery { purpose: Some(Purpose::Chat), ..words("") }, vec!["a/tiny-coder"]),
        (ModelQuery { purpose: Some(Purpose::Vision), ..words("") }, vec!["b/tiny-eye"]),
        (ModelQuery { licence: Some("mit".to_owned()), ..words("") }, vec!["b/tiny-eye"]),
        (words("nothing"), vec![]),
    ];
    for (query, expected) in cases {
        let asked = format!("{query:?}");
        assert_eq!(repos(&search(&app, query).await), expected, "{asked}");
    }
}

#[tokio::test]
async fn only_what_is_too_large_for_this_computer_is_left_out_where_asked() {
    let repositories =
        vec![sized("o/small", Some(1_000_000_000)), sized("o/huge", Some(400_000_000_000)), sized("o/unknown", None)];
    let (stage, hub) = (Stage::new(), hub(repositories));
    let app = open(&stage, &hub).await;
    assert_eq!(search(&app, words("")).await.models.len(), 3);
    let found = search(&app, ModelQuery { fits_here: true, ..words("") }).await;
    let mut left = repos(&found);
    left.sort_unstable();
    assert_eq!(left, ["o/small", "o/unknown"]);
    let unknown = found.models.iter().find(|model| model.repo == "o/unknown").expect("it stays");
    assert_eq!(unknown.fit.verdict, FitVerdict::Unknown);
}

#[tokio::test]
async fn pages_follow_each_other_by_names_that_hold_no_address() {
    let (stage, hub) = (Stage::new(), hub(many()));
    let app = open(&stage, &hub).await;
    let mut page = search(&app, words("")).await;
    let mut found: Vec<String> = Vec::new();
    loop {
        found.extend(page.models.iter().map(|model| model.repo.clone()));
        let Some(next) = page.next else { break };
        assert!(!next.contains('/') && !next.contains(':'), "{next} names an address");
        page = app.search_models(words(""), Some(next)).await.expect("found").expect("no later search");
    }
    let expected: Vec<String> = (0..75).rev().map(|number| format!("o/model-{number:02}-GGUF")).collect();
    assert_eq!(found, expected, "each model once, in the order that was asked for");
}

#[tokio::test]
async fn a_page_that_did_not_come_can_be_asked_for_again() {
    let (stage, hub) = (Stage::new(), hub(many()));
    let app = open(&stage, &hub).await;
    let next = search(&app, words("")).await.next.expect("more pages");
    hub.offline();
    let error = refused("a page without a network", app.search_models(words(""), Some(next.clone())).await);
    assert_eq!(error.code, ErrorCode::Offline);
    hub.online().expect("the same address");
    let page = app.search_models(words(""), Some(next)).await.expect("found").expect("no later search");
    assert_eq!(page.models.len(), 30);
}

#[tokio::test]
async fn a_later_search_takes_the_place_of_one_that_is_on_its_way() {
    let (stage, hub) = (Stage::new(), hub(many()));
    let app = open(&stage, &hub).await;
    hub.faults().next_at(Aim::Api, Fault::SlowStart(Duration::from_mins(1)));
    let earlier = tokio::spawn({
        let app = app.clone();
        async move { app.search_models(words("model-0"), None).await }
    });
    soon("the earlier question", async {
        while hub.faults().waiting() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let later = search(&app, words("model-1")).await;
    assert_eq!(later.models.len(), 10);
    let earlier = soon("the end of the earlier search", earlier).await.expect("no panic");
    assert_eq!(earlier.expect("no error: nobody waits for it"), None);
}

#[tokio::test]
async fn the_next_page_of_an_earlier_search_is_not_fetched() {
    let (stage, hub) = (Stage::new(), hub(many()));
    let app = open(&stage, &hub).await;
    let next = search(&app, words("")).await.next;
    search(&app, words("model-1")).await;
    hub.forget_requests();
    assert_eq!(app.search_models(words(""), next).await.expect("no error"), None);
    let made_up = Some("https://evil.example/".to_owned());
    assert_eq!(app.search_models(words(""), made_up).await.expect("no error"), None);
    assert_eq!(hub.requests().len(), 0, "nobody was asked");
}

#[tokio::test]
async fn each_trouble_of_a_search_is_told_by_its_meaning_and_passes() {
    let (stage, hub) = (Stage::new(), hub(many()));
    let app = open(&stage, &hub).await;
    let wait = Duration::from_secs(40);
    let cases = [
        (Fault::LoginPage, ErrorCode::LoginPage),
        (Fault::LoginRedirect, ErrorCode::LoginPage),
        (Fault::RedirectLoop, ErrorCode::LoginPage),
        (Fault::Status(500), ErrorCode::HubTrouble),
        (Fault::TooManyRequests { retry_after: wait }, ErrorCode::RateLimited),
        (Fault::SlowStart(Duration::from_mins(1)), ErrorCode::Offline),
        (Fault::Reset { after_bytes: 0 }, ErrorCode::Offline),
    ];
    for (fault, code) in cases {
        hub.faults().next_at(Aim::Api, fault);
        let error = refused("a search in trouble", soon("an error", app.search_models(words(""), None)).await);
        assert_eq!(error.code, code, "{fault:?}");
        let seconds = error.details.seconds;
        assert_eq!(seconds, (code == ErrorCode::RateLimited).then_some(40), "{fault:?}");
        assert_eq!(search(&app, words("")).await.models.len(), 30, "it works again after {fault:?}");
    }
}

#[tokio::test]
async fn a_pasted_address_leads_to_its_model_and_other_words_do_not() {
    let (stage, hub) = (Stage::new(), hub(Vec::new()));
    let app = open(&stage, &hub).await;
    let own = format!("{}/o/n/blob/main/n-Q4_K_M.gguf", hub.endpoint());
    let file = Some("n-Q4_K_M.gguf".to_owned());
    let cases = [
        ("o/n", address("o/n")),
        ("o/n:Q4_K_M", ModelAddress { tag: Some("Q4_K_M".to_owned()), ..address("o/n") }),
        ("https://hf.co/o/n", address("o/n")),
        ("ollama run hf.co/o/n:Q8_0", ModelAddress { tag: Some("Q8_0".to_owned()), ..address("o/n") }),
        (&*own, ModelAddress { revision: Some("main".to_owned()), file, ..address("o/n") }),
    ];
    for (text, expected) in cases {
        assert_eq!(app.find_address(text).await, Some(expected), "{text}");
    }
    for text in ["qwen coder", "", "https://example.org/o/n"] {
        assert_eq!(app.find_address(text).await, None, "{text}");
    }
}

#[tokio::test]
async fn a_model_s_page_has_its_builds_with_what_each_takes() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("unsloth/Tiny-4B-GGUF")]));
    let app = open(&stage, &hub).await;
    let page = soon("the page", app.model_page(address("unsloth/Tiny-4B-GGUF"))).await.expect("a page");
    assert_eq!((page.name.as_str(), page.commit.len()), ("Tiny 4B", 40));
    assert_eq!(page.web_address, format!("{}/unsloth/Tiny-4B-GGUF", hub.endpoint()));
    let [balanced, best] = &page.builds[..] else { panic!("two builds, not {:?}", page.builds) };
    assert_eq!((balanced.label.as_str(), balanced.choice), ("Q4_K_M", Some(Choice::Balanced)));
    assert_eq!((balanced.size_bytes, balanced.projector_bytes), (Some(2_500_000_000), Some(600_000_000)));
    assert_eq!((best.file.as_str(), best.parts, best.is_whole), ("tiny-4B-Q8_0-00001-of-00002.gguf", 2, true));
    assert_eq!((best.size_bytes, best.choice), (Some(4_300_000_000), Some(Choice::Best)));
    assert_eq!(balanced.presence, Presence::Absent);
    let needed = |build: &hearth_core::view::Build| build.fit.needed_bytes.expect("known");
    assert!(needed(balanced) > 2_500_000_000 && needed(best) > needed(balanced), "more than the file alone");
    assert_eq!(page.suggested.as_deref(), Some("tiny-4B-Q4_K_M.gguf"));
}

#[tokio::test]
async fn the_build_that_an_address_names_is_offered_before_any_other() {
    let mut named = repository("o/n");
    named = named.with_lfs("tiny-4B-Q2_K-00001-of-00003.gguf", Content::elsewhere("2", 1_000_000));
    let (stage, hub) = (Stage::new(), hub(vec![named]));
    let app = open(&stage, &hub).await;
    let best = "tiny-4B-Q8_0-00001-of-00002.gguf";
    let file = |name: &str| ModelAddress { file: Some(name.to_owned()), ..address("o/n") };
    let tag = |tag: &str| ModelAddress { tag: Some(tag.to_owned()), ..address("o/n") };
    let balanced = "tiny-4B-Q4_K_M.gguf";
    let cases = [
        (file("tiny-4B-Q8_0-00002-of-00002.gguf"), best),
        (tag("q8_0"), best),
        // What is not there, or not whole, is not offered.
        (tag("Q6_K"), balanced),
        (file("tiny-4B-Q2_K-00001-of-00003.gguf"), balanced),
        (file("../../x.gguf"), balanced),
    ];
    for (address, expected) in cases {
        let page = app.model_page(address.clone()).await.expect("a page");
        assert_eq!(page.suggested.as_deref(), Some(expected), "{address:?}");
    }
}

#[tokio::test]
async fn what_is_offered_depends_on_the_computer() {
    async fn offered(hub: &FakeHub, gigabytes: u64) -> Option<String> {
        let stage = Stage::new();
        let hardware = std::sync::Arc::new(TestComputer::of_gigabytes(gigabytes));
        let app = open_with(Config { hardware, ..crate::hub_stage::config(&stage, hub) }).await;
        app.model_page(address("o/n")).await.expect("a page").suggested
    }
    let mut repository = repository("o/n").with_lfs("tiny-4B-Q3_K_M.gguf", Content::elsewhere("3", 900_000_000));
    repository.gguf = Some(json!({"total": 4_000_000_000_u64, "architecture": "qwen3"}));
    let hub = hub(vec![repository]);
    assert_eq!(offered(&hub, 16).await.as_deref(), Some("tiny-4B-Q4_K_M.gguf"));
    assert_eq!(offered(&hub, 4).await.as_deref(), Some("tiny-4B-Q3_K_M.gguf"));
    assert_eq!(offered(&hub, 2).await, None);
}

#[tokio::test]
async fn a_repository_that_was_renamed_is_shown_by_its_new_name() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/old")]));
    hub.rename("o/old", "o/new");
    let app = open(&stage, &hub).await;
    assert_eq!(app.model_page(address("o/old")).await.expect("a page").repo, "o/new");
}

#[tokio::test]
async fn a_gated_repository_is_shown_with_its_gate_and_its_page_on_the_web() {
    let gated = repository("o/gated").with_gate(hearth_fake_hub::Gate::Manual);
    let (stage, hub) = (Stage::new(), hub(vec![gated]));
    let app = open(&stage, &hub).await;
    let page = app.model_page(address("o/gated")).await.expect("a page");
    assert_eq!(page.gate, Gate::Approval);
    let error = refused("its card", app.model_card("o/gated", &page.commit).await);
    assert_eq!(error.code, ErrorCode::SignInRequired);
    assert_eq!(error.details.name.as_deref(), Some("o/gated"));
    assert_eq!(error.details.address, Some(format!("{}/o/gated", hub.endpoint())));

    sign_in(&app, TOKEN).await.expect("signed in");
    let error = refused("its card", app.model_card("o/gated", &page.commit).await);
    assert_eq!(error.code, ErrorCode::AccessNotGranted);
    hub.grant("o/gated", NAME);
    assert!(app.model_card("o/gated", &page.commit).await.expect("let in").is_some());
}

#[tokio::test]
async fn what_the_hub_does_not_have_is_told_by_its_name() {
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/n")]));
    let app = open(&stage, &hub).await;
    sign_in(&app, TOKEN).await.expect("signed in");
    let revision = ModelAddress { revision: Some("0".repeat(40)), ..address("o/n") };
    let nonsense = ModelAddress { revision: Some("..".to_owned()), ..address("o/n") };
    for (address, name) in
        [(address("o/gone"), "o/gone"), (revision, "o/n"), (nonsense, "o/n"), (address("../etc"), "../etc")]
    {
        let error = refused(name, app.model_page(address).await);
        assert_eq!((error.code, error.details.name.as_deref()), (ErrorCode::NotOnHub, Some(name)));
    }
}

#[tokio::test]
async fn a_card_is_what_the_repository_says_of_itself_without_its_metadata() {
    let silent = Repository::new("o/silent").with_lfs("x.gguf", Content::bytes("x"));
    let bare = Repository::new("o/bare").with_plain("README.md", "---\nlicense: mit\n---\n");
    let (stage, hub) = (Stage::new(), hub(vec![repository("o/n"), silent, bare]));
    let app = open(&stage, &hub).await;
    let card = app.model_card("o/n", "main").await.expect("readable").expect("a card");
    assert_eq!((card.markdown.as_str(), card.is_cut), ("# Tiny\n\nIt is small.", false));
    assert_eq!(app.model_card("o/silent", "main").await.expect("no error"), None);
    assert_eq!(app.model_card("o/bare", "main").await.expect("no error"), None);
}
