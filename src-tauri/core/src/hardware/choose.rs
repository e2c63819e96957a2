//! Which path is used: by what was measured, by what the person wants, and never one that does not work.

use hearth_ipc::{ComputePath, Speed};

use super::trial::shown_path;
use crate::view::PathReason;

/// A usual turn of a chat, in tokens: what is read of it, and what is written.
const READ_TOKENS: f32 = 400.0;
const WRITTEN_TOKENS: f32 = 200.0;

/// What is used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) path: ComputePath,
    pub(crate) reason: PathReason,
}

/// What is known of one path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) path: ComputePath,
    pub(crate) standing: Standing,
}

/// Whether it can be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing {
    /// Nobody knows yet.
    Untried,
    /// There is nothing to try.
    Absent,
    /// It is there, and does not work.
    Failed,
    /// It works.
    Works {
        memory: DeviceMemory,
        speed: Speed,
        /// Of the processor, measured beside it: comparing the two leaves out what else the computer was at.
        cpu_speed: Speed,
    },
}

/// Where a device has what it computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceMemory {
    /// In memory of its own.
    Own,
    /// In the computer's.
    Shared,
    /// It is none at all, but software that pretends to be one.
    Pretended,
}

/// Chooses among all paths of this system but the processor's, which is always there.
pub(crate) fn choose(others: &[Candidate], wanted: Option<ComputePath>) -> Chosen {
    let standing = |path| others.iter().find(|other| other.path == path).map(|other| other.standing);
    match wanted {
        Some(ComputePath::Cpu) => Chosen { path: ComputePath::Cpu, reason: PathReason::Chosen },
        Some(path) => match standing(path) {
            Some(Standing::Works { .. }) => Chosen { path, reason: PathReason::Chosen },
            Some(Standing::Untried) => Chosen { path: ComputePath::Cpu, reason: PathReason::NotTriedYet },
            Some(Standing::Failed | Standing::Absent) | None => {
                Chosen { reason: PathReason::ChosenFailed { path: shown_path(path) }, ..by_measurement(others) }
            }
        },
        None => by_measurement(others),
    }
}

fn by_measurement(others: &[Candidate]) -> Chosen {
    let best = |least: f32| {
        let merits = others.iter().filter_map(|other| Some((other.path, merit(&other.standing)?)));
        merits.filter(|(_, merit)| *merit > least).max_by(|(_, one), (_, other)| one.total_cmp(other))
    };
    if let Some((path, _)) = best(1.0) {
        return Chosen { path, reason: PathReason::Fastest };
    }
    let cpu = |reason| Chosen { path: ComputePath::Cpu, reason };
    let first = |wanted: Standing| others.iter().find(|other| other.standing == wanted).map(|other| other.path);
    if let Some(path) = first(Standing::Failed) {
        return cpu(PathReason::OthersFailed { path: shown_path(path) });
    }
    if first(Standing::Untried).is_some() {
        return cpu(PathReason::NotTriedYet);
    }
    match best(f32::NEG_INFINITY) {
        Some((path, _)) => cpu(PathReason::OthersSlower { path: shown_path(path) }),
        None => cpu(PathReason::OnlyOne),
    }
}

/// How many times better than the processor; above 1 it is preferred. `None` for what does not work.
///
/// What is compared is the time for a usual turn. The small model that it is measured with shows what graphics need to
/// get going with each token, and little of what they are good at: a card with memory of its own, which is several times
/// as fast as the computer's, gains on the processor with each larger model, so that it may be half as slow here.
/// Graphics that share the computer's memory gain nothing there, and take the speed from other programs' pictures: they
/// have to be clearly faster. Software that pretends to be a card computes with the processor, by a detour.
fn merit(standing: &Standing) -> Option<f32> {
    let Standing::Works { memory, speed, cpu_speed } = standing else { return None };
    let gain = turn_seconds(*cpu_speed) / turn_seconds(*speed);
    // Neither measured nor comparable: as slow as can be.
    let gain = if gain.is_finite() { gain } else { 0.0 };
    Some(match memory {
        DeviceMemory::Own => gain * 1.5,
        DeviceMemory::Shared => gain * 0.9,
        DeviceMemory::Pretended => gain.min(1.0) * 0.5,
    })
}

fn turn_seconds(speed: Speed) -> f32 {
    READ_TOKENS / speed.prompt + WRITTEN_TOKENS / speed.generation
}

#[cfg(test)]
mod tests {
    use hearth_ipc::ComputePath::{Cpu, Cuda, Vulkan};

    use super::*;
    use crate::view::ComputePath as Shown;

    const CPU_SPEED: Speed = Speed { prompt: 400.0, generation: 150.0 };

