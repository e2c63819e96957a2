//! Models, their files, their cards, and accounts.

use hearth_fake_hub::{Content, Gate as FakeGate, Repository};
use hearth_hub::{Capability, Choice, Gate, HubError, Refusal};

use crate::{NAME, TOKEN, connection, hub, main_branch, repo, repository};

#[tokio::test]
async fn a_models_page_has_its_builds_with_sizes_and_hashes() {
    let hub = hub(vec![repository("o/tiny")]);
    let page = connection(&hub, None).model(&repo("o/tiny"), &main_branch()).await.expect("a page");

    assert_eq!(page.facts.gguf.parameters, Some(1_000));
    assert_eq!(page.facts.gguf.context_length, Some(8192));
    assert_eq!(page.facts.licence.as_deref(), Some("apache-2.0"));
    assert_eq!(page.facts.gate, Gate::Open);
    let capabilities: Vec<_> = page.facts.hints.iter().map(|hint| hint.capability).collect();
    assert_eq!(capabilities, [Capability::Chat, Capability::Vision, Capability::Tools]);

    let sizes: Vec<_> = page.builds.all.iter().map(|build| (build.label.as_str(), build.size_bytes())).collect();
    assert_eq!(sizes, [("Q4_K_M", Some(4000)), ("Q8_0", Some(7000))]);
    let balanced = page.builds.chosen(Choice::Balanced).expect("a balanced one");
    let expected = Content::bytes(vec![4; 4000]);
    assert_eq!(balanced.files[0].sha256.map(|sha| sha.to_string()).as_deref(), Some(expected.sha256()));
    assert_eq!(balanced.projector.as_ref().and_then(|file| file.size_bytes), Some(1000));
}

#[tokio::test]
async fn a_page_of_a_commit_stays_what_it_was() {
    let hub = hub(vec![repository("o/tiny")]);
    let connection = connection(&hub, None);
    let before = connection.model(&repo("o/tiny"), &main_branch()).await.expect("a page");
    let file = hearth_fake_hub::File { content: Content::bytes(vec![0; 5]), storage: hearth_fake_hub::Storage::Lfs };
    hub.replace_file("o/tiny", "tiny-Q4_K_M.gguf", file);

    let after = connection.model(&repo("o/tiny"), &main_branch()).await.expect("a page");
    assert_ne!(before.commit, after.commit, "the branch has moved on");
    let same = connection.model(&repo("o/tiny"), &before.commit.into()).await.expect("a page");
    assert_eq!((same.commit, &same.builds), (before.commit, &before.builds));
}

#[tokio::test]
async fn a_renamed_repository_is_found_under_its_old_name_and_tells_the_new_one() {
    let hub = hub(vec![repository("o/tiny")]);
    hub.rename("o/tiny", "o/small");
    let page = connection(&hub, None).model(&repo("o/tiny"), &main_branch()).await.expect("a page");
    assert_eq!(page.facts.repo, repo("o/small"));
}

#[tokio::test]
async fn a_card_is_its_text_and_a_missing_one_is_none() {
    let hub = hub(vec![repository("o/tiny"), Repository::new("o/bare")]);
    let connection = connection(&hub, None);
    let card = connection.card(&repo("o/tiny"), &main_branch()).await.expect("a card").expect("there is one");
    assert_eq!((card.markdown.as_str(), card.is_cut), ("# Tiny", false));
    assert_eq!(connection.card(&repo("o/bare"), &main_branch()).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_card_that_is_too_long_is_cut() {
    let hub = hub(vec![Repository::new("o/wordy").with_plain("README.md", "word\n".repeat(400_000))]);
    let card =
        connection(&hub, None).card(&repo("o/wordy"), &main_branch()).await.expect("a card").expect("there is one");
    assert!(card.is_cut);
    assert!(card.markdown.len() < 1_000_000 && card.markdown.ends_with("word"));
}

#[tokio::test]
async fn a_token_belongs_to_somebody_or_is_not_valid() {
    let hub = hub(vec![]);
    let account = connection(&hub, Some(TOKEN)).account().await.expect("an account");
    assert_eq!((account.name.as_str(), account.initials().len()), (NAME, 2));
    let nobody = connection(&hub, Some("hf_wrong")).account().await;
    assert!(matches!(nobody, Err(HubError::Refused(Refusal::TokenInvalid))), "{nobody:?}");
}

#[tokio::test]
async fn a_gated_models_page_says_so_and_its_card_explains_the_steps() {
    let hub = hub(vec![repository("o/tiny").with_gate(FakeGate::Manual)]);
    let page = connection(&hub, None).model(&repo("o/tiny"), &main_branch()).await.expect("everybody may see it");
    assert_eq!(page.facts.gate, Gate::Approval);
    let stranger = connection(&hub, None).card(&repo("o/tiny"), &main_branch()).await;
    assert!(matches!(stranger, Err(HubError::Refused(Refusal::SignInRequired))), "{stranger:?}");
    let waiting = connection(&hub, Some(TOKEN)).card(&repo("o/tiny"), &main_branch()).await;
    assert!(matches!(waiting, Err(HubError::Refused(Refusal::AccessNotGranted))), "{waiting:?}");
    hub.grant("o/tiny", NAME);
    assert!(connection(&hub, Some(TOKEN)).card(&repo("o/tiny"), &main_branch()).await.is_ok());
}
