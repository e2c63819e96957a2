//! What a template goes along with, and how a conversation is brought into that form.

use hearth_ipc::{ChatMessage, Role};

use super::environment::{RenderError, Turn};

/// Between system text and the question it goes before, as llama.cpp has it.
const LINE: &str = "\n";
/// Between texts of two messages that had to become one.
const PARAGRAPH: &str = "\n\n";

/// The form of conversation a template accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    system: System,
    neighbours: Neighbours,
}

/// What becomes of system messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    /// The template has a place for them.
    Native,
    /// It refuses them or drops them: their text goes before the first user message.
    BeforeFirstUser,
}

/// What becomes of two messages of the same role in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Neighbours {
    /// The template takes them.
    Native,
    /// It demands that roles alternate: they become one message.
    Joined,
}

impl Default for Form {
    fn default() -> Self {
        Self { system: System::Native, neighbours: Neighbours::Native }
    }
}

impl Form {
    /// Tries a template with small conversations. The error is that of the simplest one: a single question.
    pub(super) fn find_out(render: impl Fn(&[Turn]) -> Result<String, RenderError>) -> Result<Self, RenderError> {
        // Words no template has, and no template changes.
        let [system, first, answer, second] = ["qsystemq", "qfirstq", "qanswerq", "qsecondq"];
        let turn = |role, content: &str| Turn { role, content: content.to_owned() };
        let shows = |text: &str, words: &[&str]| words.iter().all(|word| text.contains(word));

        if !shows(&render(&[turn("user", first)])?, &[first]) {
            return Err(RenderError::LosesMessages);
        }
        let turns = [turn("user", first), turn("assistant", answer), turn("user", second)];
        if !shows(&render(&turns)?, &[first, second]) {
            return Err(RenderError::LosesMessages);
        }
        let takes_system =
            render(&[turn("system", system), turn("user", first)]).is_ok_and(|text| shows(&text, &[system, first]));
        let takes_neighbours =
            render(&[turn("user", first), turn("user", second)]).is_ok_and(|text| shows(&text, &[first, second]));
        Ok(Self {
            system: if takes_system { System::Native } else { System::BeforeFirstUser },
            neighbours: if takes_neighbours { Neighbours::Native } else { Neighbours::Joined },
        })
    }

    /// A conversation in this form.
    pub(super) fn turns(self, messages: &[ChatMessage]) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::with_capacity(messages.len());
        let mut held_back: Vec<&str> = Vec::new();
        for message in messages {
            if message.role == Role::System && self.system == System::BeforeFirstUser {
                held_back.push(&message.content);
                continue;
            }
            let mut content = message.content.clone();
            if message.role == Role::User && !held_back.is_empty() {
                held_back.push(&message.content);
                content = held_back.join(LINE);
                held_back.clear();
            }
            let role = name(message.role);
            match turns.last_mut() {
                Some(last) if last.role == role && self.neighbours == Neighbours::Joined => {
                    last.content = [last.content.as_str(), &content].join(PARAGRAPH);
                }
                _ => turns.push(Turn { role, content }),
            }
        }
        // Instructions that no user message follows are all there is to answer.
        if !held_back.is_empty() {
            turns.push(Turn { role: name(Role::User), content: held_back.join(LINE) });
        }
        turns
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
