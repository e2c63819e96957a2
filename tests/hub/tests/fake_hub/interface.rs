//! The interface in JSON.

use hearth_fake_hub::{Config, Content, FakeHub, Repository, checkpoint_folder, listing};
use serde_json::{Value, json};

use crate::{
    client::{Answer, get},
    files::{MODEL, hub_with_model},
};

/// Real repositories of many naming forms, with their real files' names and rounded sizes.
pub(crate) const LISTING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/hub-listing.json");

pub(crate) fn hub_with_listing() -> FakeHub {
    let text = std::fs::read_to_string(LISTING).expect("a readable file");
    FakeHub::start(Config::serving(listing(&text).expect("a list"))).expect("free ports")
}

fn ids(answer: &Answer) -> Vec<String> {
    let entries = answer.json();
    let id = |entry: &Value| entry["id"].as_str().expect("an id").to_owned();
    entries.as_array().expect("an array").iter().map(id).collect()
}

/// The address in `Link: <...>; rel="next"`.
fn next(answer: &Answer) -> Option<String> {
    answer.header("link")?.strip_prefix('<')?.strip_suffix(">; rel=\"next\"").map(str::to_owned)
}

#[test]
fn a_search_finds_by_words_author_and_tags_and_sorts() {
    let hub = hub_with_listing();
    let search = |query: &str| get(format!("{}/api/models?{query}", hub.endpoint())).send();
    assert_eq!(ids(&search("search=lfm2.5%20INSTRUCT")), ["LiquidAI/LFM2.5-1.2B-Instruct-GGUF"]);
    assert!(ids(&search("search=no-such-model")).is_empty());
    let prism = ids(&search("author=prism-ml&filter=gguf&sort=downloads"));
    assert_eq!(prism, ["prism-ml/Bonsai-8B-gguf", "prism-ml/Ternary-Bonsai-8B-gguf"], "the most downloaded first");
    assert!(ids(&search("author=prism-ml&filter=gguf,mlx")).is_empty(), "all tags must be there");
    assert!(ids(&search("filter=text-generation")).len() > 5, "the pipeline's name is a tag too");
    let newest = search("sort=createdAt&direction=-1").json();
    let dates: Vec<&str> = newest.as_array().unwrap().iter().filter_map(|entry| entry["createdAt"].as_str()).collect();
    assert!(dates.len() > 30 && dates.is_sorted_by(|newer, older| newer >= older), "the newest first: {dates:?}");
    assert_eq!(search("sort=beauty").status, 400);
}

#[test]
fn only_the_properties_that_are_asked_for_are_told() {
    let hub = hub_with_listing();
    let search = |query: &str| get(format!("{}/api/models?limit=1&{query}", hub.endpoint())).send();
    let bare = search("").json();
    assert!(bare[0]["downloads"].is_u64() && bare[0]["siblings"].is_null(), "{bare}");
    let expanded = search("expand=gguf&expand=siblings&expand=gated").json();
    let mut names: Vec<&String> = expanded[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["_id", "gated", "gguf", "id", "siblings"]);
    assert_eq!(expanded[0]["siblings"][0].as_object().unwrap().len(), 1, "names only: sizes need the info");
    assert_eq!(search("expand=everything").status, 400);
    assert_eq!(search("expand=gguf&full=true").status, 400, "the two exclude each other");
}

#[test]
fn pages_lead_to_the_next_until_all_have_come_once() {
    let hub = hub_with_listing();
    let mut seen = Vec::new();
    let mut address = Some(format!("{}/api/models?limit=10&sort=likes&expand=tags", hub.endpoint()));
    while let Some(page) = address.take() {
        let answer = get(page).send();
        seen.extend(ids(&answer));
        address = next(&answer);
    }
    let all = ids(&get(format!("{}/api/models?sort=likes", hub.endpoint())).send());
    assert!(all.len() > 30);
    assert_eq!(seen, all);
    assert_eq!(get(format!("{}/api/models?cursor=nonsense", hub.endpoint())).send().status, 400);
}

