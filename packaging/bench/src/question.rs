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

/// Questions and answers of about so many words in all, up to the next question.
pub(crate) fn old_chat(count: u32, turn: u32) -> Vec<ChatMessage> {
    const EXCHANGES: u32 = 8;
    let each = count / EXCHANGES / 2;
    let mut chat: Vec<ChatMessage> = (0..EXCHANGES)
        .flat_map(|exchange| {
            let part = |half| words(each, (turn.wrapping_mul(EXCHANGES).wrapping_add(exchange) << 1) | half);
            [message(Role::User, part(0)), message(Role::Assistant, part(1))]
        })
        .collect();
    chat.push(message(Role::User, FIRST));
    chat
}

/// What is to be written again: a model as small as the starter model does that, if not the change.
pub(crate) const EDIT: &str = "Repeat the following text word for word, with one change: replace the word \
\"carpenter\" by \"painter\".

The old mill stands at the end of the valley, where the river turns to the east. For two hundred years it ground the \
corn of seven villages. The miller and his family lived in the rooms above the wheel, and in winter they could hear \
the ice knock against the wood all night.

When the railway came, the farmers began to send their corn to the town, and the mill fell silent. The last miller \
sold his horses, locked the door and moved to his daughter's house. Swallows built their nests under the roof, and \
the garden grew wild.

Ten years ago a young carpenter bought the house for very little money. She repaired the roof first, then the floors, \
and at last the wheel itself. It took her four summers. Her friends helped on Sundays, and the whole village brought \
tools, food and advice.

There were bad days, too. In the second spring a flood took the new bridge and half of the garden wall, and for some \
weeks it seemed that nobody would ever cross the water again. But the neighbours came with ropes and stones, and \
before the summer was over a better bridge stood in the same place.

Today the mill makes electricity for thirty families. Children come from the schools to see how the wheel turns, and \
a baker in the next village sells bread from flour that is ground there once a week. In the evening the carpenter \
sits by the water and listens, and says that she would not live anywhere else.";

/// The text in [`EDIT`] alone.
pub(crate) fn edited_text() -> &'static str {
    EDIT.split_once("\n\n").map_or("", |(_, text)| text)
}

/// How much of the words of `text` an answer has in common with it, from 0 to 1: as many of its neighbouring pairs of
/// words as the answer has, too.
pub(crate) fn likeness(text: &str, answer: &str) -> f64 {
    let pairs = |text: &str| {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.windows(2).map(|pair| pair.join(" ")).collect::<Vec<_>>()
    };
    let (wanted, found) = (pairs(text), pairs(answer));
    let kept = wanted.iter().filter(|pair| found.contains(pair)).count();
    let share = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    share(kept) / share(wanted.len().max(1))
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

    #[test]
    fn an_old_chat_has_no_part_twice_and_ends_with_a_question() {
        let chat = old_chat(320, 3);
        assert_eq!(chat.len(), 17);
        assert_eq!(chat.last().map(|last| last.role), Some(Role::User));
        let parts: std::collections::BTreeSet<&str> = chat.iter().map(|message| message.content.as_str()).collect();
        assert_eq!(parts.len(), chat.len());
    }

    #[test]
    fn likeness_tells_a_copy_from_something_else() {
        assert!(edited_text().starts_with("The old mill"));
        assert!(likeness(edited_text(), edited_text()) > 0.999);
        assert!(likeness(edited_text(), &edited_text().replace("carpenter", "painter")) > 0.95);
        assert!(likeness(edited_text(), "The mill is old, and a carpenter lives in it.") < 0.1);
    }
}
