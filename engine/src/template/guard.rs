//! Keeps special tokens that someone typed from becoming special tokens.
//!
//! Templates look at contents: they trim, split, slice, compare and measure them. So contents cannot be hidden behind
//! placeholders. And text must not be cut at every content's border either, because models know `[INST] Hello` by the
//! tokens of that text as a whole. Therefore:
//!
//! 1. In every content, the characters of each special token's text are replaced one for one by *shadows*: private-use
//!    characters that occur nowhere in this conversation or its template. So are the beginning of such a text at a
//!    content's end and the end of one at a content's beginning, which could make a whole one together with what the
//!    template puts beside it. White space is left alone, so that trimming works; lengths stay as they are. A content
//!    without such texts, nearly every one, is not touched at all.
//! 2. The template is rendered. It may cut and move contents as it likes: shadows travel with their text. It does not
//!    see that a content holds a special token, which is right: it is none.
//! 3. In the rendered text, every special token that is left was written by the template. The text is cut at these. A
//!    stretch between two of them that holds a shadow becomes [`Segment::Content`], with the shadows turned back;
//!    everything else stays together as [`Segment::Template`].
//!
//! As the tokenizer itself first cuts at special tokens and tokenizes what lies between on its own, the tokens are
//! exactly those of the whole text, only that the typed ones are plain text. (One exception: a few vocabularies have
//! special tokens that swallow white space beside them; before a content segment they do not.)

use std::collections::{HashMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Segment, environment::Turn};

/// The two private-use planes.
const SHADOWS: std::ops::RangeInclusive<char> = '\u{F0000}'..='\u{10FFFD}';

/// Knows the special tokens of a vocabulary.
#[derive(Debug)]
pub(super) struct Guard {
    /// `None` for a vocabulary without special tokens.
    texts: Option<Texts>,
}

#[derive(Debug)]
struct Texts {
    /// Finds every occurrence, overlapping ones too.
    every: AhoCorasick,
    /// Finds the occurrences the tokenizer takes.
    taken: AhoCorasick,
    /// Beginnings of special tokens that are not whole ones.
    heads: HashSet<String>,
    /// Ends of special tokens that are not whole ones.
    tails: HashSet<String>,
    all: Vec<String>,
    longest_bytes: usize,
}

/// A conversation with shadows, and what they stand for.
pub(super) struct Shadowed {
    pub(super) turns: Vec<Turn>,
    originals: HashMap<char, char>,
}

impl Guard {
    pub(super) fn new(special: &[String]) -> Self {
        Self { texts: Texts::new(special) }
    }

    /// Shadows the contents of `turns`. `others` are texts that will meet them in the rendering. `None` if too few
    /// private-use characters are free.
    pub(super) fn shadow(&self, turns: Vec<Turn>, others: &[&str]) -> Option<Shadowed> {
        let Some(texts) = &self.texts else { return Some(Shadowed { turns, originals: HashMap::new() }) };
        let in_use: HashSet<char> = turns
            .iter()
            .map(|turn| turn.content.as_str())
            .chain(others.iter().copied())
            .flat_map(str::chars)
            .filter(|character| SHADOWS.contains(character))
            .collect();
        let mut free = SHADOWS.filter(|character| !in_use.contains(character));
        let mut shadows: HashMap<char, char> = HashMap::new();
        let mut shadowed = Vec::with_capacity(turns.len());
        for turn in turns {
            let spans = texts.dangerous_spans(&turn.content);
            let content = if spans.is_empty() {
                turn.content
            } else {
                let mut content = String::with_capacity(turn.content.len());
                let mut spans = spans.iter().peekable();
                for (position, character) in turn.content.char_indices() {
                    while spans.next_if(|span| span.1 <= position).is_some() {}
                    let inside = spans.peek().is_some_and(|span| span.0 <= position);
                    // Quotes and backslashes stay, so that JSON made of the content stays JSON.
                    if !inside || character.is_whitespace() || character == '"' || character == '\\' {
                        content.push(character);
                    } else if let Some(shadow) = shadows.get(&character) {
                        content.push(*shadow);
                    } else {
                        let shadow = free.next()?;
                        shadows.insert(character, shadow);
                        content.push(shadow);
                    }
                }
                content
            };
            shadowed.push(Turn { role: turn.role, content });
        }
        let originals = shadows.into_iter().map(|(original, shadow)| (shadow, original)).collect();
        Some(Shadowed { turns: shadowed, originals })
    }

