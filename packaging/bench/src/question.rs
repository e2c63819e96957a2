//! What both sides are asked.

use hearth_ipc::{ChatMessage, Role};

/// Common words, most of them a single token in most vocabularies.
const WORDS: [&str; 48] = [
    "time", "water", "house", "light", "people", "small", "river", "under", "never", "music", "paper", "green",
    "early", "story", "field", "sound", "world", "after", "stone", "point", "heart", "night", "plant", "round",
    "table", "white", "voice", "young", "earth", "learn", "black", "horse", "north", "watch", "color", "south", "cold",
    "power", "town", "fine", "land", "road", "ship", "area", "rock", "order", "fire", "piece",
];

pub(crate) fn message(role: Role, content: impl Into<String>) -> ChatMessage {
    ChatMessage { role, content: content.into() }
}

/// A first message and, when it is answered, a second one.
pub(crate) const FIRST: &str = "What is a good way to learn the names of trees? Answer in a few sentences.";
pub(crate) const SECOND: &str = "And how do I tell an oak from a beech in winter?";

/// Something to write about for long.
pub(crate) const STORY: &str = "Write a long story about a lighthouse keeper and a storm, with many details.";

/// So many words in an order that no other `turn` has, from the first word on: nothing of it is in a KV cache.
pub(crate) fn words(count: u32, turn: u32) -> String {
    // xorshift64: the same words in each run of the benchmark.
    let mut state = 0x2545_F491_4F6C_DD1D_u64 ^ (u64::from(turn) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut text = format!("{turn}:");
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push(' ');
        text.push_str(WORDS[usize::try_from(state >> 33).unwrap_or_default() % WORDS.len()]);
    }
    text
}

/// A conversation of so many words whose very first is unlike that of any other turn: the words are the system
/// prompt, because a template may put a system prompt of its own, always the same, before a question.
pub(crate) fn only_words(count: u32, turn: u32) -> Vec<ChatMessage> {
    vec![message(Role::System, words(count, turn)), message(Role::User, "Go on.")]
}

/// One message of so many words.
pub(crate) fn long_message(count: u32, turn: u32) -> Vec<ChatMessage> {
    vec![message(Role::User, words(count, turn))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_turns_have_nothing_in_common_at_their_start() {
        let (first, second) = (words(20, 1), words(20, 2));
        assert_ne!(first.chars().next(), second.chars().next(), "{first} / {second}");
        assert_eq!(first, words(20, 1), "the same turn has the same words in each run");
        assert_eq!(first.split(' ').count(), 21, "the turn's number and so many words");
    }
}
