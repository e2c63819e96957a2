//! The three or four models that are recommended before all others, and why.

use super::recommended::Candidate;
use crate::view::{Capability, FitVerdict, Praise};

/// Half as fast again is felt.
const FELT: f32 = 1.5;
/// The light one takes at most this share of what the best one takes.
const LIGHT_SHARE: (u64, u64) = (3, 5);

/// The best one leaves the rest of the computer's memory to other programs. One that takes more may run, and be fast, but it
/// is not what somebody should begin with who has never had a model.
const COMFORTABLE_SHARE: (u64, u64) = (3, 5);

/// Which of the candidates (the best first) are praised, and for what, on a computer with so much memory in all. Nothing is
/// praised twice, and nothing that does not run here now.
pub(super) fn praises(candidates: &[Candidate], memory_bytes: u64) -> Vec<(usize, Praise)> {
    let mut praised: Vec<(usize, Praise)> = Vec::new();
    let chats = |index: usize| candidates[index].model.capabilities.contains(&Capability::Chat);
    let running: Vec<usize> = (0..candidates.len())
        .filter(|index| matches!(candidates[*index].verdict, FitVerdict::Fast | FitVerdict::Slow) && chats(*index))
        .collect();
    let is_fast = |index: &&usize| candidates[**index].verdict == FitVerdict::Fast;

    let comfortable_bytes = memory_bytes / COMFORTABLE_SHARE.1 * COMFORTABLE_SHARE.0;
    let is_comfortable = |index: &&usize| candidates[**index].needed_bytes <= comfortable_bytes;
    let best = running.iter().find(|index| is_fast(index) && is_comfortable(index));
    let best = best.or(running.iter().find(is_fast)).or(running.first());
    let Some(best) = best.copied() else { return praised };
    praised.push((best, Praise::Best));
    let free = |praised: &[(usize, Praise)], index: usize| praised.iter().all(|(other, _)| *other != index);

    let is_faster = |index: usize| candidates[index].words_per_second >= candidates[best].words_per_second * FELT;
    let faster = running.iter().copied().find(|index| free(&praised, *index) && is_faster(*index));
    praised.extend(faster.map(|index| (index, Praise::Faster)));

    let most = candidates[best].needed_bytes / LIGHT_SHARE.1 * LIGHT_SHARE.0;
    // Whoever saves memory does not want to wait for it.
    let is_light = |index: usize| candidates[index].needed_bytes <= most && (is_fast(&&index) || !is_fast(&&best));
    let light = running.iter().copied().find(|index| free(&praised, *index) && is_light(*index));
    praised.extend(light.map(|index| (index, Praise::Light)));

    // A best one that is good at programs as well leaves the place to one that takes its time.
    let codes = |index: usize| candidates[index].model.capabilities.contains(&Capability::Coding);
    let coding = || running.iter().copied().find(|index| free(&praised, *index) && codes(*index));
    let patient = || running.first().copied().filter(|index| free(&praised, *index) && !is_fast(&index));
    let last = coding()
        .filter(|_| !codes(best))
        .map(|index| (index, Praise::Coding))
        .or_else(|| patient().map(|index| (index, Praise::Patient)));
    praised.extend(last);
    praised
}
