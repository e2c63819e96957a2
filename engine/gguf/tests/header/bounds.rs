//! Time and memory, measured for the worst files there are. One test for all, as two would disturb each other's figures.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    time::Duration,
};

use crate::{
    draft::{ARRAY, BOOL, Draft, TEXT, array, text},
    time::computing_time,
};
use hearth_gguf::{GgufError, MAX_HEADER_BYTES, MAX_METADATA_ENTRIES, MAX_TENSORS, Refusal};

/// What a person does not notice, and what the check promises.
const TIME_LIMIT: Duration = Duration::from_millis(100);
/// Enough for everything that is kept of the largest header, far less than files claim.
const MEMORY_LIMIT_KB: u64 = 128 * 1024;

#[test]
fn no_file_takes_long_or_much_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("worst.gguf");
    let limit = usize::try_from(MAX_HEADER_BYTES).expect("it fits into memory");
    let room = limit - 4096;
    let cases: Vec<(&str, Draft)> = vec![
        ("empty strings up to the limit", {
            with(|draft| draft.set("general.x", ARRAY, array(TEXT, (room / 8) as u64, &vec![0; room / 8 * 8])))
        }),
        ("short strings up to the limit", {
            let one = text("abcdefgh");
            let count = room / one.len();
            with(|draft| draft.set("general.x", ARRAY, array(TEXT, count as u64, &one.repeat(count))))
        }),
        ("one array up to the limit", {
            with(|draft| draft.set("general.x", ARRAY, array(BOOL, room as u64, &vec![0; room])))
        }),
        ("texts up to the limit", {
            with(|draft| {
                for number in 0..room / 1_000_100 {
                    draft.entries.push((format!("text.{number}"), TEXT, text(&"x".repeat(1_000_000))));
                }
            })
        }),
        ("as many entries as may be", {
            with(|draft| {
                for number in draft.entries.len() as u64..MAX_METADATA_ENTRIES {
                    draft.entries.push((format!("entry.{number}"), ARRAY, array(BOOL, 512, &[1; 512])));
                }
            })
        }),
        ("as many tensors as may be", {
            with(|draft| {
                for number in draft.tensors.len() as u64..MAX_TENSORS {
                    draft.tensor(&format!("blk.{number}.a_rather_long_name.weight"), &[1], 24, 1);
                }
            })
        }),
        ("a text as large as the file", {
            with(|draft| draft.set("general.name", TEXT, (1_u64 << 33).to_le_bytes().to_vec()))
        }),
        ("an array as large as the file", with(|draft| draft.set("general.x", ARRAY, array(BOOL, 1 << 33, &[])))),
    ];
    for (what, draft) in cases {
        let mut file = File::create(&path).expect("created");
        file.write_all(&draft.header()).expect("written");
        // Eight gigabytes that are not there: room for any claim.
        file.seek(SeekFrom::Start(8 << 30)).expect("moved");
        file.write_all(&[0]).expect("written");
        drop((file, draft));

        let before_kb = forget_peak();
        let fastest = (0..5)
            .map(|_| {
                let begun = computing_time();
                let result = hearth_gguf::check(&path);
                let took = computing_time().saturating_sub(begun);
                if let Err(error) = result {
                    assert!(matches!(error.refusal(), Refusal::Lying), "{what}: {error:?}");
                }
                took
            })
            .min()
            .expect("five times");
        println!("{what}: {fastest:?}");
        assert!(fastest < TIME_LIMIT, "{what} took {fastest:?}");
        let grown_kb = peak_kb().saturating_sub(before_kb);
        println!("{what}: {grown_kb} KB");
        assert!(grown_kb < MEMORY_LIMIT_KB, "{what} took {grown_kb} KB");
    }
    std::fs::write(&path, Draft::model().header()).expect("written");
    assert!(matches!(hearth_gguf::check(&path), Err(GgufError::Truncated { .. })));
}

fn with(change: impl FnOnce(&mut Draft)) -> Draft {
    let mut draft = Draft::model();
    change(&mut draft);
    draft
}

/// Begins to measure anew, and tells what this process has now, in KB.
fn forget_peak() -> u64 {
    // Not there outside Linux, where the test measures time only.
    let _not_linux = std::fs::write("/proc/self/clear_refs", "5");
    peak_kb()
}

/// The most memory this process had since then, in KB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
