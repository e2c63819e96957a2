//! One model's page and card, as the Hub has them now.

use hearth_hub::{Connection, FileName, RepoId, Revision};

use super::{Holdings, build, capabilities, gate, name};
use crate::{
    error::{AppError, ErrorCode, ErrorDetails},
    fit::{Fits, Sketch},
    view::{Build, ModelAddress, ModelCard, ModelPage},
};

/// The page that an address leads to.
pub(crate) async fn page(
    connection: &Connection,
    address: ModelAddress,
    fits: &Fits,
    holdings: &dyn Holdings,
) -> Result<ModelPage, AppError> {
    let endpoint = connection.endpoint();
    let repo: RepoId = parsed(&address.repo, &address.repo)?;
    let revision: Revision = match &address.revision {
        Some(revision) => parsed(revision, &address.repo)?,
        None => Revision::default(),
    };
    let found = connection.model(&repo, &revision).await;
    let found = found.map_err(|error| AppError::of_hub(&error, Some(repo.as_str()), endpoint))?;
    let facts = &found.facts;
    let sketch = Sketch::of(facts);
    let shown = |build| build::of_hub(&facts.repo, build, &sketch, fits, holdings);
    let builds: Vec<Build> = found.builds.all.iter().filter_map(shown).collect();
    let named = named_build(&found.builds, &address);
    let suggested = named.or_else(|| build::suggested(&builds).map(|build| build.file.clone()));
    Ok(ModelPage {
        repo: facts.repo.to_string(),
        name: name::of_repo(&facts.repo, facts.base_model.as_ref()),
        owner: facts.repo.owner().to_owned(),
        commit: found.commit.to_string(),
        gate: gate(facts.gate),
        licence: facts.licence.clone(),
        languages: facts.languages.clone(),
        capabilities: capabilities(facts),
        downloads: facts.downloads,
        likes: facts.likes,
        modified_at: facts.modified_at.clone(),
        parameters: facts.gguf.parameters,
        architecture: facts.gguf.architecture.clone(),
        context_tokens: facts.gguf.context_length,
        base_model: facts.base_model.as_ref().map(ToString::to_string),
        builds,
        suggested,
        web_address: format!("{endpoint}/{}", facts.repo),
    })
}

/// What a repository says of itself at a commit, if it says anything.
pub(crate) async fn card(connection: &Connection, repo: &str, commit: &str) -> Result<Option<ModelCard>, AppError> {
    let (id, revision): (RepoId, Revision) = (parsed(repo, repo)?, parsed(commit, repo)?);
    let card = connection.card(&id, &revision).await;
    let card = card.map_err(|error| AppError::of_hub(&error, Some(repo), connection.endpoint()))?;
    let card = card.map(|card| ModelCard { markdown: card.markdown, is_cut: card.is_cut });
    Ok(card.filter(|card| !card.markdown.is_empty()))
}

/// The build that the address itself names, by its first file, if it is there as a whole.
fn named_build(builds: &hearth_hub::Builds, address: &ModelAddress) -> Option<String> {
    let by_file = || builds.with_file(&address.file.as_ref()?.parse::<FileName>().ok()?);
    let by_tag = || builds.named(address.tag.as_ref()?);
    let build = by_file().or_else(by_tag).filter(|build| build.is_whole())?;
    build.files.first().map(|file| file.name.to_string())
}

/// What is no name of anything on the Hub is not there.
fn parsed<T: std::str::FromStr>(text: &str, repo: &str) -> Result<T, AppError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| AppError {
        code: ErrorCode::NotOnHub,
        message: error.to_string(),
        details: Box::new(ErrorDetails { name: Some(repo.to_owned()), ..ErrorDetails::default() }),
    })
}
