//! Moving the folder of models.

mod killed;

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use hearth_library::{Library, Move, MoveError, Moved, Progress, Remains, Roots, State, Unfinished};

use crate::{Computer, contents, model_file};

fn to_the_end(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// How the folder gets to its new place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Rename,
    Copy,
}

impl Computer {
    fn plan(&self, way: Way) -> Result<Move, MoveError> {
        if way == Way::Copy {
            begin_to_copy(self.home.path());
        }
        Move::plan(&self.at("hub"), &self.at("far/models"), &self.at("app/move.json"))
    }

    /// Begins to move by copying, and is killed when half of it is there.
    fn kill_in_the_middle(&self) -> Unfinished {
        let plan = self.plan(Way::Copy).expect("possible");
        let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            plan.run(|progress| {
                if progress.done_bytes > progress.total_bytes / 2 {
                    std::panic::resume_unwind(Box::new("killed"));
                }
                ControlFlow::Continue(())
            })
        }));
        assert!(killed.is_err());
        self.unfinished()
    }

    fn unfinished(&self) -> Unfinished {
        Unfinished::find(&self.at("app/move.json")).expect("readable").expect("unfinished")
    }

    fn fill(&self) {
        for number in 0..6 {
            let name = format!("tiny-{number}.gguf");
            self.download("ada/tiny", 'a', &name, &model_file::model(number));
        }
        let large = [model_file::model(9), vec![7; 3 * 1024 * 1024]].concat();
        self.download("ada/large", 'a', "deep/large.gguf", &large);
        if cfg!(unix) {
            // Where there are no links this is a second file, and a second model.
            self.download("ada/large", 'b', "deep/large.gguf", &large);
        }
        self.write("hub/models--ada--half/blobs/x.hearth.incomplete", &[1; 1000]);
        self.write("hub/version.txt", b"1");
    }
}

/// A copy that was begun is gone on with, so this keeps a move from being a rename.
fn begin_to_copy(home: &Path) {
    fs::create_dir_all(home.join("far/.models.hearth-arriving")).expect("made");
}

fn is_clean(moved: &Moved) -> bool {
    matches!(moved.remains, Remains::Nothing)
}

/// Each file, by its path from the folder on, with what is read there.
fn whole(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let relative = |path: PathBuf| path.strip_prefix(folder).expect("below").to_owned();
    contents(folder).into_iter().map(|(path, bytes)| (relative(path), bytes)).collect()
}

fn all_ready(folder: &Path, count: usize) {
    let scan = Library::new(Roots { hugging_face: vec![folder.to_owned()], ..Roots::default() }).scan();
    assert_eq!(scan.models.len(), count, "{:#?}", scan.models);
    assert!(scan.models.iter().all(|model| model.state == State::Ready), "{:#?}", scan.models);
}

/// No trace of a move but in one of the places.
fn assert_only_in(computer: &Computer, there: &Path, not_there: &Path, before: &[(PathBuf, Vec<u8>)]) {
    assert_eq!(whole(there), before, "every file is whole");
    assert!(!not_there.exists(), "and nowhere else");
    let names = [computer.home.path().to_owned(), computer.at("far")].map(|folder| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    });
    assert!(!names.concat().iter().any(|name| name.starts_with('.')), "nothing is left behind: {names:?}");
    assert!(!computer.at("app/move.json").exists(), "the move is over");
    all_ready(there, 7);
}

#[test]
fn a_moved_folder_is_whole_at_its_new_place_and_nowhere_else() {
    for way in [Way::Rename, Way::Copy] {
        let computer = Computer::new();
        computer.fill();
        fs::create_dir_all(computer.at("far/models")).expect("an empty folder may be there");
        let before = whole(&computer.at("hub"));
        let mut last = None;
        let moved = computer
            .plan(way)
            .expect("possible")
            .run(|progress| {
                assert!(last.is_none_or(|last: Progress| last.done_bytes <= progress.done_bytes), "it only grows");
                last = Some(progress);
                ControlFlow::Continue(())
            })
            .expect("moved");
        assert_eq!(moved.to, computer.at("far/models"));
        assert!(is_clean(&moved), "{moved:?}");
        assert!(computer.unfinished().has_switched(), "not remembered yet");
        moved.remembered().expect("ended");
        assert_only_in(&computer, &computer.at("far/models"), &computer.at("hub"), &before);
        if way == Way::Copy {
            let last = last.expect("told");
            assert_eq!(last.done_bytes, last.total_bytes);
        }
    }
}

