//! What tells the builds of a repository apart.

use std::collections::HashMap;

use crate::{Build, builds::stem, split::Part};

/// Gives each build its label: its quantization, or, where that is not known or not the only one, what is left of its
/// name without the words that all builds of the repository begin with.
pub(crate) fn tell_apart(builds: &mut [Build]) {
    let names: Vec<String> = builds.iter().map(name_of).collect();
    let shared = shared_beginning(&names);
    let own = |name: &str| {
        let own = name[shared..].trim_start_matches(is_separator);
        if own.is_empty() { name.to_owned() } else { own.to_owned() }
    };
    let mut count: HashMap<String, usize> = HashMap::new();
    for build in builds.iter() {
        if let Some(quant) = &build.quant {
            *count.entry(quant.to_string()).or_default() += 1;
        }
    }
    for (build, name) in builds.iter_mut().zip(&names) {
        let quant = build.quant.as_ref().map(ToString::to_string);
        build.label = match quant.filter(|quant| count.get(quant) == Some(&1)) {
            Some(quant) => quant,
            None => own(name),
        };
    }
    // The same file name in two folders.
    let mut count: HashMap<String, usize> = HashMap::new();
    for build in builds.iter() {
        *count.entry(build.label.clone()).or_default() += 1;
    }
    for build in builds.iter_mut().filter(|build| count[&build.label] > 1) {
        if let Some(folder) = build.files.first().and_then(|file| file.name.folder()) {
            build.label = format!("{folder}/{}", build.label);
        }
    }
}

/// The name of a build's file, without folder, extension and what it says about parts.
fn name_of(build: &Build) -> String {
    let last = build.files.first().map_or("", |file| file.name.last());
    let stem = stem(last).unwrap_or(last);
    Part::of_stem(stem).map_or(stem, |part| part.base).to_owned()
}

/// How many bytes all names begin with, up to the end of a word.
fn shared_beginning(names: &[String]) -> usize {
    let Some((first, others)) = names.split_first() else { return 0 };
    if others.is_empty() {
        return 0;
    }
    let shared = others.iter().fold(first.len(), |shared, other| {
        let same = first.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
        shared.min(same)
    });
    // Not in the middle of a word of any of them, nor of a character.
    let ends_word = |name: &String, at: usize| {
        name.is_char_boundary(at)
            && (at == name.len() || name[at..].starts_with(is_separator) || name[..at].ends_with(is_separator))
    };
    (0..=shared).rev().find(|at| names.iter().all(|name| ends_word(name, *at))).unwrap_or(0)
}

fn is_separator(character: char) -> bool {
    matches!(character, '-' | '.' | '_' | ' ')
}
