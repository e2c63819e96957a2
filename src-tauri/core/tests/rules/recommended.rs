//! What is recommended for computers of several sizes. Needs no network.

use std::sync::Arc;

use hearth_core::{
    App, Config, Machine,
    view::{Capability, FitVerdict, Praise, Recommendations, RecommendedModel},
};

use crate::stage::{Stage, TestComputer};

/// The version of the app that the catalog was made for.
const VERSION: &str = env!("CARGO_PKG_VERSION");

async fn recommended_for(machine: Machine) -> Recommendations {
    recommended_by(VERSION, machine).await
}

async fn recommended_by(version: &str, machine: Machine) -> Recommendations {
    let stage = Stage::new();
    let config = Config { hardware: Arc::new(TestComputer(machine)), version: version.to_owned(), ..stage.config() };
    let app = App::new(config);
    app.recommendations().await.expect("complete without a network")
}

async fn recommended(gigabytes: u64) -> Recommendations {
    recommended_for(TestComputer::of_gigabytes(gigabytes).0).await
}

/// Of the build that is offered; the smallest, if none is.
fn verdict(model: &RecommendedModel) -> FitVerdict {
    let offered = model.builds.iter().find(|build| Some(&build.file) == model.suggested.as_ref());
    offered.or(model.builds.first()).expect("a build").fit.verdict
}

fn praised(recommendations: &Recommendations) -> Vec<(&str, Praise)> {
    recommendations.models.iter().filter_map(|model| Some((model.id.as_str(), model.praise?))).collect()
}

#[tokio::test]
async fn every_usual_computer_gets_three_or_four_models_that_run_on_it_first_of_all() {
    for gigabytes in [4, 8, 16, 32, 64] {
        let found = recommended(gigabytes).await;
        let praised = praised(&found);
        assert!((3..=4).contains(&praised.len()), "{gigabytes} GB: {praised:?}");
        assert_eq!(praised[0].1, Praise::Best);
        for (index, (id, why)) in praised.iter().enumerate() {
            let model = &found.models[index];
            assert_eq!(model.id, *id, "{gigabytes} GB: praised models come first");
            assert!(matches!(verdict(model), FitVerdict::Fast | FitVerdict::Slow), "{gigabytes} GB: {id} {why:?}");
            assert!(model.suggested.is_some() && model.capabilities.contains(&Capability::Chat), "{id}");
        }
        let mut reasons: Vec<Praise> = praised.iter().map(|(_, why)| *why).collect();
        reasons.dedup();
        assert_eq!(reasons.len(), praised.len(), "{gigabytes} GB: each reason once");
    }
}

#[tokio::test]
async fn what_will_not_fit_comes_last_and_offers_no_build() {
    for gigabytes in [4, 8, 16, 32] {
        let found = recommended(gigabytes).await;
        let first = found.models.iter().position(|model| verdict(model) == FitVerdict::TooLarge);
        let first = first.unwrap_or_else(|| panic!("something is too large for {gigabytes} GB"));
        for model in &found.models[first..] {
            assert_eq!((verdict(model), &model.suggested), (FitVerdict::TooLarge, &None), "{}", model.id);
        }
        for model in &found.models[..first] {
            assert!(model.suggested.is_some(), "{gigabytes} GB: {} fits and offers a build", model.id);
        }
    }
}

#[tokio::test]
async fn the_reasons_are_true() {
    for gigabytes in [4, 8, 16, 32, 64] {
        let found = recommended(gigabytes).await;
        let of = |why: Praise| {
            let model = found.models.iter().find(|model| model.praise == Some(why))?;
            let build = model.builds.iter().find(|build| Some(&build.file) == model.suggested.as_ref())?;
            Some((model, build.fit))
        };
        let (best_model, best) = of(Praise::Best).expect("one is the best");
        assert_eq!(best.verdict, FitVerdict::Fast, "{gigabytes} GB: {}", best_model.id);
        if let Some((model, faster)) = of(Praise::Faster) {
            assert!(faster.words_per_second > best.words_per_second, "{gigabytes} GB: {}", model.id);
        }
        if let Some((model, light)) = of(Praise::Light) {
            assert!(light.needed_bytes < best.needed_bytes, "{gigabytes} GB: {}", model.id);
            assert_eq!(light.verdict, FitVerdict::Fast, "{gigabytes} GB: {}", model.id);
        }
        if let Some((model, _)) = of(Praise::Coding) {
            assert!(model.capabilities.contains(&Capability::Coding), "{gigabytes} GB: {}", model.id);
        }
        if let Some((model, patient)) = of(Praise::Patient) {
            assert!(patient.words_per_second < best.words_per_second, "{gigabytes} GB: {}", model.id);
        }
    }
}

#[tokio::test]
async fn more_memory_never_recommends_a_smaller_model_as_the_best() {
    let mut before = 0;
    for gigabytes in [4, 8, 16, 32, 64] {
        let found = recommended(gigabytes).await;
        let best = &found.models[0];
        let size = best.builds.iter().find_map(|build| build.size_bytes).expect("known");
        assert!(size >= before, "{gigabytes} GB: {}", best.id);
        before = size;
    }
}

#[tokio::test]
async fn the_best_leaves_memory_to_other_programs_and_is_soon_downloaded() {
    for gigabytes in [8, 16, 24, 32, 64] {
        let found = recommended(gigabytes).await;
        let best = &found.models[0];
        assert_eq!(best.praise, Some(Praise::Best));
        let build = best.builds.iter().find(|build| Some(&build.file) == best.suggested.as_ref()).expect("offered");
        let needed_bytes = build.fit.needed_bytes.expect("known");
        assert!(needed_bytes <= (gigabytes << 30) / 5 * 3, "{gigabytes} GB: {} takes {needed_bytes}", best.id);
        let download_bytes = build.size_bytes.expect("known") + build.projector_bytes.unwrap_or(0);
        assert!(download_bytes <= 10_000_000_000, "{gigabytes} GB: {} is {download_bytes} to download", best.id);
    }
}

#[tokio::test]
async fn a_computer_that_is_busy_is_offered_what_would_run_if_programs_were_closed() {
    let machine = Machine { available_bytes: 1 << 30, ..TestComputer::of_gigabytes(16).0 };
    let found = recommended_for(machine).await;
    let tight = found.models.iter().filter(|model| verdict(model) == FitVerdict::Tight);
    assert!(tight.clone().count() > 5, "most would run");
    assert!(tight.into_iter().all(|model| model.praise.is_none()), "what does not run now is not praised");
}

#[tokio::test]
async fn the_computer_is_told_with_what_it_could_give() {
    let found = recommended(16).await;
    assert_eq!(found.computer.memory_bytes, 16 << 30);
    assert_eq!((found.computer.available_bytes, found.computer.processor.as_str()), (12 << 30, "A usual processor"));
}

#[tokio::test]
async fn what_needs_a_newer_app_is_not_recommended() {
    let machine = TestComputer::of_gigabytes(16).0;
    assert!(recommended_by("0.0.9", machine.clone()).await.models.is_empty());
    assert!(!recommended_by("0.1.0", machine).await.models.is_empty());
}

#[tokio::test]
async fn a_large_mixture_of_experts_is_as_fast_as_what_each_token_needs() {
    let found = recommended(64).await;
    let model = found.models.iter().find(|model| model.id == "qwen3-coder/next").expect("in the catalog");
    let words = model.builds[0].fit.words_per_second.expect("it fits");
    assert!(words > 5.0, "80 billion parameters, of which a token needs 3: {words} words per second");
}
