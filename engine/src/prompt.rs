//! From a conversation to the tokens the model reads.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::SystemTime,
};

use hearth_gguf::Header;
use hearth_ipc::{ChatMessage, EngineFailure, FailureKind, Role, TemplateSource};

use crate::{
    failure::causes,
    llama::{Token, Vocab},
    remember::{self, TurnCost},
    template::{ChatTemplate, Conversation, Segment, SpecialTexts},
};

/// The prompt leaves this part of the context for the answer…
const ANSWER_SHARE: u32 = 4;

/// …but never more tokens than these.
const ANSWER_MOST_TOKENS: u32 = 1024;

/// Added to the measured cost of a message, because tokens may merge differently where texts meet.
const COST_MARGIN: u32 = 2;

/// What the model is to read.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) tokens: Vec<Token>,
    /// Index of the oldest message in it, a system prompt aside.
    pub(crate) remembered_from: u32,
}

/// Makes prompts for one model.
#[derive(Debug)]
pub(crate) struct Prompter {
    template: ChatTemplate,
    /// What the template puts around a question or an answer, in tokens.
    around: TurnCost,
    /// Tokens of the message texts seen so far, by hash. A conversation comes whole with each request, and counting a
    /// long one anew each time would be felt.
    counted: HashMap<u64, u32>,
}

impl Prompter {
    pub(crate) fn new(header: &Header, vocab: Vocab<'_>) -> (Self, TemplateSource) {
        let text = |token: Option<Token>| token.map(|token| vocab.text(token)).unwrap_or_default();
        let texts = SpecialTexts { bos: text(vocab.bos()), eos: text(vocab.eos()), special: vocab.special_texts() };
        let template = ChatTemplate::new(header.chat_template(), &texts);
        let source = match template.source() {
            TemplateSource::Default if header.has_oversized_chat_template() => TemplateSource::DefaultAfterError,
            source => source,
        };
        let mut prompter = Self { template, around: TurnCost::default(), counted: HashMap::new() };
        prompter.around = prompter.measure_around(vocab);
        (prompter, source)
    }

    /// Texts that end an answer besides the vocabulary's own end tokens.
    pub(crate) fn stop_texts(&self) -> &'static [&'static str] {
        self.template.stop_texts()
    }

    /// Most tokens of a prompt in a context of `context_tokens`.
    pub(crate) fn limit(context_tokens: u32) -> u32 {
        context_tokens - (context_tokens / ANSWER_SHARE).min(ANSWER_MOST_TOKENS)
    }

    /// The prompt for the next message of a conversation, in a context of `context_tokens`.
    pub(crate) fn prompt(
        &mut self,
        vocab: Vocab<'_>,
        messages: &[ChatMessage],
        context_tokens: u32,
    ) -> Result<Prompt, EngineFailure> {
        if messages.is_empty() {
            return Err(EngineFailure {
                kind: FailureKind::ConversationRefused,
                cause: "a conversation without messages".to_owned(),
            });
        }
        let limit = Self::limit(context_tokens);
        let system = messages.iter().take_while(|message| message.role == Role::System).count();
        let turns = turn_starts(messages, system);
        let mut oldest = self.oldest_turn(vocab, messages, system, &turns, limit);
        loop {
            let from = turns.get(oldest).copied().unwrap_or(system);
            let told = [&messages[..system], &messages[from..]].concat();
            let tokens = self.tokens(vocab, &told)?;
            if count(tokens.len()) <= limit {
                return Ok(Prompt { tokens, remembered_from: count(from) });
            }
            // The costs of turns are measured one by one; in doubt the tokens of the whole decide.
            if oldest + 1 < turns.len() {
                oldest += 1;
                continue;
            }
            return match told.split_last() {
                Some((last, before)) if last.role == Role::Assistant && !before.is_empty() => {
                    let tokens = self.continuation(vocab, before, &last.content, limit)?;
                    Ok(Prompt { tokens, remembered_from: count(from) })
                }
                _ => Err(too_long(count(tokens.len()), limit)),
            };
        }
    }

    /// Index into `turns` of the first that is kept.
    fn oldest_turn(
        &mut self,
        vocab: Vocab<'_>,
        messages: &[ChatMessage],
        system: usize,
        turns: &[usize],
        limit: u32,
    ) -> usize {
        // A token stands for at least one byte, so this is often settled without counting.
        let bytes: usize = messages.iter().map(|message| message.content.len()).sum();
        let around = messages.len() * (self.around.question.max(self.around.answers) as usize);
        if bytes + around <= limit as usize {
            return 0;
        }
        let mut costs = |messages: &[ChatMessage]| {
            let mut cost = TurnCost::default();
            for message in messages {
                let text = self.count(vocab, &message.content);
                match message.role {
                    Role::User => cost.question += text + self.around.question,
                    Role::System | Role::Assistant => cost.answers += text + self.around.answers,
                }
            }
            cost
        };
        let instructions = costs(&messages[..system]);
        let ends = turns.iter().skip(1).copied().chain([messages.len()]);
        let turn_costs: Vec<TurnCost> =
            turns.iter().zip(ends).map(|(start, end)| costs(&messages[*start..end])).collect();
        remember::oldest_kept(&turn_costs, limit.saturating_sub(instructions.answers))
    }

    /// An answer so long that even alone with its question it fills the context is continued from its last part.
    fn continuation(
        &self,
        vocab: Vocab<'_>,
        before: &[ChatMessage],
        begun: &str,
        limit: u32,
    ) -> Result<Vec<Token>, EngineFailure> {
        let question = count(self.tokens(vocab, before)?.len());
        if question > limit {
            return Err(too_long(question, limit));
        }
        let mut keep = begun.len();
        loop {
            keep = keep * 2 / 3;
            let start = begun.ceil_char_boundary(begun.len() - keep);
            let mut told = before.to_vec();
            told.push(ChatMessage { role: Role::Assistant, content: begun[start..].to_owned() });
            let tokens = self.tokens(vocab, &told)?;
            if count(tokens.len()) <= limit {
                return Ok(tokens);
            }
            if keep == 0 {
                return Err(too_long(count(tokens.len()), limit));
            }
        }
    }

    fn tokens(&self, vocab: Vocab<'_>, messages: &[ChatMessage]) -> Result<Vec<Token>, EngineFailure> {
        let conversation = Conversation { messages, tools: &[], now: SystemTime::now() };
        let prompt = self
            .template
            .render(&conversation)
            .map_err(|error| EngineFailure { kind: FailureKind::ConversationRefused, cause: causes(&error) })?;
        let mut tokens = Vec::new();
        if prompt.wrote_bos || vocab.adds_bos() {
            tokens.extend(vocab.bos());
        }
        for segment in &prompt.segments {
            match segment {
                Segment::Template(text) => vocab.tokenize(text, true, &mut tokens),
                Segment::Content(text) => tokenize_as_text(vocab, text, &mut tokens),
            }
            .ok_or_else(|| too_long(u32::MAX, 0))?;
        }
        Ok(tokens)
    }

    fn count(&mut self, vocab: Vocab<'_>, text: &str) -> u32 {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        *self.counted.entry(hasher.finish()).or_insert_with(|| {
            let mut tokens = Vec::new();
            match vocab.tokenize(text, false, &mut tokens) {
                Some(()) => count(tokens.len()),
                None => u32::MAX / 4,
            }
        })
    }

    /// Renders conversations that differ in one message, to see what the template adds to each.
    fn measure_around(&self, vocab: Vocab<'_>) -> TurnCost {
        let says = |role, content: &str| ChatMessage { role, content: content.to_owned() };
        let one = [says(Role::User, "a")];
        let two = [says(Role::User, "a"), says(Role::Assistant, "b"), says(Role::User, "c")];
        let length = |messages: &[ChatMessage]| self.tokens(vocab, messages).map_or(0, |tokens| count(tokens.len()));
        // A question and an answer more, of one token each.
        let both = length(&two).saturating_sub(length(&one)).saturating_sub(2);
        let each = both.div_ceil(2) + COST_MARGIN;
        TurnCost { question: each, answers: each }
    }
}