    fn works(path: ComputePath, memory: DeviceMemory, prompt: f32, generation: f32) -> Candidate {
        let speed = Speed { prompt, generation };
        Candidate { path, standing: Standing::Works { memory, speed, cpu_speed: CPU_SPEED } }
    }

    fn is(path: ComputePath, standing: Standing) -> Candidate {
        Candidate { path, standing }
    }

    #[test]
    fn the_choice_follows_from_what_was_measured() {
        use DeviceMemory::{Own, Pretended, Shared};
        use Standing::{Absent, Failed, Untried};
        let slower = |path| PathReason::OthersSlower { path };
        let failed = |path| PathReason::OthersFailed { path };
        let table: Vec<(&str, Vec<Candidate>, ComputePath, PathReason)> = vec![
            ("no other way to compute", vec![], Cpu, PathReason::OnlyOne),
            ("nothing there", vec![is(Cuda, Absent), is(Vulkan, Absent)], Cpu, PathReason::OnlyOne),
            ("nothing tried", vec![is(Cuda, Absent), is(Vulkan, Untried)], Cpu, PathReason::NotTriedYet),
            ("a fast card", vec![works(Vulkan, Own, 6000.0, 300.0)], Vulkan, PathReason::Fastest),
            // 2.3 s for a turn with the processor, 2.8 s with it: with a large model it is far ahead.
            ("a card that is slow to begin", vec![works(Vulkan, Own, 4000.0, 75.0)], Vulkan, PathReason::Fastest),
            ("a very old card", vec![works(Vulkan, Own, 200.0, 40.0)], Cpu, slower(Shown::Vulkan)),
            ("good graphics in the processor", vec![works(Vulkan, Shared, 1500.0, 180.0)], Vulkan, PathReason::Fastest),
            // Reading is twice as fast, but people wait for the writing.
            ("slow graphics in the processor", vec![works(Vulkan, Shared, 800.0, 60.0)], Cpu, slower(Shown::Vulkan)),
            (
                "graphics as fast as the processor",
                vec![works(Vulkan, Shared, 400.0, 150.0)],
                Cpu,
                slower(Shown::Vulkan),
            ),
            ("a pretended card, however fast", vec![works(Vulkan, Pretended, 9e9, 9e9)], Cpu, slower(Shown::Vulkan)),
            (
                "the faster of two",
                vec![works(Cuda, Own, 9000.0, 400.0), works(Vulkan, Own, 6000.0, 300.0)],
                Cuda,
                PathReason::Fastest,
            ),
            (
                "what works, where the other does not",
                vec![is(Cuda, Failed), works(Vulkan, Own, 6000.0, 300.0)],
                Vulkan,
                PathReason::Fastest,
            ),
            ("what does not work", vec![is(Cuda, Absent), is(Vulkan, Failed)], Cpu, failed(Shown::Vulkan)),
            (
                "one does not work, the other is slow",
                vec![is(Cuda, Failed), works(Vulkan, Shared, 300.0, 30.0)],
                Cpu,
                failed(Shown::Cuda),
            ),
            ("no speed at all", vec![works(Vulkan, Own, 0.0, 0.0)], Cpu, slower(Shown::Vulkan)),
        ];
        for (what, others, path, reason) in table {
            assert_eq!(choose(&others, None), Chosen { path, reason }, "{what}");
        }
    }

    #[test]
    fn what_the_person_wants_is_used_unless_it_does_not_work() {
        let slow = works(Vulkan, DeviceMemory::Pretended, 20.0, 2.0);
        let fast = works(Cuda, DeviceMemory::Own, 9000.0, 400.0);
        let chosen = |others: &[Candidate], wanted| choose(others, Some(wanted));
        let reason = PathReason::Chosen;
        assert_eq!(chosen(&[fast, slow], Vulkan), Chosen { path: Vulkan, reason: reason.clone() });
        assert_eq!(chosen(&[fast, slow], Cpu), Chosen { path: Cpu, reason });

        let failed = is(Vulkan, Standing::Failed);
        let reason = PathReason::ChosenFailed { path: Shown::Vulkan };
        assert_eq!(chosen(&[fast, failed], Vulkan), Chosen { path: Cuda, reason: reason.clone() }, "the next best");
        assert_eq!(chosen(&[failed], Vulkan), Chosen { path: Cpu, reason: reason.clone() });
        assert_eq!(chosen(&[], Vulkan), Chosen { path: Cpu, reason });
        let untried = chosen(&[is(Vulkan, Standing::Untried)], Vulkan);
        assert_eq!(untried, Chosen { path: Cpu, reason: PathReason::NotTriedYet }, "until it is tried");
    }
}
