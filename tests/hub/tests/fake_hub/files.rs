//! The way to a file, and its bytes.

use std::time::Duration;

use hearth_fake_hub::{Config, Content, FakeHub, File, Host, Repository, Storage};

use crate::client::{Ending, get, head};

pub(crate) const MODEL: &str = "maker/model-GGUF";

/// A Hub with one repository, and what its large file holds.
pub(crate) fn hub_with_model(size_bytes: usize) -> (FakeHub, Content) {
    let content = Content::noise(1, size_bytes);
    let repository = Repository::new(MODEL)
        .with_tags(&["gguf"])
        .with_plain("README.md", "# A model\n")
        .with_plain("config/one.json", "{}")
        .with_lfs("model-Q4_K_M.gguf", content.clone());
    (FakeHub::start(Config::serving(vec![repository])).expect("free ports"), content)
}

/// What the noise of [`hub_with_model`] is made of.
pub(crate) fn noise(hub: &FakeHub) -> Vec<u8> {
    get(link(hub)).send().body
}

pub(crate) fn resolve(hub: &FakeHub, path: &str) -> String {
    format!("{}/{MODEL}/resolve/main/{path}", hub.endpoint())
}

/// The CDN's address of the large file.
pub(crate) fn link(hub: &FakeHub) -> String {
    let answer = head(resolve(hub, "model-Q4_K_M.gguf")).send();
    answer.header("location").expect("the way to the CDN").to_owned()
}

#[test]
fn a_large_file_lies_on_another_host_and_the_hub_tells_its_names_first() {
    let (hub, content) = hub_with_model(10_000);
    let answer = head(resolve(&hub, "model-Q4_K_M.gguf")).send();
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("x-repo-commit").map(str::len), Some(40));
    assert_eq!(answer.header("x-linked-etag"), Some(format!("\"{}\"", content.sha256()).as_str()));
    assert_eq!(answer.header("x-linked-size"), Some("10000"));
    let link = answer.header("location").unwrap();
    assert!(link.starts_with(hub.cdn()) && hub.cdn() != hub.endpoint(), "the link leads to another origin: {link}");
    let file = get(link).send();
    assert_eq!((file.status, file.ending), (200, Ending::Whole));
    assert_eq!(Content::bytes(file.body).sha256(), content.sha256());
}

#[test]
fn a_small_file_comes_from_the_hub_itself_under_gits_name() {
    let (hub, _) = hub_with_model(10);
    let answer = get(resolve(&hub, "README.md")).send();
    let oid = Content::bytes("# A model\n").git_oid().to_owned();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"# A model\n"[..]));
    assert_eq!(answer.header("etag"), Some(format!("\"{oid}\"").as_str()));
    let told = head(resolve(&hub, "README.md")).send();
    assert_eq!(told.header("content-length"), Some("10"), "HEAD tells the length without a body");
}

#[test]
fn a_range_brings_these_bytes_and_says_so() {
    let (hub, _) = hub_with_model(10_000);
    let (all, link) = (noise(&hub), link(&hub));
    let part = get(link.as_str()).range("100-199").send();
    assert_eq!((part.status, part.header("content-range")), (206, Some("bytes 100-199/10000")));
    assert_eq!(part.body, all[100..200]);
    let rest = get(link.as_str()).range("9990-").send();
    assert_eq!((rest.status, rest.body.as_slice()), (206, &all[9990..]));
    let beyond = get(link.as_str()).range("10000-").send();
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */10000")));
}

#[test]
fn a_range_of_another_state_of_the_file_is_not_served() {
    let (hub, _) = hub_with_model(10_000);
    let link = link(&hub);
    let etag = head(link.as_str()).send().header("etag").expect("an entity tag").to_owned();
    let same = get(link.as_str()).range("0-9").with("if-range", etag).send();
    assert_eq!(same.status, 206);
    let other = get(link.as_str()).range("0-9").with("if-range", "\"another\"").send();
    assert_eq!((other.status, other.body.len()), (200, 10_000), "If-Range with another tag asks for the whole file");
}

