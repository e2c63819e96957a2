//! Titles of conversations, made from the first exchange.

/// Longest title in characters.
const LONGEST: usize = 48;
/// A question with fewer words ("Hi", "Why though") says too little about what follows.
const FEWEST_WORDS: usize = 3;
/// Scripts that do not part words with spaces say as much in about as many characters.
const ENOUGH_CHARACTERS: usize = 12;

/// A title from the question alone, if it says enough.
pub(crate) fn from_question(question: &str) -> Option<String> {
    let line = first_line(question)?;
    let says_enough = line.split_whitespace().count() >= FEWEST_WORDS
        || (!line.contains(char::is_whitespace) && line.chars().count() >= ENOUGH_CHARACTERS && !line.is_ascii());
    says_enough.then(|| shorten(first_sentence(&line)))
}

/// A title from the whole exchange; `None` if neither side has said anything.
pub(crate) fn from_exchange(question: &str, answer: &str) -> Option<String> {
    from_question(question).or_else(|| {
        let line = first_heading(answer).or_else(|| first_line(answer)).or_else(|| first_line(question))?;
        Some(shorten(first_sentence(&line)))
    })
}

/// A name that a person gives, in one line; `None` if nothing is left of it.
pub(crate) fn given(name: &str) -> Option<String> {
    const LONGEST_GIVEN: usize = 200;
    let name: Vec<_> = name.split_whitespace().collect();
    let name: String = name.join(" ").chars().filter(|character| !character.is_control()).take(LONGEST_GIVEN).collect();
    (!name.is_empty()).then_some(name)
}

/// The first line that holds words, without its Markdown. Code is passed over if anything else is there.
fn first_line(text: &str) -> Option<String> {
    let mut in_code = false;
    let mut code = None;
    for line in text.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            in_code = !in_code;
            continue;
        }
        let plain = plain(line);
        if !plain.contains(char::is_alphanumeric) {
            continue;
        }
        if !in_code {
            return Some(plain);
        }
        code.get_or_insert(plain);
    }
    code
}

fn first_heading(text: &str) -> Option<String> {
    let mut in_code = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") || line.starts_with("~~~") {
            in_code = !in_code;
        }
        let depth = line.chars().take_while(|character| *character == '#').count();
        if !in_code && (1..=6).contains(&depth) && line[depth..].starts_with(' ') {
            let heading = plain(line);
            if heading.contains(char::is_alphanumeric) {
                return Some(heading);
            }
        }
    }
    None
}

/// A line of Markdown as the reader sees it: without the marks of headings, lists, quotes, emphasis, code and links.
fn plain(line: &str) -> String {
    let mut rest = line.trim();
    loop {
        let before = rest;
        rest = rest.trim_start_matches(['#', '>']).trim_start();
        for bullet in ["- ", "* ", "+ "] {
            rest = rest.strip_prefix(bullet).unwrap_or(rest).trim_start();
        }
        if rest == before {
            break;
        }
    }
    let mut plain = String::new();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '*' | '`' | '[' => {}
            '~' if characters.peek() == Some(&'~') => {
                characters.next();
            }
            '!' if characters.peek() == Some(&'[') => {}
            // The address of a link; a bracket of any other kind stays.
            ']' => {
                if characters.peek() == Some(&'(') {
                    for skipped in characters.by_ref() {
                        if skipped == ')' {
                            break;
                        }
                    }
                }
            }
            _ => plain.push(character),
        }
    }
    let words: Vec<_> = plain
        .split_whitespace()
        // Underscores stress a word only from outside; inside they belong to a name.
        .map(|word| word.trim_matches('_'))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().filter(|character| !character.is_control()).collect()
}

