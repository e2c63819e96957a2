//! Files that chance has spoilt. `PROPTEST_CASES=10000` makes more of them.

use hearth_gguf::{GgufError, Header};
use proptest::prelude::*;

use crate::{check, draft::Draft, read};

/// One change to a file.
#[derive(Debug, Clone)]
enum Change {
    /// These bytes instead of those there.
    Overwrite(prop::sample::Index, Vec<u8>),
    /// These bytes in between.
    Insert(prop::sample::Index, Vec<u8>),
    /// A few bytes fewer.
    Remove(prop::sample::Index, usize),
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
        1 => position().prop_map(Change::Cut),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let at = |position: &prop::sample::Index| position.index(bytes.len() + 1);
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
            Change::Cut(position) => bytes.truncate(at(position)),
        }
    }
    bytes
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

proptest! {
    // The same files in every run; the number of them is `PROPTEST_CASES`, 256 by default.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: prop::test_runner::RngSeed::Fixed(6),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_spoilt_file_is_refused_or_still_sound(changes in prop::collection::vec(change(), 1..4)) {
        let bytes = changed(Draft::model().bytes(), &changes);
        if let Ok(header) = read(&bytes) {
            assert_sound(&header, &bytes);
        }
        // Whatever comes of it, it comes without a panic, and with a sentence.
        if let Err(error) = check(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_file_of_chance_is_refused(tail in prop::collection::vec(any::<u8>(), 0..512), version in 2_u32..4) {
        let bytes = [&b"GGUF"[..], &version.to_le_bytes(), &tail].concat();
        prop_assert!(check(&bytes).is_err());
        let is_no_gguf = matches!(check(&tail), Err(GgufError::NotGguf { .. } | GgufError::Truncated { .. }));
        prop_assert!(tail.starts_with(b"GGUF") || is_no_gguf);
    }
}
