//! Processes that die in the middle of a move.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use hearth_library::{Move, MoveError, Unfinished};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};

use super::{assert_only_in, begin_to_copy, to_the_end, whole};
use crate::Computer;

const CHILD: &str = "HEARTH_TEST_MOVE_IN";

/// What the child process of the next test does: it begins the move or goes on with it. Nothing, where nobody has
/// started it as one.
#[test]
fn a_move_in_a_process_of_its_own() {
    let Some(home) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let journal = home.join("app/move.json");
    let moved = if let Some(unfinished) = Unfinished::find(&journal).expect("a journal that can be read") {
        unfinished.go_on(to_the_end)
    } else {
        begin_to_copy(&home);
        Move::plan(&home.join("hub"), &home.join("far/models"), &journal).expect("possible").run(to_the_end)
    };
    moved.expect("moved").remembered().expect("ended");
}

/// When to kill: at a step of the move, whatever the machine's pace, and a little later.
#[derive(Debug)]
enum Moment {
    /// So many names have arrived beside the new place.
    Arrived(u32),
    /// The new place is there.
    Switched,
}

impl Moment {
    fn is_reached(&self, home: &Path) -> bool {
        match self {
            Self::Arrived(count) => names(&home.join("far/.models.hearth-arriving")) >= *count,
            Self::Switched => home.join("far/models").exists(),
        }
    }
}

/// Names below a folder, while somebody else writes there.
fn names(folder: &Path) -> u32 {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| 1 + if entry.path().is_symlink() { 0 } else { names(&entry.path()) }).sum()
}

fn run_child(home: &Path, moment: &Moment, later: Duration) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "moving::killed::a_move_in_a_process_of_its_own"])
        .env(CHILD, home)
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    while child.try_wait().expect("asked").is_none() && !moment.is_reached(home) {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(later);
    // It may have ended by itself.
    let _ended = child.kill();
    child.wait().expect("ended");
}

/// `HEARTH_SOAK_COUNT` makes more of them (8 without it), `HEARTH_SOAK_SEED` others.
#[test]
fn killed_at_any_moment_a_move_ends_with_every_file_whole_in_one_place() {
    let variable = |name: &str, default: u64| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value:?}")))
    };
    let (count, seed) = (variable("HEARTH_SOAK_COUNT", 8), variable("HEARTH_SOAK_SEED", 1));
    let bytes: Vec<u8> = seed.to_le_bytes().iter().copied().cycle().take(32).collect();
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut chance = || random.next_u32();

    let mut interrupted = 0;
    for round in 0..count {
        let computer = Computer::new();
        computer.fill();
        let before = whole(&computer.at("hub"));
        let journal = computer.at("app/move.json");
        for _ in 0..=chance() % 3 {
            if !computer.at("hub").exists() && !journal.exists() {
                break;
            }
            let moment = if chance() % 4 == 0 { Moment::Switched } else { Moment::Arrived(chance() % 36) };
            run_child(computer.home.path(), &moment, Duration::from_micros(u64::from(chance() % 2000)));
            // In each moment one of the places is whole.
            let (near, far) = (whole(&computer.at("hub")), whole(&computer.at("far/models")));
            assert!(near == before || far == before, "seed {seed}, round {round}");
        }
        if let Some(unfinished) = Unfinished::find(&journal).expect("a journal that can be read") {
            interrupted += 1;
            let goes_back = chance() % 2 == 0;
            let ended =
                unfinished.go_on(|_| if goes_back { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
            match ended {
                Ok(moved) => moved.remembered().expect("ended"),
                Err(MoveError::Stopped) => assert!(goes_back, "seed {seed}, round {round}"),
                Err(error) => panic!("seed {seed}, round {round}: {error}"),
            }
        }
        let places = [computer.at("hub"), computer.at("far/models")];
        let [near, far] = &places;
        if far.exists() {
            assert_only_in(&computer, far, near, &before);
        } else {
            assert_only_in(&computer, near, far, &before);
        }
    }
    assert!(interrupted > 0, "seed {seed}: none of {count} was interrupted, so nothing was tested");
}