/// Where each turn begins: with a question, but the first with whatever comes first behind the system prompt.
fn turn_starts(messages: &[ChatMessage], system: usize) -> Vec<usize> {
    let questions = (system..messages.len()).filter(|index| messages[*index].role == Role::User);
    let mut starts: Vec<usize> = questions.collect();
    if let Some(first) = starts.first_mut() {
        *first = system;
    }
    starts
}

/// Tokens of text that somebody typed, among them no special one.
fn tokenize_as_text(vocab: Vocab<'_>, text: &str, tokens: &mut Vec<Token>) -> Option<()> {
    let start = tokens.len();
    vocab.tokenize(text, false, tokens)?;
    // llama.cpp still recognises special tokens that a converter has declared to be the user's own. Letter by letter
    // there are none.
    if tokens[start..].iter().any(|token| vocab.is_special(*token)) {
        tokens.truncate(start);
        for letter in text.chars() {
            vocab.tokenize(letter.encode_utf8(&mut [0; 4]), false, tokens)?;
        }
    }
    Some(())
}

fn too_long(tokens: u32, limit: u32) -> EngineFailure {
    EngineFailure {
        kind: FailureKind::MessageTooLong { tokens, limit },
        cause: format!("the last message alone makes a prompt of {tokens} tokens, {limit} fit"),
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(roles: &[Role]) -> Vec<ChatMessage> {
        roles.iter().map(|role| ChatMessage { role: *role, content: "x".to_owned() }).collect()
    }

    #[test]
    fn a_turn_is_a_question_and_all_that_follows_until_the_next() {
        use Role::{Assistant, System, User};
        let messages = conversation(&[System, User, Assistant, Assistant, User, Assistant, User]);
        assert_eq!(turn_starts(&messages, 1), [1, 4, 6]);
    }

    #[test]
    fn what_stands_before_the_first_question_goes_with_it() {
        use Role::{Assistant, User};
        assert_eq!(turn_starts(&conversation(&[Assistant, User, Assistant, User]), 0), [0, 3]);
    }

    #[test]
    fn a_conversation_without_a_question_has_no_turn_to_leave() {
        assert!(turn_starts(&conversation(&[Role::System]), 1).is_empty());
    }
}
