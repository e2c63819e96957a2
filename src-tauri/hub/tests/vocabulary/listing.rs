//! Over real repositories of April 2026, chosen so that every way of naming files is among them. Their sizes are
//! rounded, in units of 2^30 and 2^20 bytes.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use hearth_hub::{Builds, RemoteFile};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files, rounded anyway")]
fn size_bytes(text: &str) -> u64 {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let unit = match unit {
        "GB" => 1024.0 * 1024.0 * 1024.0,
        "MB" => 1024.0 * 1024.0,
        unit => panic!("{unit}"),
    };
    (number.parse::<f64>().expect("a number") * unit) as u64
}

fn repositories() -> Vec<(String, Vec<RemoteFile>)> {
    let listing: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(&data("repositories.json")).expect("a listing");
    let file = |(name, size): (String, String)| {
        // One folder there ends with a space, which not every system can have.
        let name = name.parse().ok()?;
        Some(RemoteFile { name, size_bytes: Some(size_bytes(&size)), sha256: None })
    };
    listing.into_iter().map(|(repo, files)| (repo, files.into_iter().filter_map(file).collect())).collect()
}

/// One line for each build, as it is shown.
fn table(builds: &Builds) -> String {
    let mut table = String::new();
    for build in &builds.all {
        let choice = build.choice.map(|choice| format!("{choice:?}")).unwrap_or_default();
        let known = if build.quant.is_some() { "" } else { "(unknown)" };
        let projector = build.projector.as_ref().map(|file| file.name.as_str()).unwrap_or_default();
        let line = format!("  {:<28} {choice:<9} {known:<10} {projector}", build.label);
        writeln!(table, "{}", line.trim_end()).expect("text");
    }
    table
}

#[test]
fn builds_of_real_repositories_are_shown_as_the_table_says() {
    let shown = repositories().iter().fold(String::new(), |mut shown, (repo, files)| {
        write!(shown, "{repo}\n{}", table(&Builds::of(files))).expect("text");
        shown
    });
    let expected = data("builds.txt");
    for (line, (shown, expected)) in shown.lines().zip(expected.lines()).enumerate() {
        assert_eq!(shown, expected, "line {} of builds.txt", line + 1);
    }
    assert_eq!(shown.lines().count(), expected.lines().count(), "all of them:\n{shown}");
}

#[test]
fn the_builds_of_a_repository_can_be_told_apart() {
    for (repo, files) in repositories() {
        let builds = Builds::of(&files);
        let mut labels: Vec<&str> = builds.all.iter().map(|build| build.label.as_str()).collect();
        labels.sort_unstable();
        let count = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), count, "{repo}: {labels:?}");
        assert!(labels.iter().all(|label| !label.is_empty()), "{repo}");
    }
}

#[test]
fn every_repository_with_a_model_has_a_balanced_build_and_the_choices_grow() {
    for (repo, files) in repositories() {
        let builds = Builds::of(&files);
        let mut chosen: Vec<_> = builds.all.iter().filter(|build| build.choice.is_some()).collect();
        chosen.sort_by_key(|build| build.choice);
        assert!(chosen.is_sorted_by(|one, other| one.size_bytes() < other.size_bytes()), "{repo}");
        let has_balanced = chosen.iter().any(|build| build.choice == Some(hearth_hub::Choice::Balanced));
        assert_eq!(has_balanced, !builds.all.is_empty(), "{repo}");
    }
}
