//! Removing, undoing and freeing, also when they are interrupted.

use std::fs;

use hearth_library::{Bin, Model, Removal, RemoveError, State};

use super::{bin, bytes_on_disk, disk, everywhere, named};
use crate::{Computer, contents, model_file};

#[test]
fn a_removed_model_is_gone_and_comes_back_as_it_was() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
    computer.download("ada/other", 'a', "other.gguf", &model_file::model(2));
    let before = disk(&computer);
    let (bin, scan) = (bin(&computer), computer.scan());
    let removal = Removal::plan(&scan, named(&scan, "tiny"), everywhere);
    assert_eq!(removal.freed_bytes(), bytes.len() as u64);
    assert!(removal.shared_with().is_empty(), "{:?}", removal.shared_with());

    let removed = bin.remove(&removal).expect("removed");
    assert_eq!(removed.freed_bytes, bytes.len() as u64);
    assert_eq!(computer.only_model().name, "other");
    assert_eq!(bin.held_bytes(&computer.at("hub")).expect("told"), bytes.len() as u64, "it counts as free");

    bin.undo(removed.id).expect("given back");
    assert_eq!(disk(&computer), before);
    assert!(matches!(bin.undo(removed.id), Err(RemoveError::NotKept)));
    assert_eq!(computer.scan().models.len(), 2);
}

#[test]
fn an_emptied_bin_has_freed_what_was_promised_and_leaves_no_trace() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    computer.download("ada/tiny", 'a', "deep/tiny.gguf", &bytes);
    computer.write("hub/models--ada--tiny/.no_exist/x/config.json", b"");
    let (bin, scan) = (bin(&computer), computer.scan());
    bin.remove(&Removal::plan(&scan, named(&scan, "tiny"), everywhere)).expect("removed");
    assert_eq!(bin.empty_all().expect("emptied"), bytes.len() as u64);
    assert_eq!(bin.held().expect("told"), []);
    assert!(!computer.at("hub/models--ada--tiny").exists(), "{:?}", disk(&computer));
}

#[test]
fn what_was_downloaded_again_is_not_lost_by_undoing_or_emptying() {
    let computer = Computer::new();
    let bytes = model_file::model(1);
    for empties in [true, false] {
        computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
        let (bin, scan) = (bin(&computer), computer.scan());
        let removed = bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
        computer.download("ada/tiny", 'a', "tiny.gguf", &bytes);
        if empties {
            bin.empty(removed.id).expect("emptied");
        } else {
            bin.undo(removed.id).expect("given back");
        }
        assert_eq!(computer.only_model().state, State::Ready);
        assert_eq!(bytes_on_disk(&computer) - 40, bytes.len() + tag_bytes(&computer), "once, and a reference");
    }
}

#[test]
fn the_next_start_frees_what_the_last_run_had_removed() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let scan = computer.scan();
    bin(&computer).remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    assert_eq!(bin(&computer).held().expect("told"), []);
    assert_eq!(disk(&computer).len(), 1, "the tag of the cache: {:?}", disk(&computer));
}

#[test]
fn a_removal_that_was_interrupted_is_undone_at_the_next_start() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let before = disk(&computer);
    let scan = computer.scan();
    bin(&computer).remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    // As a kill before the last step leaves it: the note does not say that it is done.
    let note = computer.at("app/removed/1.json");
    let text = fs::read_to_string(&note).expect("a note").replace("\"Done\"", "\"Begun\"");
    fs::write(&note, text).expect("written");
    bin(&computer);
    assert_eq!(disk(&computer), before);
    assert_eq!(computer.only_model().state, State::Ready);
}

#[test]
fn a_removal_that_fails_changes_nothing() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/big/big-00001-of-00002.gguf", &model_file::part(1, 0, 2));
    let second = computer.write("lmstudio/ada/big/big-00002-of-00002.gguf", &model_file::part(1, 1, 2));
    let (bin, scan) = (bin(&computer), computer.scan());
    let removal = Removal::plan(&scan, &scan.models[0], everywhere);
    fs::remove_file(&second).expect("removed by somebody else");
    let before = disk(&computer);
    assert!(bin.remove(&removal).is_err());
    assert_eq!(disk(&computer), before);
}

/// It was: what had not come back yet was freed.
#[test]
#[cfg(unix)]
fn undoing_that_was_interrupted_goes_on_at_the_next_start() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let before = disk(&computer);
    let (bin, scan) = (bin(&computer), computer.scan());
    let removed = bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    let in_the_way = format!("hub/models--ada--tiny/snapshots/{}", "a".repeat(40));
    computer.write(&in_the_way, b"a file where a folder should be");
    assert!(bin.undo(removed.id).is_err());
    assert_eq!(bin.held().expect("told"), [], "nobody is told that it can be freed");
    assert_eq!(bin.empty_all().expect("emptied"), 0, "nor is it");
    fs::remove_file(computer.at(&in_the_way)).expect("removed");
    self::bin(&computer);
    assert_eq!(disk(&computer), before);
}

