//! What to use in place of a model that does not fit.

use super::App;
use crate::{
    discover,
    error::AppError,
    view::{
        Build, Fit, FitVerdict, LocalModel, LocalModelId, LocalModelState, Presence, RecommendedModel, SmallerBuild,
        SmallerBuildPlace,
    },
};

impl App {
    /// The smaller builds of the same model that run here, the largest first: those that are on this computer, and those
    /// that the app's catalog knows. Needs no network.
    pub async fn smaller_builds(&self, model: LocalModelId) -> Result<Vec<SmallerBuild>, AppError> {
        let found = async {
            let fits = self.inner.fits().await?;
            let library = self.inner.shelf.library(|model| fits.of_file(model)).await?;
            let large = library.models.iter().find(|one| one.id == model);
            let large = large.ok_or_else(|| AppError::not_found("the model"))?;
            let catalog = discover::recommendations(&self.inner.config.version, &fits, &*self.inner.holdings())?.models;
            let here = library.models.iter().filter(|one| is_smaller(large, one)).map(here);
            let same = catalog.iter().filter(|one| large.repo.as_deref() == Some(one.repo.as_str()));
            let on_hub = same.flat_map(|one| one.builds.iter().filter_map(|build| on_hub(large, one, build)));
            let mut builds: Vec<SmallerBuild> = here.chain(on_hub).collect();
            builds.sort_by_key(|build| std::cmp::Reverse(build.size_bytes));
            Ok(builds)
        };
        self.tell(found.await)
    }
}

/// Whether it is a smaller build of the same model that can be used.
fn is_smaller(large: &LocalModel, one: &LocalModel) -> bool {
    let is_same_repo = large.repo.is_some() && large.repo == one.repo;
    let is_same_shape =
        large.parameters.is_some() && (&large.parameters, &large.architecture) == (&one.parameters, &one.architecture);
    let is_usable = matches!(one.state, LocalModelState::Ready) && runs(&one.fit);
    one.id != large.id && one.size_bytes < large.size_bytes && is_usable && (is_same_repo || is_same_shape)
}

fn here(one: &LocalModel) -> SmallerBuild {
    SmallerBuild {
        name: one.name.clone(),
        label: one.quantization.clone(),
        size_bytes: one.size_bytes,
        fit: one.fit,
        place: SmallerBuildPlace::Here { model: one.id.clone() },
    }
}

fn on_hub(large: &LocalModel, model: &RecommendedModel, build: &Build) -> Option<SmallerBuild> {
    // What is here already is listed as such.
    let size_bytes = build.size_bytes.filter(|_| !matches!(build.presence, Presence::Here { .. }))?;
    (size_bytes < large.size_bytes && runs(&build.fit)).then(|| SmallerBuild {
        name: model.name.clone(),
        label: Some(build.label.clone()),
        size_bytes: size_bytes.saturating_add(build.projector_bytes.unwrap_or(0)),
        fit: build.fit,
        place: SmallerBuildPlace::OnHub { repo: model.repo.clone(), file: build.file.clone() },
    })
}

fn runs(fit: &Fit) -> bool {
    matches!(fit.verdict, FitVerdict::Fast | FitVerdict::Slow)
}
