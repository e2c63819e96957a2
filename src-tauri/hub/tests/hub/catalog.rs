//! The catalog, held against a Hub.

use hearth_fake_hub::{Content, Repository};
use hearth_hub::{
    Catalog,
    catalog::{Difference, Size},
};
use serde_json::json;

use crate::{connection, hub};

fn catalog() -> Catalog {
    Catalog::read(include_str!("../../../core/catalog/catalog.json")).expect("a sound catalog")
}

/// A repository that is as the catalog says.
fn as_listed(size: &Size, licence: Option<&str>) -> Repository {
    let mut repository = Repository::new(size.repo.as_str()).with_tags(&["gguf"]);
    for build in &size.builds {
        let content = Content::elsewhere(build.file.as_str(), build.approximate_bytes);
        repository = repository.with_lfs(build.file.as_str(), content);
    }
    if let Some(projector) = &size.projector {
        let content = Content::elsewhere(projector.file.as_str(), projector.approximate_bytes);
        repository = repository.with_lfs(projector.file.as_str(), content);
    }
    repository.card_data = licence.map(|licence| json!({"license": licence}));
    repository.gguf = size.architecture.as_ref().map(|architecture| json!({"architecture": architecture}));
    repository
}

fn all_as_listed(catalog: &Catalog) -> Vec<Repository> {
    let sizes = catalog.families.iter().flat_map(|family| family.sizes.iter().map(move |size| (family, size)));
    sizes.map(|(family, size)| as_listed(size, family.licence.as_deref())).collect()
}

#[tokio::test]
async fn a_hub_that_has_everything_as_listed_gives_no_finding() {
    let catalog = catalog();
    let hub = hub(all_as_listed(&catalog));
    let findings = catalog.check_against(&connection(&hub, None)).await.expect("it can be asked");
    assert_eq!(findings, []);
}

#[tokio::test]
async fn everything_that_is_otherwise_is_found() {
    let catalog = catalog();
    let family = &catalog.families[0];
    let [first, second, third, ..] = &family.sizes[..] else { panic!("a family of several sizes") };
    let licence = family.licence.as_deref().expect("a known licence");
    let mut repositories = all_as_listed(&catalog);
    repositories.retain(|repository| repository.id != first.repo.as_str() && repository.id != second.repo.as_str());
    // The second has one file of another size, one that is gone, another licence, and is built in another way.
    let (grown, gone) = (&second.builds[0], &second.builds[1]);
    let bytes = grown.approximate_bytes / 100 * 106;
    let mut otherwise = Size { builds: vec![second.builds[2].clone()], ..second.clone() };
    otherwise.architecture = Some("mamba".to_owned());
    repositories
        .push(as_listed(&otherwise, Some("other")).with_lfs(grown.file.as_str(), Content::elsewhere("grown", bytes)));
    let hub = hub(repositories);
    hub.rename(third.repo.as_str(), "o/renamed");

    let findings = catalog.check_against(&connection(&hub, None)).await.expect("it can be asked");
    let of = |size: &Size| -> Vec<&Difference> {
        let own = findings.iter().filter(|finding| finding.repo == size.repo.as_str());
        own.map(|finding| &finding.difference).collect()
    };
    assert!(matches!(of(first)[..], [Difference::NotShown(_)]), "{findings:?}");
    let listed = grown.approximate_bytes;
    assert_eq!(
        of(second),
        [
            &Difference::Size { file: grown.file.to_string(), listed, found: Some(bytes) },
            &Difference::NoFile(gone.file.to_string()),
            &Difference::Licence { listed: licence.to_owned(), found: Some("other".to_owned()) },
            &Difference::Architecture {
                listed: second.architecture.clone().expect("known"),
                found: "mamba".to_owned()
            },
        ]
    );
    assert_eq!(of(third), [&Difference::Renamed("o/renamed".to_owned())]);
    assert_eq!(findings.len(), 6, "nothing else: {findings:?}");
    assert_eq!(findings[0].entry, format!("{}/{}", family.id, first.id));
}

#[tokio::test]
async fn a_size_within_a_twentieth_is_the_same() {
    let catalog = catalog();
    let size = &catalog.families[0].sizes[0];
    let mut repositories = all_as_listed(&catalog);
    let build = &size.builds[0];
    let near = Content::elsewhere("near", build.approximate_bytes / 100 * 104);
    repositories[0] = repositories[0].clone().with_lfs(build.file.as_str(), near);
    let hub = hub(repositories);
    assert_eq!(catalog.check_against(&connection(&hub, None)).await.expect("it can be asked"), []);
}

#[tokio::test]
async fn without_a_network_nothing_is_said_about_the_catalog() {
    let hub = hub(Vec::new());
    hub.offline();
    assert!(catalog().check_against(&connection(&hub, None)).await.is_err());
}
