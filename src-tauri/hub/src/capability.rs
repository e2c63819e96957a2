//! What a model is likely good at, and why that is thought: hints for people, not promises.

use serde::{Deserialize, Serialize};

use crate::RepoId;

/// Something a model may be good at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Conversations.
    Chat,
    /// Pictures.
    Vision,
    /// Programs.
    Coding,
    /// Calling functions that it is offered.
    Tools,
    /// Thinking before it answers.
    Reasoning,
    /// From one language into another, and little else.
    Translation,
}

/// Why a capability is thought to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "what")]
pub enum Reason {
    /// The chat template provides for it.
    ChatTemplate,
    /// The repository is labelled so.
    Tag(String),
    /// What the Hub calls its task.
    Pipeline(String),
    /// The repository holds a projector.
    Projector,
    /// A word in its name.
    Name(String),
}

/// A capability and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// What it is likely good at.
    pub capability: Capability,
    /// Why.
    pub reason: Reason,
}

/// What the hints are drawn from.
pub(crate) struct Signs<'model> {
    pub(crate) repo: &'model RepoId,
    pub(crate) tags: &'model [String],
    pub(crate) pipeline: Option<&'model str>,
    pub(crate) chat_template: Option<&'model str>,
    pub(crate) has_projector: bool,
}

impl Signs<'_> {
    /// One hint for each capability at most, with its strongest reason.
    pub(crate) fn hints(&self) -> Vec<Hint> {
        let found = [
            (Capability::Chat, self.chat()),
            (Capability::Vision, self.vision()),
            (Capability::Coding, self.coding()),
            (Capability::Tools, self.tools()),
            (Capability::Reasoning, self.reasoning()),
            (Capability::Translation, self.translation()),
        ];
        found.into_iter().filter_map(|(capability, reason)| Some(Hint { capability, reason: reason? })).collect()
    }

    fn chat(&self) -> Option<Reason> {
        let template = self.chat_template.map(|_| Reason::ChatTemplate);
        template.or_else(|| self.tag(&["conversational", "chat"]))
    }

    fn vision(&self) -> Option<Reason> {
        let projector = self.has_projector.then_some(Reason::Projector);
        let pipeline = self.pipeline.filter(|task| matches!(*task, "image-text-to-text" | "any-to-any"));
        projector.or_else(|| pipeline.map(|task| Reason::Pipeline(task.to_owned()))).or_else(|| self.tag(&["vision"]))
    }

    fn coding(&self) -> Option<Reason> {
        self.tag(&["code", "coding", "codegen", "code-generation"])
            .or_else(|| self.word(&["code", "coder", "codestral", "devstral", "starcoder"]))
    }

    fn tools(&self) -> Option<Reason> {
        self.template_with(&["tools", "tool_call"])
            .or_else(|| self.tag(&["tool-use", "tool-calling", "function-calling", "tools", "agentic"]))
    }

    fn reasoning(&self) -> Option<Reason> {
        self.template_with(&["<think>", "enable_thinking", "reasoning_content", "reasoning_effort", "[THINK]"])
            .or_else(|| self.tag(&["reasoning", "thinking"]))
            .or_else(|| self.word(&["think", "thinking", "reasoning", "reasoner", "r1"]))
    }

    fn translation(&self) -> Option<Reason> {
        let pipeline = self.pipeline.filter(|task| *task == "translation");
        pipeline.map(|task| Reason::Pipeline(task.to_owned())).or_else(|| self.tag(&["translation"]))
    }

    fn template_with(&self, signs: &[&str]) -> Option<Reason> {
        let template = self.chat_template?;
        signs.iter().any(|sign| template.contains(sign)).then_some(Reason::ChatTemplate)
    }

    fn tag(&self, wanted: &[&str]) -> Option<Reason> {
        let found = self.tags.iter().find(|tag| wanted.contains(&tag.to_ascii_lowercase().as_str()));
        found.map(|tag| Reason::Tag(tag.clone()))
    }

    fn word(&self, wanted: &[&str]) -> Option<Reason> {
        let mut words = self.repo.name().split(['-', '_', '.']);
        let found = words.find(|word| wanted.contains(&word.to_ascii_lowercase().as_str()));
        found.map(|word| Reason::Name(word.to_owned()))
    }
}
