//! What files say about themselves, read once for as long as they do not change.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use hearth_gguf::{GgufError, Header, Shape};

use crate::{
    damage::{Damage, State},
    identity::{self, Facts},
};

/// What the headers of a model's parts say.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) architecture: Option<String>,
    pub(crate) quantization: Option<&'static str>,
    pub(crate) parameters: Option<u64>,
    pub(crate) context_length: Option<u64>,
    pub(crate) licence: Option<String>,
    pub(crate) shape: Option<Shape>,
    pub(crate) is_projector: bool,
    /// `None` for a model that can be used.
    pub(crate) trouble: Option<State>,
}

/// Headers that have been read before. A file is read again when its size or its time has changed.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    read: HashMap<Vec<Facts>, Arc<Told>>,
    /// What the present look has asked for; the rest is forgotten after it.
    asked: HashMap<Vec<Facts>, Arc<Told>>,
}

impl Headers {
    /// What the parts of a model say, in their order. Reads at most the headers.
    pub(crate) fn told(&mut self, parts: &[PathBuf]) -> Arc<Told> {
        let facts: Option<Vec<Facts>> = parts.iter().map(|path| identity::facts(path).ok()).collect();
        let Some(key) = facts else {
            return Arc::new(tell(parts));
        };
        if let Some(told) = self.asked.get(&key) {
            return Arc::clone(told);
        }
        let told = self.read.remove(&key).unwrap_or_else(|| Arc::new(tell(parts)));
        // What the system refuses today it may grant tomorrow, without any trace in the file.
        if !matches!(told.trouble, Some(State::Damaged { what: Damage::Unreadable { .. } })) {
            self.asked.insert(key, Arc::clone(&told));
        }
        told
    }

    /// Ends a look: what nobody has asked for is no longer there.
    pub(crate) fn forget_others(&mut self) {
        self.read = std::mem::take(&mut self.asked);
    }
}

fn tell(parts: &[PathBuf]) -> Told {
    match headers(parts) {
        Err(error) => Told { trouble: Some(State::from(&error)), ..Told::default() },
        Ok(headers) => of_headers(&headers),
    }
}

fn headers(parts: &[PathBuf]) -> Result<Vec<Header>, GgufError> {
    parts.iter().map(|path| Header::read(path)).collect()
}

fn of_headers(headers: &[Header]) -> Told {
    let Some(first) = headers.first() else {
        return Told { trouble: Some(State::Damaged { what: Damage::Gone }), ..Told::default() };
    };
    let checked = hearth_gguf::require_text_model(headers);
    Told {
        architecture: first.architecture().map(str::to_owned),
        quantization: hearth_gguf::quantization(headers),
        parameters: Some(headers.iter().map(Header::parameters).fold(0, u64::saturating_add)),
        context_length: first.context_length(),
        licence: first.metadata().text("general.license").filter(|text| !text.trim().is_empty()).map(str::to_owned),
        shape: Shape::of(headers),
        is_projector: first.is_projector(),
        trouble: checked.err().as_ref().map(State::from),
    }
}
