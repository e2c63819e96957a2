//! Each fault, as a client sees it.

use std::{io, time::Duration};

use hearth_fake_hub::{Aim, Fault, Faults};

use crate::{
    client::{Ending, get, head},
    files::{hub_with_model, link, noise, resolve},
};

const SIZE: usize = 1_000_000;

#[test]
fn a_fault_happens_once_and_then_all_is_well() {
    let (hub, _) = hub_with_model(100);
    hub.faults().next(Fault::Status(503));
    hub.faults().next(Fault::Status(500));
    let statuses: Vec<u16> = (0..3).map(|_| get(resolve(&hub, "README.md")).send().status).collect();
    assert_eq!(statuses, [503, 500, 200]);
    assert_eq!(hub.requests()[0].fault, Some(Fault::Status(503)));
}

#[test]
fn a_fault_waits_for_a_request_that_it_is_for() {
    let (hub, _) = hub_with_model(100);
    hub.faults().next(Fault::IgnoredRange);
    hub.faults().next_at(Aim::Api, Fault::Status(502));
    assert_eq!(get(link(&hub)).send().status, 200);
    assert_eq!(hub.faults().waiting(), 2);
    assert_eq!(get(link(&hub)).range("0-9").send().status, 200, "the range is ignored");
    assert_eq!(get(format!("{}/api/models", hub.endpoint())).send().status, 502);
    assert_eq!(hub.faults().waiting(), 0);
    hub.faults().next(Fault::IgnoredRange);
    hub.faults().stop();
    assert_eq!(get(link(&hub)).range("0-9").send().status, 206, "nothing fails after the stop");
}

#[test]
fn a_spoiled_range_looks_as_each_fault_says() {
    let (hub, _) = hub_with_model(SIZE);
    let (all, link) = (noise(&hub), link(&hub));
    // Status, Content-Range, and the bytes that come.
    let cases = [
        (Fault::IgnoredRange, 200, None, 0..SIZE),
        (Fault::MissingContentRange, 206, None, 100..200),
        (Fault::WrongContentRange, 206, Some("bytes 101-200/1000000"), 100..200),
        (Fault::OtherRange, 206, Some("bytes 101-200/1000000"), 101..201),
        (Fault::ShorterRange, 206, Some("bytes 100-149/1000000"), 100..150),
        (Fault::LongerRange, 206, Some("bytes 100-999999/1000000"), 100..SIZE),
        (Fault::MissingHalf, 206, Some("bytes 100-199/1000000"), 100..150),
        (Fault::RangeNotSatisfiable, 416, Some("bytes */1000000"), 0..0),
    ];
    for (fault, status, content_range, bytes) in cases {
        hub.faults().next(fault);
        let answer = get(link.as_str()).range("100-199").send();
        assert_eq!((answer.status, answer.header("content-range")), (status, content_range), "{fault:?}");
        assert!(answer.body == all[bytes], "{fault:?} brings the bytes that it says");
        assert_eq!(answer.ending, Ending::Whole, "{fault:?}");
    }
}

#[test]
fn a_broken_body_breaks_where_and_how_it_is_to() {
    let (hub, _) = hub_with_model(SIZE);
    let (all, link) = (noise(&hub), link(&hub));
    for after_bytes in [1, 70_000, 999_999] {
        let cases = [
            (Fault::Reset { after_bytes }, Ending::Reset),
            (Fault::Closed { after_bytes }, Ending::Closed),
            (Fault::Stall { after_bytes }, Ending::Stalled),
        ];
        for (fault, ending) in cases {
            hub.faults().next(fault);
            let mut request = get(link.as_str());
            if ending == Ending::Stalled {
                request = request.patience(Duration::from_secs(1));
            }
            let answer = request.send();
            assert_eq!(answer.ending, ending, "{fault:?}");
            let expected = &all[..usize::try_from(after_bytes).unwrap()];
            // What the client has not taken when the reset comes is lost to it.
            let is_as_told = answer.body == expected || ending == Ending::Reset && expected.starts_with(&answer.body);
            assert!(is_as_told, "{fault:?} sent {} bytes", answer.body.len());
        }
    }
}