#[test]
#[cfg(unix)]
fn links_lead_where_they_led() {
    use std::os::unix::fs::symlink;
    for way in [Way::Rename, Way::Copy] {
        let computer = Computer::new();
        computer.fill();
        let hub = computer.at("hub").canonicalize().expect("there");
        computer.write("outside", b"outside");
        symlink(hub.join("version.txt"), hub.join("absolute")).expect("linked");
        symlink("version.txt", hub.join("relative")).expect("linked");
        symlink("../outside", hub.join("out")).expect("linked");
        symlink("nothing", hub.join("broken")).expect("linked");
        computer.plan(way).expect("possible").run(to_the_end).expect("moved").remembered().expect("ended");
        let far = computer.at("far/models");
        for (link, says) in [("absolute", "1"), ("relative", "1"), ("out", "outside")] {
            assert_eq!(fs::read_to_string(far.join(link)).expect("it leads somewhere"), says, "{link}, {way:?}");
        }
        assert_eq!(fs::read_link(far.join("broken")).expect("a link"), Path::new("nothing"));
        assert_eq!(fs::read_link(far.join("relative")).expect("a link"), Path::new("version.txt"));
    }
}

#[test]
fn a_rename_that_was_not_noted_any_more_is_seen_at_the_next_start() {
    let computer = Computer::new();
    computer.fill();
    let before = whole(&computer.at("hub"));
    let moved = computer.plan(Way::Rename).expect("possible").run(to_the_end).expect("moved");
    drop(moved);
    // As a kill right behind the rename leaves it.
    let journal = computer.at("app/move.json");
    let text = fs::read_to_string(&journal).expect("a journal").replace("Leaving", "Switching");
    fs::write(&journal, text).expect("written");
    let unfinished = computer.unfinished();
    assert!(unfinished.has_switched());
    let moved = unfinished.go_on(|_| ControlFlow::Break(())).expect("there is no way back");
    assert!(is_clean(&moved), "{moved:?}");
    moved.remembered().expect("ended");
    assert_only_in(&computer, &computer.at("far/models"), &computer.at("hub"), &before);
}

#[test]
fn a_move_that_cannot_arrive_leaves_everything_where_it_was() {
    let computer = Computer::new();
    computer.fill();
    let before = whole(&computer.at("hub"));
    let planned = computer.plan(Way::Rename).expect("possible");
    // The disk does not let anything be put there.
    computer.write("far", b"a file where a folder should be");
    assert!(matches!(planned.run(to_the_end), Err(MoveError::Io { .. })));
    fs::remove_file(computer.at("far")).expect("removed");
    assert_only_in(&computer, &computer.at("hub"), &computer.at("far/models"), &before);
}

#[test]
fn a_stopped_move_leaves_everything_where_it_was() {
    let computer = Computer::new();
    computer.fill();
    let before = whole(&computer.at("hub"));
    let stopped = computer.plan(Way::Copy).expect("possible").run(|progress| {
        if progress.done_bytes > progress.total_bytes / 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(MoveError::Stopped)), "{stopped:?}");
    assert_only_in(&computer, &computer.at("hub"), &computer.at("far/models"), &before);
}

#[test]
fn places_that_make_no_sense_are_refused() {
    let computer = Computer::new();
    let journal = computer.at("app/move.json");
    let plan = |to: &Path| Move::plan(&computer.at("hub"), to, &journal).map(drop);
    assert!(matches!(plan(&computer.at("far")), Err(MoveError::NothingThere)));
    computer.fill();
    assert!(matches!(plan(&computer.at("hub")), Err(MoveError::Nested)));
    assert!(matches!(plan(&computer.at("hub/below/it")), Err(MoveError::Nested)));
    assert!(matches!(plan(&computer.at("")), Err(MoveError::Nested)));
    assert!(matches!(plan(Path::new("far")), Err(MoveError::Relative)));
    computer.write("full/x", b"");
    assert!(matches!(plan(&computer.at("full")), Err(MoveError::NotEmpty)));
    computer.write("app/move.json", b"{}");
    assert!(matches!(plan(&computer.at("far")), Err(MoveError::Unfinished)));
    assert!(Unfinished::find(&journal).is_err(), "a journal that makes no sense is told");
}

