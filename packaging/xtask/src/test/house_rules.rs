//! What no compiler checks: a tidy root folder, and no way around the lints.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::program;

/// All that may lie beside each other at the top. Settings of tools are dot files or lie in `packaging/`.
const ROOT: [&str; 13] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "engine",
    "icons",
    "packaging",
    "src-tauri",
    "tests",
    "ui",
    "LICENSE",
];

/// Each in two halves, so that this file does not break its own rule.
const REFUSED: [(&str, &str); 7] = [
    (concat!("TO", "DO"), "do it, or file an issue"),
    (concat!("FIX", "ME"), "fix it, or file an issue"),
    (concat!("#[al", "low("), "write #[expect(.., reason = \"..\")]"),
    (concat!("#[ig", "nore"), "a test runs, or it goes"),
    (concat!("@ts-", "ignore"), "give it its type"),
    (concat!("@ts-no", "check"), "give it its types"),
    (concat!("eslint-", "disable"), "do what the rule asks for"),
];

const SOURCES: [&str; 8] = ["css", "html", "js", "rs", "sh", "svelte", "toml", "ts"];

/// Looks at everything that git keeps or would keep.
pub(super) fn check(root: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = program::capture(&mut git)?;
    let mut faults = strangers_at_the_root(&listed);
    for path in listed.lines().filter(|path| is_source(path)) {
        // A file that git still lists and that was deleted has nothing to check.
        let Ok(text) = fs::read_to_string(root.join(path)) else { continue };
        faults.extend(refused_words(path, &text));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

fn strangers_at_the_root(listed: &str) -> Vec<String> {
    let mut top: Vec<&str> = listed.lines().filter_map(|path| path.split('/').next()).collect();
    top.dedup();
    top.into_iter()
        .filter(|name| !name.starts_with('.') && !name.starts_with("LICENSE-") && !ROOT.contains(name))
        .map(|name| format!("{name}: does not belong at the root"))
        .collect()
}

fn refused_words(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (word, instead) in REFUSED {
            if line.contains(word) {
                faults.push(format!("{path}:{}: {word}: {instead}", number + 1));
            }
        }
    }
    faults
}

fn is_source(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| SOURCES.iter().any(|source| found == *source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_file_at_the_root_is_named() {
        let listed = ".ci/run\nCargo.toml\nLICENSE-MIT\nengine/Cargo.toml\nnotes.txt\nui/notes.txt";
        assert_eq!(strangers_at_the_root(listed), ["notes.txt: does not belong at the root"]);
    }

    #[test]
    fn a_way_around_a_lint_is_named_with_its_line() {
        let faults = refused_words("a.rs", concat!("fn main() {}\n#[al", "low(dead_code)]\n"));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("a.rs:2: "), "{faults:?}");
    }
}