#[test]
fn the_info_tells_sizes_and_digests_when_asked_for_blobs() {
    let (hub, content) = hub_with_model(1234);
    let info = get(format!("{}/api/models/{MODEL}/revision/main?blobs=true", hub.endpoint())).send().json();
    let siblings = info["siblings"].as_array().unwrap();
    let large = siblings.iter().find(|sibling| sibling["rfilename"] == "model-Q4_K_M.gguf").unwrap();
    assert_eq!(large["size"], 1234);
    assert_eq!((&large["lfs"]["sha256"], &large["lfs"]["size"]), (&json!(content.sha256()), &json!(1234)));
    let small = siblings.iter().find(|sibling| sibling["rfilename"] == "README.md").unwrap();
    assert!(small["lfs"].is_null() && small["size"] == 10);
    let plain = get(format!("{}/api/models/{MODEL}", hub.endpoint())).send().json();
    assert!(plain["siblings"][0]["size"].is_null());
    let commit = info["sha"].as_str().unwrap();
    assert_eq!(get(format!("{}/api/models/{MODEL}/revision/{commit}", hub.endpoint())).send().status, 200);
    assert_eq!(get(format!("{}/api/models/{MODEL}/revision/dev", hub.endpoint())).send().status, 404);
}

#[test]
fn the_tree_tells_a_folder_or_all_below_it() {
    let (hub, content) = hub_with_model(1234);
    let tree = |rest: &str| get(format!("{}/api/models/{MODEL}/tree/main{rest}", hub.endpoint())).send();
    let paths = |answer: Answer| -> Vec<String> {
        let entries = answer.json();
        entries.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(tree("")), ["config", "README.md", "model-Q4_K_M.gguf"]);
    assert_eq!(paths(tree("?recursive=true")), ["config", "README.md", "config/one.json", "model-Q4_K_M.gguf"]);
    assert_eq!(paths(tree("/config")), ["config/one.json"]);
    assert_eq!(tree("/missing").header("x-error-code"), Some("EntryNotFound"));
    let large = &tree("").json()[2];
    assert_eq!((&large["lfs"]["oid"], &large["size"]), (&json!(content.sha256()), &json!(1234)));
    let first = tree("?recursive=true&limit=3");
    let second = get(next(&first).expect("a second page")).send();
    assert_eq!(paths(first).len() + paths(second).len(), 4);
}

#[test]
fn all_that_is_listed_has_a_size_and_a_digest() {
    let hub = hub_with_listing();
    for id in ids(&get(format!("{}/api/models", hub.endpoint())).send()) {
        let info = get(format!("{}/api/models/{id}?blobs=true", hub.endpoint())).send().json();
        for sibling in info["siblings"].as_array().unwrap() {
            let name = sibling["rfilename"].as_str().unwrap();
            assert!(sibling["size"].as_u64() > Some(0), "{id}/{name}");
            let digest = sibling["lfs"]["sha256"].as_str().map(str::len);
            assert!(name == "README.md" || digest == Some(64), "{id}/{name}");
        }
    }
}

#[test]
fn a_checkpoint_is_served_with_what_the_hub_reads_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}"#;
    let mut weights = (header.len() as u64).to_le_bytes().to_vec();
    weights.extend_from_slice(header.as_bytes());
    weights.extend_from_slice(&[0; 12]);
    std::fs::write(folder.path().join("model.safetensors"), &weights).unwrap();
    std::fs::write(folder.path().join("config.json"), r#"{"model_type":"llama"}"#).unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("sub/extra.json"), "{}").unwrap();
    let repository = checkpoint_folder("maker/checkpoint", folder.path()).unwrap();
    let hub = FakeHub::start(Config::serving(vec![repository])).unwrap();
    let info = get(format!("{}/api/models/maker/checkpoint?blobs=true", hub.endpoint())).send().json();
    assert_eq!(info["safetensors"], json!({ "parameters": { "BF16": 6 }, "total": 6 }));
    assert_eq!(info["config"]["model_type"], "llama");
    let names: Vec<&Value> = info["siblings"].as_array().unwrap().iter().map(|file| &file["rfilename"]).collect();
    assert_eq!(names, ["README.md", "config.json", "model.safetensors", "sub/extra.json"]);
    assert_eq!(info["siblings"][2]["lfs"]["sha256"], Content::bytes(weights).sha256());
}

#[test]
fn a_repository_can_be_published_while_the_hub_runs() {
    let (hub, _) = hub_with_model(10);
    let other = format!("{}/api/models/maker/other", hub.endpoint());
    assert_eq!(get(other.as_str()).send().status, 401);
    hub.publish(Repository::new("maker/other"));
    assert_eq!(get(other).send().status, 200);
}