#[test]
fn a_link_that_is_too_old_or_was_not_signed_leads_nowhere() {
    let (hub, _) = hub_with_model(10);
    let old = link(&hub);
    assert_eq!(get(old.as_str()).send().status, 200);
    hub.expire_links();
    assert_eq!(get(old.as_str()).send().status, 403);
    assert_eq!(get(link(&hub)).send().status, 200, "the Hub gives out a new one");
    hub.set_link_lifetime(Duration::ZERO);
    assert_eq!(get(link(&hub)).send().status, 403);
    let (bare, _) = old.split_once('?').unwrap();
    assert_eq!(get(bare).send().status, 403);
}

#[test]
fn a_new_commit_has_a_new_file_and_the_old_one_stays() {
    let (hub, content) = hub_with_model(10);
    let before = head(resolve(&hub, "model-Q4_K_M.gguf")).send();
    let newer = File { content: Content::noise(2, 20), storage: Storage::Lfs };
    hub.replace_file(MODEL, "model-Q4_K_M.gguf", newer.clone());
    let after = head(resolve(&hub, "model-Q4_K_M.gguf")).send();
    assert_ne!(before.header("x-repo-commit"), after.header("x-repo-commit"));
    assert_eq!(after.header("x-linked-etag"), Some(format!("\"{}\"", newer.content.sha256()).as_str()));
    let commit = before.header("x-repo-commit").unwrap();
    let old = head(format!("{}/{MODEL}/resolve/{commit}/model-Q4_K_M.gguf", hub.endpoint())).send();
    assert_eq!(old.header("x-linked-etag"), Some(format!("\"{}\"", content.sha256()).as_str()));
}

#[test]
fn a_renamed_repository_is_found_by_a_relative_redirect() {
    let (hub, _) = hub_with_model(10);
    hub.rename(MODEL, "maker/other");
    let answer = head(resolve(&hub, "README.md")).send();
    assert_eq!((answer.status, answer.header("location")), (307, Some("/maker/other/resolve/main/README.md")));
    let info = get(format!("{}/api/models/{MODEL}?blobs=true", hub.endpoint())).send();
    assert_eq!((info.status, info.header("location")), (307, Some("/api/models/maker/other?blobs=true")));
}

#[test]
fn a_file_on_disk_is_served_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&path, &bytes).unwrap();
    let content = Content::disk(&path).unwrap();
    assert_eq!(content.sha256(), Content::bytes(bytes.clone()).sha256());
    let repository = Repository::new(MODEL).with_lfs("model-Q4_K_M.gguf", content);
    let hub = FakeHub::start(Config::serving(vec![repository])).unwrap();
    assert!(get(link(&hub)).send().body == bytes, "the whole file");
    let part = get(link(&hub)).range("1000001-11000000").send();
    assert!(part.body == bytes[1_000_001..=11_000_000], "a part over several pieces");
}

#[test]
fn what_was_asked_is_told() {
    let (hub, _) = hub_with_model(100);
    let link = head(resolve(&hub, "model-Q4_K_M.gguf")).token("hf_any").send().header("location").unwrap().to_owned();
    get(link).range("5-9").send();
    let [resolved, fetched] = &hub.requests()[..] else { panic!("two requests: {:?}", hub.requests()) };
    assert_eq!((resolved.host, resolved.method.as_str(), resolved.has_authorization), (Host::Hub, "HEAD", true));
    assert_eq!(resolved.path, format!("/{MODEL}/resolve/main/model-Q4_K_M.gguf"));
    assert_eq!(
        (fetched.host, fetched.range.as_deref(), fetched.has_authorization),
        (Host::Cdn, Some("bytes=5-9"), false)
    );
    assert_ne!(resolved.connection, fetched.connection);
    assert_eq!(fetched.status, Some(206));
    hub.forget_requests();
    assert!(hub.requests().is_empty());
}
