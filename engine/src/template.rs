//! From a conversation to the text a model was trained to continue: the chat template the model carries, rendered.
//!
//! A template comes from a stranger, and message contents come from anyone, so two rules hold here:
//!
//! - Rendering is limited in source, steps and output ([`environment`]).
//! - A special token is parsed where the template means it, and never from a message's content. [`guard`] says how.
//!
//! What models differ in is found out once, when the template is set up, with small conversations ([`form`]): whether
//! it takes system messages, and whether roles must alternate.

mod date;
mod environment;
mod form;
mod guard;
mod json;

use std::time::SystemTime;

use hearth_ipc::{ChatMessage, TemplateSource};
use serde_json::Value as Json;

use environment::{Renderer, Turn};
use form::Form;
use guard::Guard;

pub use environment::{MAX_SOURCE_BYTES, RenderError};

/// What Hearth uses where a model carries no usable template: ChatML, the form most open models know.
pub const DEFAULT_TEMPLATE: &str = "{% for message in messages %}\
    {{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\
    {% endfor %}\
    {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/// The texts of a vocabulary's tokens that have a meaning in templates. Take them from the loaded vocabulary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpecialTexts {
    /// Text of the BOS token; empty if there is none.
    pub bos: String,
    /// Text of the EOS token; empty if there is none.
    pub eos: String,
    /// Texts of all tokens that `llama_tokenize` finds only with `parse_special`: those with the attribute CONTROL or
    /// UNKNOWN. (User-defined ones are found either way and are part of plain text.)
    pub special: Vec<String>,
}

/// A chat template, ready to render.
#[derive(Debug)]
pub struct ChatTemplate {
    renderer: Renderer,
    form: Form,
    guard: Guard,
    bos: String,
    source: TemplateSource,
}

/// What is to be continued.
#[derive(Debug, Clone, Copy)]
pub struct Conversation<'a> {
    /// Oldest first. If the last is the assistant's, it is continued.
    pub messages: &'a [ChatMessage],
    /// Tools on offer, as JSON schemas in the usual form (`{"type": "function", "function": {..}}`). Templates that
    /// know no tools ignore them.
    pub tools: &'a [Json],
    /// For templates that tell the model today's date.
    pub now: SystemTime,
}

/// A rendered conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// To be tokenized one by one, in this order, each without adding BOS or EOS (`add_special = false`), and joined.
    pub segments: Vec<Segment>,
    /// The template began with the BOS text. It has been taken off `segments`: put the BOS token first if this is
    /// true or the vocabulary adds BOS by itself (`llama_vocab_get_add_bos`). So it is there exactly once.
    pub wrote_bos: bool,
}

/// A stretch of the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Tokenize with `parse_special = true`: every special token in it is the template's.
    Template(String),
    /// Tokenize with `parse_special = false`: what looks like a special token in it was typed by someone.
    Content(String),
}

/// Why a conversation has no prompt. The texts hold nothing of the conversation.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// No message but, perhaps, an answer that was begun.
    #[error("there is no message to answer")]
    Empty,
    /// The template failed.
    #[error("the chat template refuses the conversation")]
    Render(#[from] RenderError),
    /// More different private-use characters in the conversation than any honest one has.
    #[error("the conversation leaves no private-use character free")]
    NoFreeCharacter,
}

impl ChatTemplate {
    /// Sets up the template a model carries, or the default one if it carries none or one that cannot be used.
    pub fn new(model_template: Option<&str>, texts: &SpecialTexts) -> Self {
        match model_template.map(|source| usable(source, texts)) {
            Some(Ok((renderer, form))) => Self::with(renderer, form, texts, TemplateSource::Model),
            Some(Err(error)) => {
                // Nothing personal in it: it was tried with made-up messages.
                tracing::warn!(%error, cause = ?error, "the model's chat template cannot be used, taking the default");
                Self::default_one(texts, TemplateSource::DefaultAfterError)
            }
            None => Self::default_one(texts, TemplateSource::Default),
        }
    }

    /// Whether it is the model's own.
    pub fn source(&self) -> TemplateSource {
        self.source
    }

    /// Texts that end an answer besides the vocabulary's own end tokens. With the default template a model may write
    /// its marks as plain text, since its vocabulary need not have them.
    pub fn stop_texts(&self) -> &'static [&'static str] {
        match self.source {
            TemplateSource::Model => &[],
            TemplateSource::Default | TemplateSource::DefaultAfterError => &["<|im_end|>", "<|im_start|>"],
        }
    }

    /// Renders a conversation up to the point where the answer begins, or goes on.
    pub fn render(&self, conversation: &Conversation<'_>) -> Result<Prompt, PromptError> {
        let (messages, begun) = match conversation.messages.split_last() {
            Some((last, before)) if last.role == hearth_ipc::Role::Assistant => (before, Some(&last.content)),
            _ => (conversation.messages, None),
        };
        let turns = self.form.turns(messages);
        if turns.is_empty() {
            return Err(PromptError::Empty);
        }
        let shadowed = self
            .guard
            .shadow(turns, &[self.renderer.source(), &Json::from(conversation.tools).to_string()])
            .ok_or(PromptError::NoFreeCharacter)?;
        let text = self.renderer.render(&shadowed.turns, conversation.tools, conversation.now)?;
        let mut segments = self.guard.segments(&text, &shadowed);
        let wrote_bos = strip_bos(&mut segments, &self.bos);
        // What is already written was tokenized by itself when it was written, so it gets a segment of its own.
        segments.extend(begun.filter(|text| !text.is_empty()).cloned().map(Segment::Content));
        Ok(Prompt { segments, wrote_bos })
    }

    fn default_one(texts: &SpecialTexts, source: TemplateSource) -> Self {
        let renderer = Renderer::default_one(texts);
        Self::with(renderer, Form::default(), texts, source)
    }

    fn with(renderer: Renderer, form: Form, texts: &SpecialTexts, source: TemplateSource) -> Self {
        Self { renderer, form, guard: Guard::new(&texts.special), bos: texts.bos.clone(), source }
    }
}

fn usable(source: &str, texts: &SpecialTexts) -> Result<(Renderer, Form), RenderError> {
    let renderer = Renderer::new(source, texts)?;
    let form = Form::find_out(|turns: &[Turn]| renderer.render(turns, &[], SystemTime::UNIX_EPOCH))?;
    Ok((renderer, form))
}

/// Takes the BOS text off the beginning, however often it is there.
fn strip_bos(segments: &mut Vec<Segment>, bos: &str) -> bool {
    let Some(Segment::Template(first)) = segments.first_mut() else { return false };
    if bos.is_empty() || !first.starts_with(bos) {
        return false;
    }
    *first = first.trim_start_matches(bos).to_owned();
    if first.is_empty() {
        segments.remove(0);
    }
    true
}

#[cfg(test)]
mod tests;
