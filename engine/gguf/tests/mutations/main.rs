//! Files that chance has spoilt: no panic, no more memory than a header of their size may cost, no time that anybody
//! would notice. `HEARTH_SOAK_COUNT` makes more of them (2,000 without it), `HEARTH_SOAK_SEED` others.
//!
//! A program of its own, with one test: it counts every byte the program allocates.

#[path = "../header/draft.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod draft;
#[path = "../header/time.rs"]
mod time;

use std::{alloc::System, io::Cursor, time::Duration};

use hearth_gguf::{GgufError, Header, TensorType};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use draft::{ARRAY, Draft, TEXT, U32, array, text};
use time::computing_time;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What a person does not notice.
const TIME_LIMIT: Duration = Duration::from_millis(100);
/// The reader's buffer, and what it takes to say no.
const MEMORY_BASE_BYTES: usize = 128 * 1024;
/// For each byte of a header: an entry of a few bytes becomes one of a map.
const MEMORY_PER_BYTE: usize = 64;

/// One change to a file.
#[derive(Debug, Clone)]
enum Change {
    /// These bytes instead of those there.
    Overwrite(prop::sample::Index, Vec<u8>),
    /// These bytes in between.
    Insert(prop::sample::Index, Vec<u8>),
    /// A few bytes fewer.
    Remove(prop::sample::Index, usize),
    /// A stretch of the file once more, somewhere else.
    Repeat(prop::sample::Index, prop::sample::Index, usize),
    /// Eight bytes in the other order.
    Swap(prop::sample::Index),
    /// Nothing from here on.
    Cut(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    // Numbers that lie at borders, as the format stores them, and any bytes.
    let number = prop_oneof![
        prop::sample::select(vec![0_u64, 1, 9, 255, 1 << 16, 1 << 31, u64::from(u32::MAX), 1 << 62, 1 << 63, u64::MAX])
            .prop_map(|number| number.to_le_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..9),
    ];
    let position = || any::<prop::sample::Index>();
    prop_oneof![
        6 => (position(), number.clone()).prop_map(|(position, bytes)| Change::Overwrite(position, bytes)),
        1 => (position(), number).prop_map(|(position, bytes)| Change::Insert(position, bytes)),
        1 => (position(), 1_usize..9).prop_map(|(position, count)| Change::Remove(position, count)),
        1 => (position(), position(), 1_usize..64).prop_map(|(from, to, count)| Change::Repeat(from, to, count)),
        1 => position().prop_map(Change::Swap),
        1 => position().prop_map(Change::Cut),
    ]
}

fn changed(mut bytes: Vec<u8>, header_bytes: usize, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        // Where the header is: what happens to the weights, nobody looks at.
        let at = |position: &prop::sample::Index| position.index(header_bytes.min(bytes.len()) + 1);
        match change {
            Change::Overwrite(position, new) => {
                let at = at(position);
                bytes.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = *new);
            }
            Change::Insert(position, new) => {
                let at = at(position);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Remove(position, count) => {
                let at = at(position);
                let end = (at + count).min(bytes.len());
                bytes.drain(at..end);
            }
            Change::Repeat(from, to, count) => {
                let (from, to) = (at(from), at(to));
                let again: Vec<u8> = bytes.iter().skip(from).take(*count).copied().collect();
                bytes.splice(to..to, again);
            }
            Change::Swap(position) => {
                let at = at(position);
                let end = (at + 8).min(bytes.len());
                bytes[at..end].reverse();
            }
            Change::Cut(position) => bytes.truncate(at(position)),
        }
    }
    bytes
}

/// Sound files of both versions: a small model, one with a tensor of every type, one with many entries, a projector.
fn drafts() -> Vec<Draft> {
    let mut every_type = Draft::model();
    for code in 0..64 {
        if let Some(kind) = TensorType::from_code(code) {
            let size_bytes = kind.block_bytes() * 2;
            every_type.tensor(&format!("blk.0.{}", kind.name()), &[kind.block_elements(), 2], code, size_bytes);
        }
    }
    let mut many = Draft::model();
    for number in 0..64 {
        many.set(&format!("general.text.{number}"), TEXT, text("some words"));
        many.set(&format!("general.numbers.{number}"), ARRAY, array(U32, 4, &[7; 16]));
        many.set(&format!("general.texts.{number}"), ARRAY, array(TEXT, 2, &[text("one"), text("two")].concat()));
    }
    let mut projector = Draft::model();
    projector.set("general.architecture", TEXT, text("clip"));
    let three = [Draft::model(), every_type, many, projector];
    let two = three.clone().map(|draft| Draft { version: 2, ..draft });
    three.into_iter().chain(two).collect()
}