#[test]
fn what_another_program_writes_to_the_old_place_meanwhile_is_brought_along() {
    let computer = Computer::new();
    computer.fill();
    let late = computer.at("hub/late.txt");
    let moved = computer.plan(Way::Copy).expect("possible").run(|progress| {
        if progress.done_bytes == progress.total_bytes {
            fs::write(&late, "late").expect("written");
        }
        ControlFlow::Continue(())
    });
    moved.expect("moved").remembered().expect("ended");
    assert_eq!(fs::read_to_string(computer.at("far/models/late.txt")).expect("there"), "late");
    assert!(!computer.at("hub").exists());
}

/// It was: a stick pulled out in the middle counted as a folder that had been moved.
#[test]
fn a_volume_that_is_not_plugged_in_is_not_taken_for_a_folder_that_has_moved() {
    let computer = Computer::new();
    computer.fill();
    let before = whole(&computer.at("hub"));
    drop(computer.kill_in_the_middle());
    fs::rename(computer.at("hub"), computer.at("unplugged")).expect("unplugged");
    let unfinished = computer.unfinished();
    assert!(!unfinished.has_switched());
    assert!(matches!(unfinished.go_on(to_the_end), Err(MoveError::Io { .. })));
    assert!(computer.at("far/.models.hearth-arriving").exists(), "what was copied is kept");
    fs::rename(computer.at("unplugged"), computer.at("hub")).expect("plugged in");
    computer.unfinished().go_on(to_the_end).expect("moved").remembered().expect("ended");
    assert_only_in(&computer, &computer.at("far/models"), &computer.at("hub"), &before);
}

/// It was: a file that a sync client put at the new place made it the valid one.
#[test]
fn what_somebody_else_puts_at_the_new_place_does_not_make_it_the_valid_one() {
    let computer = Computer::new();
    computer.fill();
    let before = whole(&computer.at("hub"));
    let other = "far/models/other.txt";
    let refused = computer.plan(Way::Copy).expect("possible").run(|progress| {
        if progress.done_bytes == progress.total_bytes && !computer.at(other).exists() {
            computer.write(other, b"theirs");
        }
        ControlFlow::Continue(())
    });
    assert!(matches!(refused, Err(MoveError::NotEmpty)), "{refused:?}");
    assert_eq!(whole(&computer.at("far/models")).len(), 1, "it is left alone");
    fs::remove_dir_all(computer.at("far/models")).expect("removed");
    assert_only_in(&computer, &computer.at("hub"), &computer.at("far/models"), &before);

    let unfinished = computer.kill_in_the_middle();
    computer.write(other, b"theirs");
    assert!(!unfinished.has_switched());
    assert!(matches!(unfinished.go_on(to_the_end), Err(MoveError::NotEmpty)));
    fs::remove_dir_all(computer.at("far/models")).expect("removed");
    assert_only_in(&computer, &computer.at("hub"), &computer.at("far/models"), &before);
}

/// A move that has switched, with something at the old place that cannot be brought along.
fn unsure(computer: &Computer) {
    computer.fill();
    let in_the_way = computer.at("hub/version.txt");
    let moved = computer.plan(Way::Copy).expect("possible").run(|progress| {
        if progress.done_bytes == progress.total_bytes && in_the_way.is_file() {
            fs::remove_file(&in_the_way).expect("removed");
            fs::create_dir(&in_the_way).expect("a folder where a file was");
        }
        ControlFlow::Continue(())
    });
    let moved = moved.expect("moved");
    assert!(matches!(moved.remains, Remains::Unsure(_)), "{moved:?}");
    moved.remembered().expect("the new place is known");
}

