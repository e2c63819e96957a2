//! What of the Hub's is on this computer already, or on its way.

use hearth_hub::{FileName, RepoId};

use crate::view::Presence;

/// Knows what is here. Asked for every build that is shown, so it must not look at the disk.
pub(crate) trait Holdings: Send + Sync {
    /// Whether the build whose first file is `file` of `repo` is here.
    fn presence(&self, repo: &RepoId, file: &FileName) -> Presence;
}