/// Up to the first full stop that ends a sentence, without it; question marks stay.
fn first_sentence(line: &str) -> &str {
    for (at, character) in line.char_indices() {
        let next = line[at + character.len_utf8()..].chars().next();
        let (ends, fewest_characters) = match character {
            '。' | '？' | '！' => (true, ENOUGH_CHARACTERS / 2),
            '.' | '!' | '?' | ':' => (next.is_none_or(char::is_whitespace), LONGEST / 2),
            _ => continue,
        };
        // A first "sentence" of a word or two is an abbreviation or a greeting: "Dr. Who", "Hi! Can you".
        let before = &line[..at];
        let says_enough =
            before.split_whitespace().count() >= FEWEST_WORDS || before.chars().count() >= fewest_characters;
        if ends && says_enough {
            let keep = if matches!(character, '?' | '？') { at + character.len_utf8() } else { at };
            return &line[..keep];
        }
    }
    line.trim_end_matches(['.', '!', ':', '。', '！'])
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    // One character is left for the ellipsis.
    let cut = text.char_indices().nth(LONGEST - 1).map_or(text.len(), |(at, _)| at);
    let next_is_space = text[cut..].starts_with(char::is_whitespace);
    let at_word = if next_is_space { Some(cut) } else { text[..cut].rfind(char::is_whitespace) };
    let at_word = at_word.filter(|at| *at >= cut / 2);
    let kept = text[..at_word.unwrap_or(cut)].trim_end_matches(|c: char| c.is_whitespace() || ",;:-–—".contains(c));
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_says_enough_is_its_own_title() {
        let titles = [
            ("How do I bake bread? I have flour.", "How do I bake bread?"),
            ("explain recursion to me.", "explain recursion to me"),
            ("\n\n  ## Plan a *weekend* in `Rome`\nwith children", "Plan a weekend in Rome"),
            ("> - Please read [this page](https://example.org/a) first", "Please read this page first"),
            ("Hi! Can you help me with snake_case_names?", "Hi! Can you help me with snake_case_names?"),
            ("Was kostet ein Brötchen?", "Was kostet ein Brötchen?"),
            ("今天的天气怎么样？我想去公园散步", "今天的天气怎么样？"),
            ("```rust\nfn main() {}\n```\nWhy is this slow?", "Why is this slow?"),
        ];
        for (question, title) in titles {
            assert_eq!(from_question(question).as_deref(), Some(title), "{question:?}");
        }
    }

    #[test]
    fn a_question_that_says_too_little_is_none() {
        for question in ["", "Hi", "Why though", "  \n", "---", "123?"] {
            assert_eq!(from_question(question), None, "{question:?}");
        }
    }

    #[test]
    fn a_long_question_is_cut_between_two_words() {
        let question = "Could you please explain the difference between concurrency and parallelism";
        let title = from_question(question).expect("says enough");
        assert_eq!(title, "Could you please explain the difference between…");
        assert!(title.chars().count() <= LONGEST);
    }

    #[test]
    fn a_text_without_spaces_is_cut_inside_a_word_but_never_inside_a_character() {
        let title = from_question(&"長".repeat(200)).expect("says enough");
        assert_eq!(title.chars().count(), LONGEST);
    }

    #[test]
    fn the_answer_helps_out_with_its_heading_or_its_first_sentence() {
        let exchanges = [
            ("Bread?", "Sure.\n\n## Baking **bread** at home\n", "Baking bread at home"),
            ("Hi", "Hello there, how can I help you today? I can do much.", "Hello there, how can I help you today?"),
            ("Hi", "```sh\n# not a heading\n```\nRun the script above now.", "Run the script above now"),
            ("Hi", "", "Hi"),
            ("Hi", "***", "Hi"),
        ];
        for (question, answer, title) in exchanges {
            assert_eq!(from_exchange(question, answer).as_deref(), Some(title), "{answer:?}");
        }
        assert_eq!(from_exchange("?", ""), None);
    }

    #[test]
    fn a_given_name_is_one_line() {
        assert_eq!(given("  Sunday\n baking ").as_deref(), Some("Sunday baking"));
        assert_eq!(given(" \t\n"), None);
    }
}
