//! From what a person asks for to the files that are to be fetched.

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
};

use hearth_hub::{Build, Builds, Commit, Connection, FileName, ModelPage, RemoteFile, RepoId, Revision};
use hearth_library::{Damage, State};

use crate::{
    error::{AppError, ErrorCode, ErrorDetails},
    hub_access::HubAccess,
    library::{CacheFile, Shelf, blocking, file_in_repo},
    model_name,
    store::downloads::{FileRole, Wanted, WantedFile},
    view::{DownloadRequest, LocalModelId},
};

/// Asks the Hub. Files that the cache has whole already are marked as such.
pub(super) async fn resolve(hub: &HubAccess, shelf: &Shelf, request: DownloadRequest) -> Result<Wanted, AppError> {
    let not_there = || not_on_hub(&request.repo);
    let repo: RepoId = request.repo.parse().map_err(|_| not_there())?;
    let commit: Option<Commit> = request.commit.as_deref().map(str::parse).transpose().map_err(|_| not_there())?;
    let (page, revision) = page(&hub.connection().await?, &repo, commit).await?;
    let replaced = match &request.replaces {
        Some(model) => Some(Replaced::of(shelf, model).await?),
        None => None,
    };
    let build = find(&page.builds, &request, replaced.as_ref()).filter(|build| build.is_whole());
    let build = build.ok_or_else(not_there)?;
    let model = build.files.iter().map(|file| wanted_file(file, FileRole::Model));
    let projector = build.projector.iter().map(|file| wanted_file(file, FileRole::Projector));
    let files: Vec<WantedFile> = model.chain(projector).collect::<Option<_>>().ok_or_else(|| {
        AppError::new(ErrorCode::HubTrouble, "the Hub does not say how large a file is, or what its content is")
    })?;
    let first = files.first().ok_or_else(not_there)?;
    let mut wanted = Wanted {
        name: model_name::of_file(Path::new(first.path.last())),
        label: build.label.clone(),
        repo: page.facts.repo,
        revision,
        commit: page.commit,
        replaces: request.replaces,
        files,
    };
    // What is damaged may have the right length.
    if replaced.is_none_or(|replaced| replaced.only_lacks_files) {
        mark_whole(shelf, &mut wanted).await?;
    }
    Ok(wanted)
}

/// The repository at a state, and the branch that is at it: `main`, if that is where it is.
async fn page(
    connection: &Connection,
    repo: &RepoId,
    commit: Option<Commit>,
) -> Result<(ModelPage, Option<Revision>), AppError> {
    let ask = async |revision: &Revision| {
        let page = connection.model(repo, revision).await;
        page.map_err(|error| AppError::of_hub(&error, Some(repo.as_str()), connection.endpoint()))
    };
    let main = Revision::default();
    let newest = ask(&main).await?;
    match commit.filter(|commit| *commit != newest.commit) {
        Some(commit) => Ok((ask(&commit.into()).await?, None)),
        None => Ok((newest, Some(main))),
    }
}

/// A damaged model that is to be fetched anew.
struct Replaced {
    /// Its first file in the repository, as far as its place tells.
    file: Option<FileName>,
    /// What is there of it is sound.
    only_lacks_files: bool,
}

impl Replaced {
    async fn of(shelf: &Shelf, model: &LocalModelId) -> Result<Self, AppError> {
        let found = shelf.find(model).await?;
        let state = &found.model().state;
        let lacks = matches!(state, State::Damaged { what: Damage::Gone | Damage::MissingParts { .. } });
        Ok(Self { file: found.model().places.iter().find_map(file_in_repo), only_lacks_files: lacks })
    }
}

/// By its file; by its quantization, should the file have been renamed; by the name of the one that it replaces.
fn find<'page>(builds: &'page Builds, request: &DownloadRequest, replaced: Option<&Replaced>) -> Option<&'page Build> {
    let by_file = |name: &FileName| builds.with_file(name);
    let by_name = |name: &FileName| {
        let is_it = |file: &RemoteFile| file.name.last() == name.last();
        builds.all.iter().find(|build| build.files.iter().any(is_it))
    };
    let asked = request.file.parse().ok();
    let old = replaced.and_then(|replaced| replaced.file.as_ref());
    asked
        .as_ref()
        .and_then(by_file)
        .or_else(|| request.label.as_deref().and_then(|label| builds.named(label)))
        .or_else(|| old.and_then(|name| by_file(name).or_else(|| by_name(name))))
}

fn wanted_file(file: &RemoteFile, role: FileRole) -> Option<WantedFile> {
    Some(WantedFile {
        path: file.name.clone(),
        size_bytes: file.size_bytes?,
        sha256: file.sha256?,
        role,
        is_whole: false,
    })
}

async fn mark_whole(shelf: &Shelf, wanted: &mut Wanted) -> Result<(), AppError> {
    let cache = shelf.cache().await?;
    let names: Vec<CacheFile> = wanted.files.iter().filter_map(|file| CacheFile::of(wanted, file).ok()).collect();
    let sizes: Vec<Vec<u64>> = blocking(move || {
        let size = |path: PathBuf| path.metadata().ok().filter(Metadata::is_file).map(|found| found.len());
        let there = |names: &CacheFile| {
            let pointer = cache.find(&names.repo, &names.commit, &names.path).and_then(size);
            pointer.into_iter().chain(size(cache.blob_path(&names.repo, &names.etag))).collect()
        };
        names.iter().map(there).collect()
    })
    .await?;
    for (file, sizes) in wanted.files.iter_mut().zip(sizes) {
        file.is_whole = !sizes.is_empty() && sizes.iter().all(|size| *size == file.size_bytes);
    }
    Ok(())
}

fn not_on_hub(repo: &str) -> AppError {
    let details = ErrorDetails { name: Some(repo.to_owned()), ..ErrorDetails::default() };
    AppError { code: ErrorCode::NotOnHub, message: "no such build".into(), details: Box::new(details) }
}