    /// Cuts a rendered text.
    pub(super) fn segments(&self, text: &str, shadowed: &Shadowed) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut template = String::new();
        let mut stretch = |stretch: &str, template: &mut String| {
            if stretch.contains(|character| shadowed.originals.contains_key(&character)) {
                if !template.is_empty() {
                    segments.push(Segment::Template(std::mem::take(template)));
                }
                let original = |shadow| shadowed.originals.get(&shadow).copied().unwrap_or(shadow);
                segments.push(Segment::Content(stretch.chars().map(original).collect()));
            } else {
                template.push_str(stretch);
            }
        };
        let mut position = 0;
        for token in self.texts.iter().flat_map(|texts| texts.taken.find_iter(text)) {
            stretch(&text[position..token.start()], &mut template);
            template.push_str(&text[token.range()]);
            position = token.end();
        }
        stretch(&text[position..], &mut template);
        if !template.is_empty() {
            segments.push(Segment::Template(template));
        }
        segments
    }
}

impl Texts {
    fn new(special: &[String]) -> Option<Self> {
        // White space alone cannot be shadowed, and no vocabulary has a special token of it.
        let all: Vec<String> = special.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
        let longest_bytes = all.iter().map(String::len).max()?;
        let cuts = |text: &str| -> Vec<usize> { text.char_indices().map(|(position, _)| position).skip(1).collect() };
        let heads = all.iter().flat_map(|text| cuts(text).into_iter().map(|cut| text[..cut].to_owned())).collect();
        let tails = all.iter().flat_map(|text| cuts(text).into_iter().map(|cut| text[cut..].to_owned())).collect();
        let every = AhoCorasick::new(&all);
        let taken = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&all);
        // Building fails only for patterns of gigabytes in all, more than a checked header can hold.
        Some(Self { every: every.ok()?, taken: taken.ok()?, heads, tails, all, longest_bytes })
    }

    /// Where a content holds a special token's text, or a part of one at its border. In order, and apart.
    fn dangerous_spans(&self, content: &str) -> Vec<(usize, usize)> {
        let mut spans: Vec<(usize, usize)> =
            self.every.find_overlapping_iter(content).map(|found| (found.start(), found.end())).collect();
        let start = content.len() - content.trim_start().len();
        let end = content.trim_end().len();
        // Templates trim contents or leave them as they are.
        for (from, to) in [(0, content.len()), (start, end)] {
            if from >= to {
                continue;
            }
            let content = &content[from..to];
            let lengths = (1..=self.longest_bytes.min(content.len())).rev();
            let tail = lengths
                .clone()
                .find(|length| content.get(..*length).is_some_and(|beginning| self.tails.contains(beginning)));
            let head = lengths
                .clone()
                .find(|length| content.get(content.len() - length..).is_some_and(|ending| self.heads.contains(ending)));
            spans.extend(tail.map(|length| (from, from + length)));
            spans.extend(head.map(|length| (to - length, to)));
            if content.len() < self.longest_bytes && self.all.iter().any(|text| text.contains(content)) {
                spans.push((from, to));
            }
        }
        spans.sort_unstable();
        let mut apart: Vec<(usize, usize)> = Vec::with_capacity(spans.len());
        for span in spans {
            match apart.last_mut() {
                Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
                _ => apart.push(span),
            }
        }
        apart
    }
}