fn check(bytes: &[u8]) -> Result<Header, GgufError> {
    let header = Header::read_from(Cursor::new(bytes), bytes.len() as u64)?;
    header.require_text_model()?;
    Ok(header)
}

/// What native code relies on, checked once more and in another way.
fn assert_sound(header: &Header, bytes: &[u8]) {
    for (index, tensor) in header.tensors().iter().enumerate() {
        let begin = header.data_offset() + tensor.offset;
        assert!(begin + tensor.size_bytes <= bytes.len() as u64, "{tensor:?} lies inside the file");
        assert_eq!(tensor.offset % header.alignment(), 0, "{tensor:?} is aligned");
        for other in &header.tensors()[..index] {
            assert!(other.offset + other.size_bytes <= tensor.offset, "{other:?} and {tensor:?} do not overlap");
            assert_ne!(other.name, tensor.name);
        }
    }
}

/// Looks at a file as the library and the app do, and holds what that costs against the limits. The fastest of three
/// tries counts.
fn look_at(bytes: &[u8]) {
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let region = Region::new(ALLOCATOR);
        let begun = computing_time();
        let checked = check(bytes);
        let took = computing_time().saturating_sub(begun);
        // All of it, also what has been given back meanwhile: more than what it held at once.
        let allocated_bytes = region.change().bytes_allocated;
        let limit_bytes = MEMORY_BASE_BYTES + MEMORY_PER_BYTE * bytes.len();
        assert!(allocated_bytes <= limit_bytes, "{allocated_bytes} bytes allocated for a file of {}", bytes.len());
        match checked {
            Ok(header) => assert_sound(&header, bytes),
            // Whatever comes of it, it comes with a sentence.
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        fastest = fastest.min(took);
    }
    assert!(fastest < TIME_LIMIT, "{fastest:?} for a file of {} bytes", bytes.len());
    if let Ok(header) = Header::read_from(Cursor::new(bytes), bytes.len() as u64) {
        assert_sound(&header, bytes);
    }
}

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}, not a number")))
}

#[test]
fn a_spoilt_file_is_refused_or_still_sound_and_costs_next_to_nothing() {
    let count = variable("HEARTH_SOAK_COUNT").map_or(2_000, |count| u32::try_from(count).expect("a count"));
    let seed = variable("HEARTH_SOAK_SEED").unwrap_or(6);
    let config =
        Config { cases: count, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() };
    let drafts: Vec<(Vec<u8>, usize)> = drafts().iter().map(|draft| (draft.bytes(), draft.header().len())).collect();
    for (index, (bytes, _)) in drafts.iter().enumerate() {
        assert_eq!(check(bytes).is_ok(), index % 4 != 3, "all but the projectors are sound models");
    }
    let spoilt = (prop::sample::select(drafts), prop::collection::vec(change(), 1..4));
    let outcome = TestRunner::new(config.clone()).run(&spoilt, |((bytes, header_bytes), changes)| {
        look_at(&changed(bytes, header_bytes, &changes));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("seed {seed}: {error}");
    }

    let chance = (prop::collection::vec(any::<u8>(), 0..512), 2_u32..4);
    let outcome = TestRunner::new(Config { cases: count.div_ceil(4), ..config }).run(&chance, |(tail, version)| {
        let bytes = [&b"GGUF"[..], &version.to_le_bytes(), &tail].concat();
        look_at(&bytes);
        prop_assert!(check(&bytes).is_err(), "nothing by chance is a model");
        let is_no_gguf = matches!(check(&tail), Err(GgufError::NotGguf { .. } | GgufError::Truncated { .. }));
        prop_assert!(tail.starts_with(b"GGUF") || is_no_gguf);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("seed {seed}: {error}");
    }
}
