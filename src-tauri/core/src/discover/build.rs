//! A model's builds as the page shows them, and which of them to offer.

use hearth_hub::RepoId;

use super::Holdings;
use crate::{
    fit::{Fits, Sketch},
    view::{Build, Choice, FitVerdict},
};

/// A build of a repository, of which everything but its size is in `sketch`.
pub(super) fn of_hub(
    repo: &RepoId,
    build: &hearth_hub::Build,
    sketch: &Sketch,
    fits: &Fits,
    holdings: &dyn Holdings,
) -> Option<Build> {
    let first = build.files.first()?;
    let size_bytes = build.size_bytes();
    let parts = match build.parts {
        hearth_hub::Parts::All => build.files.len(),
        hearth_hub::Parts::Missing { total } => usize::try_from(total).unwrap_or(usize::MAX),
    };
    Some(Build {
        file: first.name.to_string(),
        label: build.label.clone(),
        choice: build.choice.map(choice),
        size_bytes,
        projector_bytes: build.projector.as_ref().and_then(|file| file.size_bytes),
        parts: u32::try_from(parts).unwrap_or(u32::MAX),
        is_whole: build.is_whole(),
        fit: fits.of_hub(&sketch.of_size(size_bytes)),
        presence: holdings.presence(repo, &first.name),
    })
}

pub(super) fn choice(choice: hearth_hub::Choice) -> Choice {
    match choice {
        hearth_hub::Choice::Small => Choice::Small,
        hearth_hub::Choice::Balanced => Choice::Balanced,
        hearth_hub::Choice::Best => Choice::Best,
    }
}

/// The build to offer: the balanced one, where it does not run here the small one, and so on. What would run if other
/// programs were closed comes after all that does, the smallest first. Nothing, where all are too large.
pub(super) fn suggested(builds: &[Build]) -> Option<&Build> {
    let of = |choice: Choice| builds.iter().find(move |build| build.choice == Some(choice) && build.is_whole);
    let runs = |build: &&Build| matches!(build.fit.verdict, FitVerdict::Fast | FitVerdict::Slow);
    let could_run = |build: &&Build| matches!(build.fit.verdict, FitVerdict::Tight | FitVerdict::Unknown);
    let running = [Choice::Balanced, Choice::Small, Choice::Best].into_iter().filter_map(of).find(runs);
    running.or_else(|| [Choice::Small, Choice::Balanced, Choice::Best].into_iter().filter_map(of).find(could_run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Fit, Presence};

    fn build(choice: Choice, verdict: FitVerdict) -> Build {
        let fit = Fit { verdict, needed_bytes: None, available_bytes: None, words_per_second: None };
        Build {
            file: format!("{choice:?}.gguf"),
            label: String::new(),
            choice: Some(choice),
            size_bytes: None,
            projector_bytes: None,
            parts: 1,
            is_whole: true,
            fit,
            presence: Presence::Absent,
        }
    }

    fn offered(small: FitVerdict, balanced: FitVerdict, best: FitVerdict) -> Option<Choice> {
        let builds = [build(Choice::Small, small), build(Choice::Balanced, balanced), build(Choice::Best, best)];
        suggested(&builds).and_then(|build| build.choice)
    }

    #[test]
    fn the_balanced_build_is_offered_unless_only_another_runs_here() {
        use FitVerdict::{Fast, Slow, Tight, TooLarge, Unknown};
        assert_eq!(offered(Fast, Fast, Fast), Some(Choice::Balanced));
        assert_eq!(offered(Fast, Slow, TooLarge), Some(Choice::Balanced));
        assert_eq!(offered(Slow, Tight, TooLarge), Some(Choice::Small));
        assert_eq!(offered(Tight, Tight, TooLarge), Some(Choice::Small));
        assert_eq!(offered(Unknown, Unknown, Unknown), Some(Choice::Small));
        assert_eq!(offered(TooLarge, TooLarge, TooLarge), None);
    }

    #[test]
    fn a_build_with_parts_missing_is_never_offered() {
        let missing = Build { is_whole: false, ..build(Choice::Balanced, FitVerdict::Fast) };
        assert_eq!(suggested(&[missing]), None);
    }
}
