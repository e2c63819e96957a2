//! Whether something that the Hub has is on this computer.

use std::path::Path;

use hearth_hub::{FileName, RepoId};
use hearth_library::{Model, State};

use super::{Shelf, names};
use crate::view::LocalModelId;

impl Shelf {
    /// The model that can be used and came from this file of this repository, as far as the last look goes. Looks at no
    /// disk.
    pub(crate) fn holds(&self, repo: &RepoId, file: &FileName) -> Option<LocalModelId> {
        let scan = self.last()?;
        let mut ready = scan.models.iter().filter(|model| model.state == State::Ready);
        ready.find(|model| is_of(model, repo, file)).map(|model| LocalModelId::of(model.path()))
    }
}

fn is_of(model: &Model, repo: &RepoId, file: &FileName) -> bool {
    model.places.iter().any(|place| {
        let is_file = || place.files.first().is_some_and(|path| path.ends_with(Path::new(file.as_str())));
        names::repo_of_place(place).as_ref() == Some(repo) && is_file()
    })
}
