//! Models as the page is told about them.

use std::{
    cmp::Reverse,
    collections::HashMap,
    path::{Path, PathBuf},
};

use hearth_library::{Damage, Foreign, Model, Place, Scan, Source, State};

use super::{is_at, names};
use crate::{
    model_name,
    view::{
        Fit, ForeignKind, LibraryProblem, LocalModel, LocalModelId, LocalModelState, ModelDamage, Origin, OriginProgram,
    },
};

/// Everything that was found, in the order in which it is shown.
pub(super) fn library(
    scan: &Scan,
    used: &HashMap<PathBuf, u32>,
    starter: &Path,
    judge: &dyn Fn(&Model) -> Fit,
) -> (Vec<LocalModel>, Vec<LibraryProblem>) {
    let mut models: Vec<LocalModel> = scan.models.iter().map(|one| model(one, used, starter, judge(one))).collect();
    models.sort_by_cached_key(|model| {
        let rank = match model.state {
            LocalModelState::Ready => 0,
            LocalModelState::Damaged { .. } => 1,
            LocalModelState::Foreign { .. } => 2,
        };
        (rank, Reverse(model.last_used_at), model.name.to_lowercase(), model.id.clone())
    });
    let problems = scan.problems.iter().map(|problem| LibraryProblem {
        path: problem.path.display().to_string(),
        cause: crate::error::chain(&problem.trouble),
    });
    (models, problems.collect())
}

/// What a model is called. The files of Ollama have the names of their hashes, so it is asked itself.
pub(crate) fn name_of(model: &Model) -> String {
    let given = model.places.first().and_then(|place| match &place.source {
        Source::Ollama { name } => Some(name.clone()),
        _ => None,
    });
    given.unwrap_or_else(|| model_name::of_file(model.path()))
}

/// Where a program keeps a model.
pub(super) fn origin(place: &Place, starter: &Path) -> Origin {
    if place.files.first().is_some_and(|first| first == starter) {
        return Origin { program: OriginProgram::Hearth, name: None };
    }
    origin_of(&place.source)
}

/// A program, and its own name for a model.
pub(super) fn origin_of(source: &Source) -> Origin {
    let (program, name) = match source {
        Source::HuggingFaceCache { repo, .. } => (OriginProgram::HuggingFaceCache, Some(repo.to_string())),
        Source::LmStudio => (OriginProgram::LmStudio, None),
        Source::Ollama { name } => (OriginProgram::Ollama, Some(name.clone())),
        Source::Jan => (OriginProgram::Jan, None),
        Source::Gpt4All => (OriginProgram::Gpt4All, None),
        Source::LlamaCpp { repo } => (OriginProgram::LlamaCpp, repo.as_ref().map(ToString::to_string)),
        Source::Folder => (OriginProgram::Folder, None),
    };
    Origin { program, name }
}

fn model(model: &Model, used: &HashMap<PathBuf, u32>, starter: &Path, fit: Fit) -> LocalModel {
    let mut origins: Vec<Origin> = Vec::new();
    for place in &model.places {
        let origin = origin(place, starter);
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    let first_files = model.places.iter().filter_map(|place| place.files.first());
    LocalModel {
        id: LocalModelId::of(model.path()),
        name: name_of(model),
        size_bytes: model.size_bytes,
        quantization: model.quantization.map(str::to_owned),
        parameters: model.parameters,
        architecture: model.architecture.clone(),
        context_tokens: model.context_length,
        licence: model.licence.clone(),
        has_projector: model.projector.is_some(),
        origins,
        repo: model.places.iter().find_map(names::repo_of_place).map(|repo| repo.to_string()),
        last_used_at: first_files.filter_map(|path| used.get(path)).max().copied(),
        state: state(&model.state),
        fit,
        is_starter: is_at(model, starter),
    }
}

pub(super) fn state(state: &State) -> LocalModelState {
    match state {
        State::Ready => LocalModelState::Ready,
        State::Damaged { what } => LocalModelState::Damaged { damage: damage(what), cause: what.to_string() },
        State::Foreign { what } => LocalModelState::Foreign { kind: kind(what), cause: what.to_string() },
    }
}

fn damage(what: &Damage) -> ModelDamage {
    match what {
        Damage::Gone => ModelDamage::Gone,
        Damage::Unreadable { .. } => ModelDamage::Unreadable,
        Damage::NotGguf => ModelDamage::NotAModel,
        Damage::CutShort { .. } => ModelDamage::CutShort,
        Damage::Contradictory { .. } => ModelDamage::Contradictory,
        Damage::MissingParts { .. } => ModelDamage::MissingParts,
    }
}

fn kind(what: &Foreign) -> ForeignKind {
    match what {
        Foreign::OtherKind { .. } => ForeignKind::OtherKind,
        Foreign::BigEndian => ForeignKind::BigEndian,
        Foreign::BeyondThisVersion { .. } => ForeignKind::BeyondThisVersion,
    }
}
