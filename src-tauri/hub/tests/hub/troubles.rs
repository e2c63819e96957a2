//! Replies that are not what was asked for.

use std::time::Duration;

use hearth_fake_hub::{Aim, Fault};
use hearth_hub::{HubError, Refusal, Search};
use serde_json::json;

use crate::{TOKEN, connection, hub, main_branch, repo, repository};

async fn page_after(fault: Fault) -> HubError {
    let hub = hub(vec![repository("o/tiny")]);
    hub.faults().next_at(Aim::Api, fault);
    connection(&hub, None).model(&repo("o/tiny"), &main_branch()).await.expect_err("no page")
}

#[tokio::test]
async fn a_login_page_is_somebody_else_answering() {
    for fault in [Fault::LoginPage, Fault::LoginRedirect, Fault::RedirectLoop] {
        assert!(matches!(page_after(fault).await, HubError::Intercepted), "{fault:?}");
    }
    let hub = hub(vec![repository("o/tiny")]);
    hub.faults().next(Fault::LoginPage);
    let card = connection(&hub, None).card(&repo("o/tiny"), &main_branch()).await;
    assert!(matches!(card, Err(HubError::Intercepted)), "a card is not HTML either: {card:?}");
}

#[tokio::test]
async fn trouble_of_the_hub_is_told_apart() {
    for status in [500, 502, 503] {
        let error = page_after(Fault::Status(status)).await;
        assert!(matches!(error, HubError::Trouble(told) if told == status), "{error:?}");
    }
}

#[tokio::test]
async fn a_reply_that_stops_coming_is_not_waited_for() {
    let error = page_after(Fault::Stall { after_bytes: 20 }).await;
    assert!(matches!(error, HubError::Silent), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_as_that() {
    let error = page_after(Fault::Reset { after_bytes: 20 }).await;
    assert!(matches!(error, HubError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn the_hub_says_how_long_to_wait() {
    let error = page_after(Fault::TooManyRequests { retry_after: Duration::from_secs(7) }).await;
    assert!(matches!(error, HubError::RateLimited(limit) if limit.retry_after == Duration::from_secs(7)), "{error:?}");
}

#[tokio::test]
async fn a_reply_without_an_end_is_not_read_to_it() {
    let mut endless = repository("o/tiny");
    endless.gguf = Some(json!({"chat_template": "x".repeat(17 << 20)}));
    let hub = hub(vec![endless]);
    let error = connection(&hub, None).model(&repo("o/tiny"), &main_branch()).await.expect_err("too much");
    assert!(matches!(error, HubError::Nonsense(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_not_there_is_told_by_what_is_missing() {
    let hub = hub(vec![repository("o/tiny")]);
    let connection = connection(&hub, Some(TOKEN));
    let missing = connection.model(&repo("o/none"), &main_branch()).await;
    assert!(matches!(missing, Err(HubError::Refused(Refusal::RepositoryNotFound))), "{missing:?}");
    let branch = "no-such-branch".parse().expect("a revision");
    let missing = connection.model(&repo("o/tiny"), &branch).await;
    assert!(matches!(missing, Err(HubError::Refused(Refusal::RevisionNotFound))), "{missing:?}");
}

#[tokio::test]
async fn a_search_without_a_network_fails_at_once() {
    let hub = hub(vec![]);
    hub.offline();
    let error = connection(&hub, None).search(&Search::default()).await.expect_err("nobody is there");
    assert!(matches!(error, HubError::Unreachable(_)), "{error:?}");
}

/// Errors go to the log. Addresses hold what people look for, and those of the store are as good as a key for a while.
#[tokio::test]
async fn an_error_does_not_tell_what_was_asked() {
    let hub = hub(vec![repository("o/tiny")]);
    let search = Search { words: "secretwords".to_owned(), ..Search::default() };
    hub.faults().next_at(Aim::Api, Fault::Reset { after_bytes: 1 });
    let broken = connection(&hub, None).search(&search).await.expect_err("it breaks off");
    hub.offline();
    let refused = connection(&hub, None).search(&search).await.expect_err("nobody is there");
    for error in [broken, refused] {
        let mut told = format!("{error:?}");
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            told += &error.to_string();
            cause = error.source();
        }
        assert!(!told.contains("secretwords"), "{told}");
    }
}
