//! The catalog that ships, held against its schema, against itself, and against the rule that chooses builds.

use std::{fs, path::Path};

use hearth_hub::{
    Builds, Capability, Catalog, CatalogError, Choice, RemoteFile,
    catalog::{AppVersion, Family},
};
use serde_json::{Value, json};

use crate::schema;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/catalog").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn catalog() -> Catalog {
    Catalog::read(&file("catalog.json")).unwrap_or_else(|error| panic!("{error:?}"))
}

fn value() -> Value {
    serde_json::from_str(&file("catalog.json")).expect("JSON")
}

#[test]
fn the_catalog_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(&file("catalog.schema.json")).expect("JSON");
    let faults = schema::faults(&value(), &schema);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_schema_refuses_what_the_catalog_may_not_be() {
    let schema: Value = serde_json::from_str(&file("catalog.schema.json")).expect("JSON");
    let faults = |pointer: &str, new: Value| {
        let mut changed = value();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = new;
        schema::faults(&changed, &schema).len()
    };
    for (pointer, new) in [
        ("/form", json!(2)),
        ("/families", json!([])),
        ("/families/0/id", json!("Two Words")),
        ("/families/0/capabilities/0", json!("magic")),
        ("/families/0/minimum_app_version", json!("1.0")),
        ("/families/0/sizes/0/repo", json!("gpt2")),
        ("/families/0/sizes/0/builds/0/approximate_bytes", json!("much")),
        ("/families/0/sizes/0/builds/0/file", json!("model.bin")),
        ("/families/0/source", json!({})),
        ("/families/0/source", json!({"listed": "2026-04", "rumour": true})),
    ] {
        assert!(faults(pointer, new.clone()) > 0, "{pointer}: {new}");
    }
}

#[test]
fn the_catalog_has_something_for_every_laptop() {
    let catalog = catalog();
    assert!((12..=20).contains(&catalog.families.len()), "{} families", catalog.families.len());
    let smallest = |family: &Family| {
        let builds = family.sizes.iter().flat_map(|size| &size.builds);
        builds.map(|build| build.approximate_bytes).min().unwrap_or(u64::MAX)
    };
    for (memory_gib, at_least) in [(4, 4), (8, 6), (16, 10), (32, 15), (64, 18)] {
        // Half of the memory is what a model may take beside everything else, on the smallest.
        let fits = catalog.families.iter().filter(|family| smallest(family) < memory_gib * 1024 * 1024 * 1024 * 6 / 10);
        assert!(fits.count() >= at_least, "{memory_gib} GiB");
    }
    let has = |capability| catalog.families.iter().any(|family| family.capabilities.contains(&capability));
    for capability in [Capability::Vision, Capability::Coding, Capability::Tools, Capability::Reasoning] {
        assert!(has(capability), "{capability:?}");
    }
}

#[test]
fn every_app_can_use_what_it_ships_with() {
    let this: AppVersion = env!("CARGO_PKG_VERSION").parse().expect("a version");
    for family in catalog().families {
        assert!(family.minimum_app_version <= this, "{}", family.id);
    }
}

#[test]
fn a_build_is_stored_as_its_choice_says() {
    for family in catalog().families {
        for size in family.sizes {
            let files: Vec<RemoteFile> = size
                .builds
                .iter()
                .map(|build| (&build.file, build.approximate_bytes))
                .chain(size.projector.iter().map(|projector| (&projector.file, projector.approximate_bytes)))
                .map(|(name, bytes)| RemoteFile { name: name.clone(), size_bytes: Some(bytes), sha256: None })
                .collect();
            let builds = Builds::of(&files);
            let balanced = size.builds.iter().find(|build| build.choice == Choice::Balanced).expect("checked");
            let chosen = builds.chosen(Choice::Balanced).expect("a balanced one");
            assert_eq!(chosen.files[0].name, balanced.file, "{} {}", family.id, size.id);
            assert_eq!(chosen.projector.is_some(), size.projector.is_some(), "{} {}", family.id, size.id);
            for build in &size.builds {
                #[expect(clippy::cast_precision_loss, reason = "a rough comparison")]
                let bits = build.approximate_bytes as f64 * 8.0 / size.parameters as f64;
                let ratio = bits / build.quant.bits_per_weight();
                assert!((0.7..1.8).contains(&ratio), "{} {}: {bits:.2} bits per weight", size.repo, build.quant);
            }
        }
    }
}

#[test]
fn a_catalog_that_contradicts_itself_is_refused() {
    let refused = |pointer: &str, new: Value| {
        let mut changed = value();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = new;
        Catalog::read(&changed.to_string()).err()
    };
    let second = value()["families"][1]["id"].clone();
    assert!(matches!(refused("/families/0/id", second), Some(CatalogError::Contradiction { .. })));
    assert!(matches!(refused("/families/0/sizes/0/builds", json!([])), Some(CatalogError::Contradiction { .. })));
    assert!(matches!(refused("/families/0/sizes/0/projector", Value::Null), Some(CatalogError::Contradiction { .. })));
    let other = json!("Qwen3.5-0.8B-Q2_K.gguf");
    assert!(matches!(refused("/families/0/sizes/0/builds/0/file", other), Some(CatalogError::Contradiction { .. })));
    assert!(matches!(refused("/form", json!(2)), Some(CatalogError::OtherForm(2))));
    assert!(matches!(refused("/families/0/sizes/0/repo", json!("../x")), Some(CatalogError::Form(_))));
    // A mixture of experts that did not say how large it is was once ranked, and its speed told, as a dense model.
    assert!(matches!(refused("/families/0/sizes/0/parameters", Value::Null), Some(CatalogError::Form(_))));
}