#[test]
fn what_is_to_come_back_is_given_back_by_whoever_empties_the_bin() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/big/big-00001-of-00002.gguf", &model_file::part(1, 0, 2));
    computer.write("lmstudio/ada/big/big-00002-of-00002.gguf", &model_file::part(1, 1, 2));
    let before = disk(&computer);
    for empties_all in [true, false] {
        let (bin, scan) = (bin(&computer), computer.scan());
        let removed = bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
        // As undoing that has failed leaves it.
        let note = computer.at(&format!("app/removed/{}.json", removed.id));
        let text = fs::read_to_string(&note).expect("a note").replace("\"Done\"", "\"Begun\"");
        fs::write(&note, text).expect("written");
        if empties_all {
            assert_eq!(bin.empty_all().expect("emptied"), 0);
        } else {
            bin.empty(removed.id).expect("emptied");
        }
        assert_eq!(disk(&computer), before);
    }
}

#[test]
fn a_note_that_cannot_be_read_says_nothing_of_the_others() {
    let computer = Computer::new();
    computer.download("ada/tiny", 'a', "tiny.gguf", &model_file::model(1));
    let before = disk(&computer);
    computer.write("app/removed/1.json", b"{");
    let (bin, scan) = (bin(&computer), computer.scan());
    let removed = bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed");
    assert_eq!(bin.held().expect("told"), std::slice::from_ref(&removed));
    assert_eq!(bin.held_bytes(&computer.at("hub")).expect("told"), removed.freed_bytes);
    bin.undo(removed.id).expect("given back");
    assert_eq!(disk(&computer), before);
}

/// It was: a stick that is not plugged in counted as one on which nothing is left.
#[test]
fn what_is_on_a_volume_that_is_not_plugged_in_is_ended_once_it_is() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/tiny/tiny.gguf", &model_file::model(1));
    let before = disk(&computer);
    let unplug = || fs::rename(computer.at("lmstudio"), computer.at("unplugged")).expect("unplugged");
    let plug_in = || fs::rename(computer.at("unplugged"), computer.at("lmstudio")).expect("plugged in");
    let remove = |bin: &Bin| {
        let scan = computer.scan();
        bin.remove(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("removed")
    };
    let bin = bin(&computer);
    let removed = remove(&bin);
    unplug();
    assert!(matches!(bin.undo(removed.id), Err(RemoveError::Io { .. })));
    plug_in();
    bin.undo(removed.id).expect("given back");
    assert_eq!(disk(&computer), before);

    remove(&bin);
    unplug();
    assert_eq!(bin.empty_all().expect("as far as possible"), 0);
    let bin = self::bin(&computer);
    assert_eq!(bin.held().expect("told"), [], "nobody can undo what an earlier run has removed");
    plug_in();
    self::bin(&computer);
    assert_eq!(disk(&computer), []);
    assert_eq!(contents(&computer.at("app")), [], "and nothing is left to be done");
}

#[test]
fn removals_at_once_do_not_take_each_other_s_places() {
    let computer = Computer::new();
    for number in 0..8 {
        computer.write(&format!("lmstudio/ada/tiny/{number}.gguf"), &model_file::model(number));
    }
    let before = disk(&computer);
    let (bin, scan) = (bin(&computer), computer.scan());
    let start = std::sync::Barrier::new(scan.models.len());
    let remove = |model: &Model| {
        let removal = Removal::plan(&scan, model, everywhere);
        start.wait();
        bin.remove(&removal).expect("removed").id
    };
    let ids = std::thread::scope(|scope| {
        let threads: Vec<_> = scan.models.iter().map(|model| scope.spawn(|| remove(model))).collect();
        threads.into_iter().map(|thread| thread.join().expect("ended")).collect::<Vec<_>>()
    });
    assert!(computer.scan().models.is_empty());
    for id in ids {
        bin.undo(id).expect("given back");
    }
    assert_eq!(disk(&computer), before);
}

#[test]
fn what_is_discarded_cannot_come_back() {
    let computer = Computer::new();
    computer.write("lmstudio/ada/tiny/tiny.gguf", &model_file::model(1));
    let (bin, scan) = (bin(&computer), computer.scan());
    bin.discard(&Removal::plan(&scan, &scan.models[0], everywhere)).expect("discarded");
    assert_eq!((disk(&computer), bin.held().expect("told")), (vec![], vec![]));
}

fn tag_bytes(computer: &Computer) -> usize {
    fs::read(computer.at("hub/CACHEDIR.TAG")).expect("tagged").len()
}
