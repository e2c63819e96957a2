//! The three or four models that are recommended before all others, and why.

use super::recommended::Candidate;
use crate::view::{Capability, FitVerdict, Praise};

/// Half as fast again is felt.
const FELT: f32 = 1.5;
/// Nearly as well: what is one less answers like a model of half the size.
const NEARLY: f64 = 1.0;
/// The light one takes at most this share of what the best one takes.
const LIGHT_SHARE: (u64, u64) = (3, 5);

/// What one should begin with leaves the rest of the computer's memory to other programs. A model that takes more may
/// run, and be fast, but it is not for somebody who has never had one.
const COMFORTABLE_SHARE: (u64, u64) = (3, 5);
/// Nor is one that takes an evening to download: over a usual line, this much comes in a quarter to half an hour.
const FIRST_DOWNLOAD_BYTES: u64 = 10_000_000_000;

/// Which of the candidates (the best first) are praised, and for what, on a computer with so much memory in all. Nothing is
/// praised twice, and nothing that does not run here now.
pub(super) fn praises(candidates: &[Candidate], memory_bytes: u64) -> Vec<(usize, Praise)> {
    let mut praised: Vec<(usize, Praise)> = Vec::new();
    let has = |index: usize, wanted: Capability| candidates[index].model.capabilities.contains(&wanted);
    let running: Vec<usize> = (0..candidates.len())
        .filter(|index| matches!(candidates[*index].verdict, FitVerdict::Fast | FitVerdict::Slow))
        .filter(|index| has(*index, Capability::Chat))
        .collect();
    let first = |condition: &dyn Fn(usize) -> bool| running.iter().copied().find(|index| condition(*index));

    let is_fast = |index: usize| candidates[index].verdict == FitVerdict::Fast;
    let comfortable_bytes = memory_bytes / COMFORTABLE_SHARE.1 * COMFORTABLE_SHARE.0;
    let is_comfortable = |index: usize| candidates[index].needed_bytes <= comfortable_bytes;
    let is_soon_here = |index: usize| candidates[index].download_bytes <= FIRST_DOWNLOAD_BYTES;
    let best = first(&|index| is_fast(index) && is_comfortable(index) && is_soon_here(index))
        .or_else(|| first(&|index| is_fast(index) && is_comfortable(index)))
        .or_else(|| first(&is_fast))
        .or_else(|| first(&|index| is_comfortable(index) && is_soon_here(index)))
        .or_else(|| running.first().copied());
    let Some(best) = best else { return praised };
    praised.push((best, Praise::Best));
    let free = |praised: &[(usize, Praise)], index: usize| praised.iter().all(|(other, _)| *other != index);

    let is_faster = |index: usize| {
        let (one, best) = (&candidates[index], &candidates[best]);
        one.words_per_second >= best.words_per_second * FELT && one.quality >= best.quality - NEARLY
    };
    // What stands before the best one answers better: nobody would take it for the lesser choice.
    let faster = first(&|index| index > best && is_comfortable(index) && is_faster(index));
    praised.extend(faster.map(|index| (index, Praise::Faster)));

    let most = candidates[best].needed_bytes / LIGHT_SHARE.1 * LIGHT_SHARE.0;
    // Whoever saves memory does not want to wait for it.
    let is_light = |index: usize| candidates[index].needed_bytes <= most && (is_fast(index) || !is_fast(best));
    let light = first(&|index| free(&praised, index) && is_light(index));
    praised.extend(light.map(|index| (index, Praise::Light)));

    // A best one that is good at programs as well leaves the place to one that takes its time.
    let codes = |index: usize| free(&praised, index) && has(index, Capability::Coding);
    let coding = first(&|index| codes(index) && is_fast(index) && is_comfortable(index)).or_else(|| first(&codes));
    let patient = || running.first().copied().filter(|index| free(&praised, *index) && !is_fast(*index));
    let last = coding
        .filter(|_| !has(best, Capability::Coding))
        .map(|index| (index, Praise::Coding))
        .or_else(|| patient().map(|index| (index, Praise::Patient)));
    praised.extend(last);
    praised
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::RecommendedModel;

    const MEMORY: u64 = 16_000_000_000;

    /// A model that runs fast in a quarter of the memory.
    fn candidate(quality: f64, words_per_second: f32) -> Candidate {
        let model = RecommendedModel {
            id: String::new(),
            name: String::new(),
            publisher: String::new(),
            repo: String::new(),
            licence: None,
            languages: Vec::new(),
            capabilities: vec![Capability::Chat],
            context_tokens: None,
            published: String::new(),
            builds: Vec::new(),
            suggested: None,
            praise: None,
        };
        Candidate {
            model,
            quality,
            verdict: FitVerdict::Fast,
            words_per_second,
            needed_bytes: MEMORY / 4,
            download_bytes: MEMORY / 5,
        }
    }

    fn of(candidates: &[Candidate], why: Praise) -> Option<usize> {
        praises(candidates, MEMORY).into_iter().find(|(_, praise)| *praise == why).map(|(index, _)| index)
    }

    #[test]
    fn the_faster_one_answers_nearly_as_well_and_not_better() {
        let huge = Candidate { needed_bytes: MEMORY, ..candidate(40.0, 30.0) };
        let (best, near, far) = (candidate(35.0, 6.0), candidate(34.5, 10.0), candidate(31.0, 40.0));
        assert_eq!(of(&[huge, best, near, far], Praise::Faster), Some(2));
        assert_eq!(of(&[candidate(35.0, 6.0), candidate(31.0, 40.0)], Praise::Faster), None, "much worse answers");
        assert_eq!(of(&[candidate(35.0, 6.0), candidate(34.9, 8.0)], Praise::Faster), None, "hardly faster");
    }

    #[test]
    fn the_one_for_programs_is_fast_and_comfortable_where_there_is_one() {
        let codes = |candidate: Candidate| {
            let capabilities = vec![Capability::Chat, Capability::Coding];
            Candidate { model: RecommendedModel { capabilities, ..candidate.model }, ..candidate }
        };
        let slow = || codes(Candidate { verdict: FitVerdict::Slow, ..candidate(36.0, 2.0) });
        let large = || codes(Candidate { needed_bytes: MEMORY, ..candidate(35.5, 9.0) });
        let models = [slow(), large(), candidate(35.0, 6.0), codes(candidate(33.0, 6.0))];
        assert_eq!(of(&models, Praise::Coding), Some(3));
        assert_eq!(of(&[slow(), candidate(35.0, 6.0)], Praise::Coding), Some(0), "where there is only this");
    }

    #[test]
    fn nobody_begins_with_a_huge_download_where_another_runs_fast() {
        let huge = || Candidate { download_bytes: 2 * FIRST_DOWNLOAD_BYTES, ..candidate(36.0, 9.0) };
        assert_eq!(of(&[huge(), candidate(35.0, 6.0)], Praise::Best), Some(1));
        let slow = Candidate { verdict: FitVerdict::Slow, ..candidate(35.0, 2.0) };
        assert_eq!(of(&[huge(), slow], Praise::Best), Some(0), "rather that than one that is slow");
    }

    #[test]
    fn where_nothing_runs_fast_one_begins_with_what_leaves_room() {
        let slow = |candidate| Candidate { verdict: FitVerdict::Slow, ..candidate };
        let large = slow(Candidate { needed_bytes: MEMORY, ..candidate(36.0, 3.0) });
        assert_eq!(of(&[large, slow(candidate(35.0, 3.0))], Praise::Best), Some(1));
    }
}
