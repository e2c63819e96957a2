//! Whether something that the Hub has is on this computer.

use std::path::Path;

use hearth_hub::{FileName, RepoId};
use hearth_library::{Model, State};

use super::{Shelf, id_of, names};
use crate::view::LocalModelId;

impl Shelf {
    /// The model that can be used and came from this file of this repository, as far as the last look goes. Looks at no
    /// disk.
    pub(crate) fn holds(&self, repo: &RepoId, file: &FileName) -> Option<LocalModelId> {
        let scan = self.last()?;
        let mut ready = scan.models.iter().filter(|model| model.state == State::Ready);
        ready.find(|model| is_of(model, repo, Some(file))).map(|model| id_of(model.path()))
    }

    /// Whether any model that can be used came from this repository. Looks at no disk.
    pub(crate) fn holds_any(&self, repo: &RepoId) -> bool {
        let scan = self.last();
        let models = scan.iter().flat_map(|scan| &scan.models);
        models.into_iter().any(|model| model.state == State::Ready && is_of(model, repo, None))
    }
}

fn is_of(model: &Model, repo: &RepoId, file: Option<&FileName>) -> bool {
    model.places.iter().any(|place| {
        let is_file =
            |file: &FileName| place.files.first().is_some_and(|path| path.ends_with(Path::new(file.as_str())));
        names::repo_of_place(place).as_ref() == Some(repo) && file.is_none_or(is_file)
    })
}
