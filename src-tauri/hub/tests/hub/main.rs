//! What is on the Hub, asked of one that can fail in every way.

mod catalog;
mod pages;
mod searches;
mod troubles;

use std::time::Duration;

use hearth_fake_hub::{Account, Config, Content, FakeHub, Repository};
use hearth_hub::{Connection, ConnectionSettings, Patience, Proxy, RepoId, Revision};
use serde_json::json;

const TOKEN: &str = "hf_somebody";

/// The name of the only account.
const NAME: &str = "ada-lovelace";

fn hub(repositories: Vec<Repository>) -> FakeHub {
    let accounts = vec![Account { name: NAME.to_owned(), token: TOKEN.to_owned() }];
    FakeHub::start(Config { accounts, ..Config::serving(repositories) }).expect("a free port")
}

fn connection(hub: &FakeHub, token: Option<&str>) -> Connection {
    let settings = ConnectionSettings {
        endpoint: hub.endpoint().parse().expect("an address"),
        token: token.map(|token| token.parse().expect("a token")),
        proxy: Proxy::None,
        user_agent: "hearth-test".to_owned(),
        patience: Patience { stall_timeout: Duration::from_millis(500), ..Patience::default() },
    };
    Connection::new(settings).expect("a connection opens nothing yet")
}

/// A repository with two builds, a projector and a card.
fn repository(id: &str) -> Repository {
    let mut repository = Repository::new(id)
        .with_tags(&["gguf", "conversational", "license:apache-2.0"])
        .with_lfs("tiny-Q4_K_M.gguf", Content::bytes(vec![4; 4000]))
        .with_lfs("tiny-Q8_0-00001-of-00002.gguf", Content::bytes(vec![8; 4000]))
        .with_lfs("tiny-Q8_0-00002-of-00002.gguf", Content::bytes(vec![9; 3000]))
        .with_lfs("mmproj-F16.gguf", Content::bytes(vec![1; 1000]))
        .with_plain("README.md", "---\nlicense: apache-2.0\n---\n# Tiny\n");
    repository.gguf =
        Some(json!({"total": 1_000, "architecture": "llama", "context_length": 8192, "chat_template": "{{ tools }}"}));
    repository.card_data = Some(json!({"license": "apache-2.0", "language": ["en"]}));
    repository
}

fn repo(id: &str) -> RepoId {
    id.parse().expect("owner/name")
}

fn main_branch() -> Revision {
    Revision::default()
}
