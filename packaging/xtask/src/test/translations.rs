//! Every language has every text, with the same placeholders, and no text is left that the page no longer shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The language that the others are measured by, and that the page falls back to.
const BASE: &str = "en";

/// `page` is the folder with `messages/` and `src/`.
pub(super) fn check(page: &Path) -> Result<()> {
    let mut languages = BTreeMap::new();
    for path in files_in(&page.join("messages"), &["json"])? {
        let language = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        languages.insert(language, placeholders_by_key(&read(&path)?)?);
    }
    let base = languages.remove(BASE).with_context(|| format!("messages/{BASE}.json is missing"))?;
    if languages.is_empty() {
        bail!("there is no language beside {BASE}");
    }
    let mut faults: Vec<String> =
        languages.iter().flat_map(|(language, texts)| differences(language, &base, texts)).collect();

    let mut words = BTreeSet::new();
    for path in files_in(&page.join("src"), &["ts", "svelte"])? {
        // The compiled translations name every text, used or not.
        if !path.starts_with(page.join("src/paraglide")) {
            words.extend(words_of(&read(&path)?));
        }
    }
    faults.extend(base.keys().filter(|key| !words.contains(*key)).map(|key| format!("{key}: the page never shows it")));
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

type Placeholders = BTreeSet<String>;

fn differences(
    language: &str,
    base: &BTreeMap<String, Placeholders>,
    texts: &BTreeMap<String, Placeholders>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for (key, wanted) in base {
        match texts.get(key) {
            None => faults.push(format!("{key}: missing in {language}")),
            Some(found) if found != wanted => {
                faults.push(format!("{key}: {language} has the placeholders {found:?} instead of {wanted:?}"));
            }
            Some(_) => {}
        }
    }
    faults.extend(texts.keys().filter(|key| !base.contains_key(*key)).map(|key| format!("{key}: only in {language}")));
    faults
}

/// A message is a text, or a list of variants (inlang's message format); both hold placeholders as `{name}`.
fn placeholders_by_key(json: &str) -> Result<BTreeMap<String, Placeholders>> {
    let messages: BTreeMap<String, Value> =
        serde_json::from_str(json).context("a message file is not a JSON object")?;
    let messages = messages.into_iter().filter(|(key, _)| !key.starts_with('$'));
    messages
        .map(|(key, message)| {
            let mut found = Placeholders::new();
            if !collect(&message, &mut found) {
                bail!("{key}: an empty text");
            }
            Ok((key, found))
        })
        .collect()
}

/// Returns whether there is any text in it.
fn collect(message: &Value, found: &mut Placeholders) -> bool {
    match message {
        Value::String(text) => {
            let starts = text.split('{').skip(1);
            found.extend(starts.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim().to_owned()));
            !text.trim().is_empty()
        }
        Value::Array(variants) => !variants.is_empty() && variants.iter().all(|variant| collect(variant, found)),
        // Of a variant, only what is matched to a text is read by people.
        Value::Object(variant) => match variant.get("match") {
            Some(Value::Object(texts)) => !texts.is_empty() && texts.values().all(|text| collect(text, found)),
            _ => variant.values().all(|part| collect(part, found)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn words_of(source: &str) -> impl Iterator<Item = String> {
    source.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').map(str::to_owned)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn files_in(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path, extensions)?);
        } else if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(en: &str, de: &str, source: &str) -> String {
        let page = tempfile::tempdir().unwrap();
        for folder in ["messages", "src/chat", "src/paraglide"] {
            fs::create_dir_all(page.path().join(folder)).unwrap();
        }
        fs::write(page.path().join("messages/en.json"), en).unwrap();
        fs::write(page.path().join("messages/de.json"), de).unwrap();
        fs::write(page.path().join("src/chat/Chat.svelte"), source).unwrap();
        fs::write(page.path().join("src/paraglide/en.ts"), "m.unused").unwrap();
        check(page.path()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn languages_with_the_same_texts_pass() {
        assert_eq!(faults(r#"{"hello":"Hello {name}"}"#, r#"{"hello":"Hallo {name}"}"#, "{m.hello({ name })}"), "");
    }

    #[test]
    fn what_differs_is_named() {
        let found = faults(
            r#"{"a":"A","b":"{n} b","unused":"U"}"#,
            r#"{"b":"{m} b","unused":"U","more":"M"}"#,
            "m.a(); m.b({ n: 1 })",
        );
        for fault in ["a: missing in de", "b: de has the placeholders", "more: only in de", "unused: the page never"] {
            assert!(found.contains(fault), "expected \"{fault}\" in:\n{found}");
        }
    }

    #[test]
    fn placeholders_are_found_in_every_variant() {
        let plural = r#"{"n":[{"declarations":["input count"],"selectors":["count"],
            "match":{"count=one":"{count} chat","count=other":"{count} chats in {place}"}}]}"#;
        let found = placeholders_by_key(plural).unwrap();
        assert_eq!(found["n"], Placeholders::from(["count".to_owned(), "place".to_owned()]));
    }

    #[test]
    fn an_empty_text_is_a_fault() {
        assert!(faults(r#"{"a":" "}"#, r#"{"a":"A"}"#, "m.a()").contains("empty"));
    }
}
