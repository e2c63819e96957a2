//! One thing goes wrong on the way, and the file is whole all the same.

use std::time::Duration;

use hearth_fake_hub::{Aim, Fault};

use crate::stage::{SEGMENT_BYTES, Stage};

/// Everything that can happen to one request.
const FAULTS: &[Fault] = &[
    Fault::IgnoredRange,
    Fault::MissingContentRange,
    Fault::OtherRange,
    Fault::WrongContentRange,
    Fault::ShorterRange,
    Fault::LongerRange,
    Fault::MissingHalf,
    Fault::EmptyRange,
    Fault::CutWhole { after_bytes: 3_000_000 },
    Fault::RangeNotSatisfiable,
    Fault::ChangedEtag,
    Fault::ChangedCommit,
    Fault::Status(408),
    Fault::Status(500),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Status(504),
    Fault::TooManyRequests { retry_after: Duration::from_secs(1) },
    Fault::Gzip,
    Fault::LoginPage,
    Fault::LoginRedirect,
    Fault::RedirectLoop,
    Fault::Reset { after_bytes: 0 },
    Fault::Reset { after_bytes: 1 },
    Fault::Reset { after_bytes: 700_001 },
    Fault::Closed { after_bytes: 0 },
    Fault::Closed { after_bytes: 524_288 },
    Fault::Stall { after_bytes: 0 },
    Fault::Stall { after_bytes: 300_000 },
    Fault::SlowStart(Duration::from_millis(200)),
    Fault::LinkExpired,
];

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_one_request_spoils_a_file() {
    for &fault in FAULTS {
        let stage = Stage::new();
        stage.hub.faults().next(fault);
        stage.fetch().await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        stage.assert_whole();
        assert_eq!(stage.hub.faults().waiting(), 0, "{fault:?} has happened");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_happening_to_the_store_costs_no_more_than_the_segment_that_it_met() {
    for &fault in FAULTS.iter().filter(|fault| !matches!(fault, Fault::ChangedCommit)) {
        let stage = Stage::new();
        stage.hub.faults().next_at(Aim::Range, fault);
        stage.fetch().await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        stage.assert_whole();
        let asked = stage.asked();
        assert!(asked.len() <= 14, "{fault:?}: 11 segments and a few more tries: {asked:?}");
        for segment in 0..11 {
            let again = stage.asked_for(segment * SEGMENT_BYTES);
            assert!(again <= 4, "{fault:?}: segment {segment} was asked for {again} times");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_notice_of_ranges_is_read_from_the_beginning_once() {
    let stage = Stage::new();
    for _ in 0..200 {
        stage.hub.faults().next(Fault::IgnoredRange);
    }
    stage.fetch().await.expect("whole");
    stage.assert_whole();
    assert!(stage.asked().len() <= 12, "{:?}", stage.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bit_that_was_turned_over_on_the_way_is_found_and_mended() {
    let stage = Stage::new();
    stage.hub.faults().next(Fault::FlippedBit { at_byte: 54_321 });
    stage.fetch().await.expect("whole");
    stage.assert_whole();
}