#[test]
fn a_reset_before_the_body_leaves_no_reply() {
    let (hub, _) = hub_with_model(10);
    hub.faults().next_at(Aim::Resolve, Fault::Reset { after_bytes: 0 });
    let error = head(resolve(&hub, "README.md")).try_send().expect_err("no reply");
    assert!(matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof), "{error}");
    assert_eq!(hub.requests()[0].status, None);
}

#[test]
fn a_flipped_bit_is_one_bit() {
    let (hub, _) = hub_with_model(SIZE);
    let (all, link) = (noise(&hub), link(&hub));
    hub.faults().next(Fault::FlippedBit { at_byte: 600_000 });
    let answer = get(link).send();
    let differing: Vec<usize> = (0..SIZE).filter(|&at| answer.body[at] != all[at]).collect();
    assert_eq!(differing, [600_000]);
    assert_eq!((answer.body[600_000] ^ all[600_000]).count_ones(), 1);
}

#[test]
fn a_login_page_comes_in_place_of_the_file_or_from_another_host() {
    let (hub, _) = hub_with_model(10);
    hub.faults().next(Fault::LoginPage);
    let page = get(resolve(&hub, "model-Q4_K_M.gguf")).send();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    hub.faults().next(Fault::LoginRedirect);
    let sent_on = get(resolve(&hub, "model-Q4_K_M.gguf")).send();
    let page = get(sent_on.header("location").unwrap()).send();
    assert_eq!((sent_on.status, page.status), (302, 200));
    assert!(page.body.starts_with(b"<!DOCTYPE html>"));
}

#[test]
fn a_redirect_loop_never_ends() {
    let (hub, _) = hub_with_model(10);
    hub.faults().next(Fault::RedirectLoop);
    let mut url = resolve(&hub, "README.md");
    for _ in 0..30 {
        let answer = get(url).send();
        assert_eq!(answer.status, 302);
        url = format!("{}{}", hub.endpoint(), answer.header("location").unwrap());
    }
}

#[test]
fn other_faults_tell_what_they_are() {
    let (hub, _) = hub_with_model(SIZE);
    let (readme, link) = (resolve(&hub, "README.md"), link(&hub));
    hub.faults().next(Fault::TooManyRequests { retry_after: Duration::from_secs(7) });
    let busy = get(readme.as_str()).send();
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("7")));
    assert_eq!(busy.header("ratelimit"), Some("\"api\";r=0;t=7"));
    hub.faults().next(Fault::Gated(403));
    assert_eq!(get(readme.as_str()).send().header("x-error-code"), Some("GatedRepo"));
    hub.faults().next(Fault::LinkExpired);
    assert_eq!(get(link.as_str()).send().status, 403);
    let commit = head(readme.as_str()).send().header("x-repo-commit").map(str::to_owned);
    hub.faults().next(Fault::ChangedCommit);
    assert_ne!(head(readme.as_str()).send().header("x-repo-commit").map(str::to_owned), commit);
    let etag = get(link.as_str()).send().header("etag").map(str::to_owned);
    hub.faults().next(Fault::ChangedEtag);
    assert_ne!(get(link.as_str()).send().header("etag").map(str::to_owned), etag);
    hub.faults().next(Fault::SlowStart(Duration::from_millis(300)));
    assert!(get(readme.as_str()).send().took >= Duration::from_millis(300));
    hub.faults().next(Fault::Gzip);
    let zipped = get(link.as_str()).send();
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert_eq!(zipped.header("content-length"), None);
}

#[test]
fn chance_is_the_same_for_the_same_seed_and_stops_when_it_is_told_to() {
    let draws = |seed| {
        let (hub, _) = hub_with_model(SIZE);
        let link = link(&hub);
        hub.faults().random(seed, 0.5);
        for start in 0..40 {
            get(link.as_str()).range(&format!("{start}-")).patience(Duration::from_secs(1)).try_send().ok();
        }
        let faults: Vec<Option<Fault>> = hub.requests()[1..].iter().map(|request| request.fault).collect();
        hub.faults().stop();
        assert_eq!(get(link).range("0-9").send().status, 206);
        faults
    };
    let first = draws(7);
    let failed = first.iter().flatten().count();
    assert!((8..=32).contains(&failed), "about half of 40 fail: {failed}");
    assert_eq!(draws(7), first);
    assert_ne!(draws(8), first);
    assert_eq!(Faults::none().waiting(), 0);
}