#[test]
fn the_old_place_stays_until_everything_in_it_is_at_the_new_one() {
    let computer = Computer::new();
    unsure(&computer);
    assert!(computer.at("hub").exists(), "what could not be brought along is there");
    fs::remove_dir(computer.at("hub/version.txt")).expect("removed");
    let newer = computer.write("far/models/models--ada--tiny/refs/main", b"newer");
    let old = fs::File::options().write(true).open(computer.at("hub/models--ada--tiny/refs/main")).expect("there");
    old.set_modified(std::time::SystemTime::now() - Duration::from_mins(1)).expect("set");
    drop(old);
    let unfinished = computer.unfinished();
    assert!(unfinished.has_switched());
    let moved = unfinished.go_on(to_the_end).expect("moved");
    assert!(is_clean(&moved), "{moved:?}");
    moved.remembered().expect("ended");
    assert!(!computer.at("hub").exists() && !computer.at("app/move.json").exists());
    assert_eq!(fs::read(newer).expect("there"), b"newer", "what was written at the new place since");
}

#[test]
fn a_new_place_that_is_not_plugged_in_is_waited_for() {
    let computer = Computer::new();
    unsure(&computer);
    fs::rename(computer.at("far"), computer.at("unplugged")).expect("unplugged");
    let moved = computer.unfinished().go_on(to_the_end).expect("the new place is the valid one, wherever it is");
    assert!(matches!(moved.remains, Remains::Unsure(_)), "{moved:?}");
    moved.remembered().expect("remembered");
    assert!(computer.at("hub").exists(), "nothing was taken away");
    assert!(computer.unfinished().has_switched(), "the next start tries again");
}

/// It was: the app told that the new folder is the one that is not needed.
#[test]
fn what_is_left_behind_is_said_to_be_at_the_old_place() {
    let computer = Computer::new();
    unsure(&computer);
    fs::remove_dir(computer.at("hub/version.txt")).expect("removed");
    // The old place with its volume: here, with the folder that it lies in.
    let journal = computer.at("app/move.json");
    let stick = computer.at("stick/hub");
    let text = fs::read_to_string(&journal).expect("a journal");
    let named = |path: &Path| serde_json::to_string(path).expect("a text");
    fs::write(&journal, text.replace(&named(&computer.at("hub")), &named(&stick))).expect("written");
    let moved = computer.unfinished().go_on(to_the_end).expect("moved");
    assert!(matches!(&moved.remains, Remains::Needless { folder, .. } if *folder == stick), "{moved:?}");
    assert_eq!(moved.names.first(), Some(&stick));
    moved.remembered().expect("ended");
    assert!(!journal.exists());
}

#[test]
#[cfg(unix)]
fn a_folder_that_is_a_link_leads_to_the_new_place_afterwards() {
    use std::os::unix::fs::symlink;
    for way in [Way::Rename, Way::Copy] {
        let computer = Computer::new();
        computer.fill();
        let (link, real) = (computer.at("hub"), computer.at("disk"));
        fs::rename(&link, &real).expect("renamed");
        symlink(&real, &link).expect("linked");
        symlink(link.join("version.txt"), link.join("by-the-link")).expect("linked");
        let moved = computer.plan(way).expect("possible").run(to_the_end).expect("moved");
        assert!(is_clean(&moved), "{moved:?}");
        assert_eq!(moved.names, [link.clone(), real.clone()]);
        moved.remembered().expect("ended");
        let far = computer.at("far/models");
        assert_eq!(fs::read_link(&link).expect("still a link"), far, "other programs go on using it");
        assert_eq!(fs::read_link(far.join("by-the-link")).expect("a link"), far.join("version.txt"));
        assert!(!real.exists());
        all_ready(&link, 7);
    }
}

#[test]
#[cfg(unix)]
fn a_new_place_that_is_a_link_is_the_folder_it_leads_to() {
    use std::os::unix::fs::symlink;
    for way in [Way::Rename, Way::Copy] {
        let computer = Computer::new();
        computer.fill();
        let before = whole(&computer.at("hub"));
        let real = computer.at("disk/models");
        fs::create_dir_all(&real).expect("made");
        fs::create_dir_all(computer.at("far")).expect("made");
        symlink(&real, computer.at("far/models")).expect("linked");
        if way == Way::Copy {
            fs::create_dir(computer.at("disk/.models.hearth-arriving")).expect("made");
        }
        let plan = computer.plan(Way::Rename).expect("possible");
        assert_eq!(plan.to(), real.canonicalize().expect("there"));
        plan.run(to_the_end).expect("moved").remembered().expect("ended");
        assert_eq!(whole(&real), before);
        assert!(!computer.at("hub").exists());
    }
}
