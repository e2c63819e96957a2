//! llama.cpp's own expectations, read from its `tests/test-chat-template.cpp`.

use std::fs;

use super::{real::material, *};

/// One `TestCase` of that file.
#[derive(Debug, Default)]
struct Case {
    name: String,
    template: String,
    expected: String,
    expected_jinja: String,
    bos: String,
    eos: String,
    supported: bool,
    has_more_messages: bool,
}

#[test]
fn templates_render_as_upstream_expects() {
    let source = fs::read_to_string(material("tests/test-chat-template.cpp")).expect("upstream's file is UTF-8");
    let cases = cases(&source);
    assert!(cases.len() >= 30, "upstream's file was not understood: {} cases", cases.len());
    let messages = [
        system("You are a helpful assistant"),
        user("Hello"),
        assistant("Hi there"),
        user("Who are you"),
        assistant("   I am an assistant   "),
        user("Another question"),
    ];
    let mut compared = 0;
    let mut faults = Vec::new();
    // Roles of its own making are no part of our conversations.
    for case in cases.iter().filter(|case| case.supported && !case.has_more_messages) {
        compared += 1;
        let expected = if case.expected_jinja.is_empty() { &case.expected } else { &case.expected_jinja };
        // Upstream takes the BOS text off only where the vocabulary adds it, and there is no vocabulary here.
        let texts = SpecialTexts { bos: case.bos.clone(), eos: case.eos.clone(), special: vec![case.eos.clone()] };
        let template = ChatTemplate::new(Some(&case.template), &texts);
        if template.source() != TemplateSource::Model {
            faults.push(format!("{}: not used: {:?}", case.name, usable(&case.template, &texts).err()));
            continue;
        }
        match template.render(&Conversation { messages: &messages, tools: &[], now: now() }) {
            Ok(prompt) => {
                let bos = if prompt.wrote_bos { case.bos.as_str() } else { "" };
                let text = format!("{bos}{}", whole(&prompt));
                if text != *expected {
                    faults.push(format!("{}:\n  expected {expected:?}\n  found    {text:?}", case.name));
                }
            }
            Err(error) => faults.push(format!("{}: {error:?}", case.name)),
        }
    }
    assert!(faults.is_empty(), "{} of {compared} differ:\n{}", faults.len(), faults.join("\n"));
    assert!(compared >= 30, "only {compared} cases were compared");
}

/// Takes the initialiser list of `test_cases` apart: strings, truth values and marks in comments are all there is.
fn cases(source: &str) -> Vec<Case> {
    let list = source.split("std::vector<TestCase> test_cases {").nth(1).expect("upstream has its list of cases");
    let list = list.split("std::vector<char> formatted_chat").next().expect("split gives at least one part");
    let mut cases: Vec<Case> = Vec::new();
    let mut field = "";
    let mut rest = list;
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix("/*") {
            let (mark, after) = comment.split_once("*/").expect("comments end");
            field = mark.trim().trim_start_matches('.').trim_end_matches('=');
            rest = after;
            if field == "name" {
                cases.push(Case { supported: true, ..Case::default() });
            }
        } else if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some((text, after)) = literal(rest) {
            rest = after;
            let case = cases.last_mut().expect("a name comes first");
            match field {
                "name" => case.name += &text,
                "template_str" => case.template += &text,
                "expected_output" => case.expected += &text,
                "expected_output_jinja" => case.expected_jinja += &text,
                "bos_token" => case.bos += &text,
                "eos_token" => case.eos += &text,
                "extra_conversation" => case.has_more_messages = true,
                other => panic!("upstream has a new field {other}"),
            }
        } else if field == "supported_with_jinja" && rest.starts_with("false") {
            cases.last_mut().expect("a name comes first").supported = false;
            rest = &rest["false".len()..];
        } else {
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        }
    }
    cases
}

/// A string of C++, raw or not, at the beginning of `source`, and what comes after it.
fn literal(source: &str) -> Option<(String, &str)> {
    if let Some(raw) = source.strip_prefix("R\"") {
        let (delimiter, body) = raw.split_once('(')?;
        let (text, after) = body.split_once(&format!("){delimiter}\""))?;
        return Some((text.to_owned(), after));
    }
    let body = source.strip_prefix('"')?;
    let mut text = String::new();
    let mut characters = body.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '"' => return Some((text, &body[position + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                other @ ('"' | '\\' | '\'') => text.push(other),
                other => panic!("upstream has a new escape \\{other}"),
            },
            other => text.push(other),
        }
    }
    None
}
