//! The models of the catalog, ranked for this computer.

use hearth_hub::{
    Catalog,
    catalog::{AppVersion, Family, Size},
};

use super::{Holdings, build, capability, praise};
use crate::{
    error::{AppError, ErrorCode, chain},
    fit::{Fits, Sketch},
    view::{Build, FitVerdict, Praise, Recommendations, RecommendedModel},
};

const CATALOG: &str = include_str!("../../catalog/catalog.json");

/// A model that can be recommended, and what it is ranked by.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) model: RecommendedModel,
    /// How good its answers likely are, only for comparing: one more is a model of twice the size.
    pub(super) quality: f64,
    pub(super) verdict: FitVerdict,
    /// Of the build to offer.
    pub(super) words_per_second: f32,
    pub(super) needed_bytes: u64,
    /// What a download of it brings.
    pub(super) download_bytes: u64,
}

/// All models of the catalog that this version of the app can run: the praised first, then what runs, what would if other
/// programs were closed, and last what will not, within each the best first.
pub(crate) fn recommendations(
    app_version: &str,
    fits: &Fits,
    holdings: &dyn Holdings,
) -> Result<Recommendations, AppError> {
    let catalog = Catalog::read(CATALOG).map_err(|error| AppError::new(ErrorCode::Internal, chain(&error)))?;
    // A version that is none is one of development, which can run everything.
    let version: Option<AppVersion> = app_version.parse().ok();
    let runs = |family: &&Family| version.is_none_or(|version| family.minimum_app_version <= version);
    let mut candidates: Vec<Candidate> = catalog
        .families
        .iter()
        .filter(runs)
        .flat_map(|family| family.sizes.iter().map(move |size| (family, size)))
        .map(|(family, size)| candidate(family, size, fits, holdings))
        .collect();
    candidates.sort_by(|one, other| other.quality.total_cmp(&one.quality));
    for (index, why) in praise::praises(&candidates, fits.computer().memory_bytes) {
        candidates[index].model.praise = Some(why);
    }
    candidates.sort_by_key(|candidate| {
        let group = match candidate.verdict {
            FitVerdict::Fast => 0,
            FitVerdict::Slow => 1,
            FitVerdict::Tight => 2,
            FitVerdict::Unknown => 3,
            FitVerdict::TooLarge => 4,
        };
        (candidate.model.praise.map_or(u8::MAX, place), group)
    });
    let models = candidates.into_iter().map(|candidate| candidate.model).collect();
    Ok(Recommendations { computer: fits.computer(), models })
}

fn place(praise: Praise) -> u8 {
    match praise {
        Praise::Best => 0,
        Praise::Faster => 1,
        Praise::Light => 2,
        Praise::Coding => 3,
        Praise::Patient => 4,
    }
}

fn candidate(family: &Family, size: &Size, fits: &Fits, holdings: &dyn Holdings) -> Candidate {
    let sketch = Sketch {
        size_bytes: None,
        parameters: Some(size.parameters),
        active_parameters: size.active_parameters,
        architecture: size.architecture.clone(),
        context_tokens: size.context_length,
    };
    let builds: Vec<Build> = size
        .builds
        .iter()
        .map(|listed| Build {
            file: listed.file.to_string(),
            label: listed.quant.to_string(),
            choice: Some(build::choice(listed.choice)),
            size_bytes: Some(listed.approximate_bytes),
            projector_bytes: size.projector.as_ref().map(|file| file.approximate_bytes),
            parts: 1,
            is_whole: true,
            fit: fits.of_hub(&sketch.of_size(Some(listed.approximate_bytes))),
            presence: holdings.presence(&size.repo, &listed.file),
        })
        .collect();
    let suggested = build::suggested(&builds);
    // Where none can be offered, the smallest says best by how much.
    let told = suggested.or(builds.first());
    let fit = told.map(|build| build.fit);
    let download_bytes = told.and_then(|build| Some(build.size_bytes? + build.projector_bytes.unwrap_or(0)));
    let suggested = suggested.map(|build| build.file.clone());
    Candidate {
        quality: quality(size),
        verdict: fit.map_or(FitVerdict::Unknown, |fit| fit.verdict),
        words_per_second: fit.and_then(|fit| fit.words_per_second).unwrap_or(0.0),
        needed_bytes: fit.and_then(|fit| fit.needed_bytes).unwrap_or(u64::MAX),
        download_bytes: download_bytes.unwrap_or(u64::MAX),
        model: RecommendedModel {
            id: format!("{}/{}", family.id, size.id),
            name: format!("{} {}", family.name, size.name),
            publisher: family.publisher.clone(),
            repo: size.repo.to_string(),
            licence: family.licence.clone(),
            languages: family.languages.clone(),
            capabilities: family.capabilities.iter().map(|listed| capability(*listed)).collect(),
            context_tokens: size.context_length,
            published: size.published.clone(),
            builds,
            suggested,
            praise: None,
        },
    }
}

/// How good a model's answers likely are, as far as it follows from what the catalog knows: larger and newer ones give
/// better answers, and one more is as good as twice the size. Of a mixture of experts, the geometric mean of all
/// parameters and those that each token needs tells about which dense model it is like. Models have become as good as
/// those of twice their size within about a year.
#[expect(clippy::cast_precision_loss, reason = "a comparison of sizes")]
fn quality(size: &Size) -> f64 {
    const DOUBLING_MONTHS: f64 = 12.0;
    let all = size.parameters as f64;
    let active = size.active_parameters.map_or(all, |active| active as f64);
    (all * active).sqrt().log2() + months(&size.published) / DOUBLING_MONTHS
}

/// Months since the year 0 of a day as the catalog writes it (ISO 8601).
fn months(day: &str) -> f64 {
    let mut numbers = day.split('-').map(|number| number.parse::<u16>().unwrap_or(0));
    let (year, month) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    f64::from(year) * 12.0 + f64::from(month)
}
