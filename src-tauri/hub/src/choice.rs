//! Small, Balanced, Best quality: three builds out of twenty, by a rule over their names.
//!
//! - **Balanced** is the build nearest to 4.9 bits per weight: below, quality falls visibly; above, it hardly rises.
//! - **Best quality** is the one nearest to 6.6 bits per weight; where 8.5 takes less than 6 GB, nearest to that. Beyond,
//!   nobody can tell the answers from those of the unquantized model.
//! - **Small** is the one nearest to 3.9 bits per weight; where the balanced one takes less than 3 GB, nearest to 4.4,
//!   since small models lose more.
//!
//! Among builds about equally near: Unsloth's dynamic mixes before plain K mixes, these before table-based ones, which
//! are slower on processors, and these before the older plain ones. A choice is one only if it differs: the small build
//! has at least 0.3 bits per weight less than the balanced one, the best at least half a bit more. Unquantized builds and
//! unknown names are chosen only where there is nothing else, the middle one of them as the balanced.

use serde::{Deserialize, Serialize};

use crate::{Build, Family, Publisher, Quant};

/// What a build is recommended as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Takes less memory, and shows it.
    Small,
    /// For nearly everybody.
    Balanced,
    /// As good as it gets.
    Best,
}

const SMALLER_BY_BITS: f64 = 0.3;
const BETTER_BY_BITS: f64 = 0.5;
const BALANCED_BITS: f64 = 4.9;
const BEST_BITS: f64 = 6.6;
const BEST_BITS_OF_SMALL_MODELS: f64 = 8.5;
const BEST_OF_SMALL_MODELS_BYTES: u64 = 6_000_000_000;
const SMALL_BITS: f64 = 3.9;
const SMALL_BITS_OF_SMALL_MODELS: f64 = 4.4;
const BALANCED_OF_SMALL_MODELS_BYTES: u64 = 3_000_000_000;

/// Marks the recommended ones. Builds are sorted by size.
pub(crate) fn choose(builds: &mut [Build]) {
    let usable: Vec<usize> = (0..builds.len()).filter(|index| builds[*index].is_whole()).collect();
    let quantized: Vec<usize> = usable.iter().copied().filter(|index| is_quantized(&builds[*index])).collect();
    let Some(balanced) = nearest(builds, &quantized, BALANCED_BITS).or_else(|| middle(&usable)) else { return };
    let size_of = |index: usize| builds[index].size_bytes().unwrap_or(0);
    let bits_of = |index: usize| builds[index].quant.as_ref().map_or(0.0, Quant::bits_per_weight);
    let (size, bits) = (size_of(balanced), bits_of(balanced));
    let among =
        |fits: &dyn Fn(usize) -> bool| quantized.iter().copied().filter(|index| fits(*index)).collect::<Vec<_>>();
    let smaller = among(&|index| size_of(index) < size && bits_of(index) <= bits - SMALLER_BY_BITS);
    let larger = among(&|index| size_of(index) > size && bits_of(index) >= bits + BETTER_BY_BITS);

    let is_small = (1..BALANCED_OF_SMALL_MODELS_BYTES).contains(&size);
    let small = nearest(builds, &smaller, if is_small { SMALL_BITS_OF_SMALL_MODELS } else { SMALL_BITS });
    let finest = nearest(builds, &larger, BEST_BITS_OF_SMALL_MODELS);
    let affordable = finest.filter(|finest| (1..BEST_OF_SMALL_MODELS_BYTES).contains(&size_of(*finest)));
    let best = affordable.or_else(|| nearest(builds, &larger, BEST_BITS));

    for (index, choice) in [(Some(balanced), Choice::Balanced), (small, Choice::Small), (best, Choice::Best)] {
        if let Some(index) = index {
            builds[index].choice = Some(choice);
        }
    }
}

fn middle(among: &[usize]) -> Option<usize> {
    among.get(among.len().saturating_sub(1) / 2).copied()
}

fn is_quantized(build: &Build) -> bool {
    build.quant.as_ref().is_some_and(|quant| quant.family() != Family::Float)
}

fn nearest(builds: &[Build], among: &[usize], bits: f64) -> Option<usize> {
    let distance = |index: &usize| {
        let quant = builds[*index].quant.as_ref();
        quant.map_or(f64::INFINITY, |quant| (quant.bits_per_weight() - bits).abs() + handicap(quant))
    };
    among.iter().copied().min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

/// In bits per weight: how much further away a build may be and still be preferred to this one.
fn handicap(quant: &Quant) -> f64 {
    let family = match quant.family() {
        Family::K => 0.1,
        // The one plain type that has no better in its place.
        Family::Plain if quant.code() == "Q8_0" => 0.1,
        Family::Table | Family::Float4 => 0.3,
        Family::Plain | Family::Few | Family::Float => 0.6,
    };
    // Old layouts for certain processors, which current engines no longer read.
    let is_withdrawn = matches!(quant.code(), "Q4_0_4_4" | "Q4_0_4_8" | "Q4_0_8_8");
    let dynamic = if quant.publisher() == Some(Publisher::UnslothDynamic) { -0.3 } else { 0.0 };
    family + dynamic + if is_withdrawn { 3.0 } else { 0.0 }
}
