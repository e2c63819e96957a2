//! From what the programs show to models: a file that several of them reach is one.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    damage::{Damage, State},
    found::{Model, ModelFile, Sighting},
    headers::{Headers, Told},
    identity::{self, Facts, Identity},
    parts, projector,
};

/// What makes two sightings the same model.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// With size and time: not every file system tells its files apart as it should.
    Files(Vec<(Identity, u64, Option<SystemTime>)>),
    /// Nothing is there to be compared.
    Paths(Vec<PathBuf>),
}

pub(crate) fn models(sightings: Vec<Sighting>, headers: &mut Headers) -> Vec<Model> {
    let mut told = Vec::new();
    for mut sighting in parts::gather(sightings) {
        // A description may name any file.
        let is_one = |path: &PathBuf| headers.told(std::slice::from_ref(path)).is_projector;
        sighting.place.projector = sighting.place.projector.take().filter(is_one);
        let says = headers.told(&sighting.place.files);
        told.push((sighting, says));
    }
    pair(&mut told);
    let mut models: Vec<Model> = Vec::new();
    let mut known = HashMap::new();
    for (sighting, says) in told {
        let facts: Vec<Option<Facts>> = sighting.place.files.iter().map(|path| identity::facts(path).ok()).collect();
        let known_by = |facts: Facts| (facts.identity, facts.size_bytes, facts.modified);
        let files: Option<Vec<_>> = facts.iter().map(|facts| facts.map(known_by)).collect();
        let key = files.map_or_else(|| Key::Paths(sighting.place.files.clone()), Key::Files);
        match known.get(&key) {
            None => {
                known.insert(key, models.len());
                models.push(model(sighting, &says, &facts));
            }
            Some(index) => join(&mut models[*index], sighting),
        }
    }
    models
}

/// Gives each model its projector, and takes the projectors that have found their models out of the list.
fn pair(told: &mut Vec<(Sighting, std::sync::Arc<Told>)>) {
    let mut projectors: Vec<PathBuf> =
        told.iter().filter(|(_, says)| says.is_projector).map(|(sighting, _)| sighting.first().to_owned()).collect();
    projectors.sort();
    let mut paired = HashSet::new();
    for (sighting, says) in told.iter_mut().filter(|(_, says)| !says.is_projector) {
        // What is no model to chat with has no use for one.
        if sighting.place.projector.is_none() && says.trouble.is_none() {
            sighting.place.projector = projector::beside(sighting, &projectors).map(Path::to_owned);
        }
        paired.extend(sighting.place.projector.as_deref().and_then(identity_of));
    }
    told.retain(|(sighting, says)| {
        !(says.is_projector && identity_of(sighting.first()).is_some_and(|identity| paired.contains(&identity)))
    });
}

fn identity_of(path: &Path) -> Option<Identity> {
    identity::facts(path).ok().map(|facts| facts.identity)
}

fn model(sighting: Sighting, told: &Told, facts: &[Option<Facts>]) -> Model {
    let size = |facts: &Option<Facts>| facts.map_or(0, |facts| facts.size_bytes);
    let files: Vec<ModelFile> = sighting
        .place
        .files
        .iter()
        .zip(facts)
        .map(|(path, facts)| ModelFile { path: path.clone(), size_bytes: size(facts) })
        .collect();
    let state = match &sighting.missing {
        Some((missing, count)) => {
            State::Damaged { what: Damage::MissingParts { missing: missing.clone(), count: *count } }
        }
        None => told.trouble.clone().unwrap_or(State::Ready),
    };
    let stem = || sighting.first().file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Model {
        name: sighting.name.clone().unwrap_or_else(stem),
        size_bytes: files.iter().map(|file| file.size_bytes).sum(),
        files,
        quantization: told.quantization,
        architecture: told.architecture.clone(),
        parameters: told.parameters,
        context_length: told.context_length,
        licence: told.licence.clone(),
        shape: told.shape.clone(),
        projector: sighting.place.projector.as_deref().map(projector_file),
        places: vec![sighting.place],
        state,
    }
}

/// Another way to a model that is known already.
fn join(model: &mut Model, sighting: Sighting) {
    let place = sighting.place;
    // The same folder may have been named twice, as a program's and by a person.
    if model.places.iter().any(|known| known.files == place.files && known.keeper == place.keeper) {
        return;
    }
    if model.projector.is_none() {
        model.projector = place.projector.as_deref().map(projector_file);
    }
    model.places.push(place);
}

fn projector_file(path: &Path) -> ModelFile {
    let size_bytes = identity::facts(path).map_or(0, |facts| facts.size_bytes);
    ModelFile { path: path.to_owned(), size_bytes }
}
