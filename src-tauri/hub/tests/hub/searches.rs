//! Looking for models.

use std::collections::HashSet;

use hearth_fake_hub::Repository;
use hearth_hub::{Purpose, Search, Sort};

use crate::{TOKEN, connection, hub, repository};

fn many() -> Vec<Repository> {
    (0..75_u64)
        .map(|number| {
            let mut repository = repository(&format!("o/model-{number:02}"));
            repository.downloads = number;
            repository.likes = 75 - number;
            repository.created_at = format!("2026-01-01T00:{number:02}:00.000Z").replace(":60:", ":59:");
            repository
        })
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end_and_no_model_comes_twice() {
    let hub = hub(many());
    let connection = connection(&hub, Some(TOKEN));
    let search = Search { sort: Sort::Downloads, ..Search::default() };
    let mut page = connection.search(&search).await.expect("a first page");
    assert_eq!(page.models[0].repo.name(), "model-74");
    assert_eq!(page.models[0].gguf.parameters, Some(1_000));
    assert!(!page.models[0].files.is_empty(), "names of files come along");
    let mut found = Vec::new();
    loop {
        found.extend(page.models.iter().map(|model| model.repo.clone()));
        let Some(next) = &page.next else { break };
        page = connection.next_page(next).await.expect("the next page");
    }
    assert_eq!(found.len(), 75);
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), 75);
}

#[tokio::test]
async fn words_and_filters_narrow_a_search() {
    let mut coder = repository("a/tiny-coder").with_tags(&["code"]);
    coder.pipeline_tag = Some("text-generation".to_owned());
    let mut eye = Repository::new("b/tiny-eye").with_tags(&["gguf", "license:mit"]);
    eye.pipeline_tag = Some("image-text-to-text".to_owned());
    let other = Repository::new("c/tiny-safetensors");
    let hub = hub(vec![coder, eye, other]);
    let connection = connection(&hub, None);
    let cases = [
        (Search { words: "tiny".to_owned(), ..Search::default() }, vec!["a/tiny-coder", "b/tiny-eye"]),
        (Search { words: "eye".to_owned(), ..Search::default() }, vec!["b/tiny-eye"]),
        (Search { purpose: Some(Purpose::Coding), ..Search::default() }, vec!["a/tiny-coder"]),
        (Search { purpose: Some(Purpose::Chat), ..Search::default() }, vec!["a/tiny-coder"]),
        (Search { purpose: Some(Purpose::Vision), ..Search::default() }, vec!["b/tiny-eye"]),
        (Search { licence: Some("mit".to_owned()), ..Search::default() }, vec!["b/tiny-eye"]),
        (Search { owner: Some("a".to_owned()), ..Search::default() }, vec!["a/tiny-coder"]),
        (Search { words: "nothing".to_owned(), ..Search::default() }, vec![]),
    ];
    for (search, expected) in cases {
        let page = connection.search(&search).await.unwrap_or_else(|error| panic!("{search:?}: {error}"));
        let mut found: Vec<_> = page.models.iter().map(|model| model.repo.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{search:?}");
    }
}
