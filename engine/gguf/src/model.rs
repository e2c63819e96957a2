//! What a header says about its model, and whether it is one that writes text.

use std::collections::HashSet;

use crate::{
    error::{GgufError, Lie, Unsupported},
    header::Header,
    metadata::{ElementType, Value},
};

/// `LLAMA_MAX_LAYERS`: more of them end the process.
const MAX_LAYERS: u64 = 512;
/// `LLAMA_MAX_EXPERTS`, likewise.
const MAX_EXPERTS: u64 = 1024;

/// Place of a file among the parts of a model that is spread over several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Counted from 0.
    pub number: u32,
    /// Parts in all.
    pub count: u32,
}

/// Refuses everything but a whole model that writes text, given the headers of its parts in their order. For a model
/// in one file that is [`Header::require_text_model`]; the parts of a split one must also agree on how many they are and
/// share no tensor.
pub fn require_text_model(parts: &[Header]) -> Result<(), GgufError> {
    let [first, _, ..] = parts else {
        return parts.first().map_or(Err(Unsupported::NotATextModel("no file").into()), Header::require_text_model);
    };
    let mut names = HashSet::new();
    for (index, part) in parts.iter().enumerate() {
        let place =
            Split { number: u32::try_from(index).unwrap_or(u32::MAX), count: parts.len().try_into().unwrap_or(0) };
        if part.split() != Some(place) {
            return Err(Lie::BadValue { key: "split.no".to_owned(), expected: "this part's place among all" }.into());
        }
        if let Some(twice) = part.tensors().iter().find(|tensor| !names.insert(tensor.name.as_str())) {
            return Err(Lie::Duplicate { what: "tensor", name: twice.name.clone() }.into());
        }
    }
    let announced = first.metadata().unsigned("split.tensors.count");
    if announced.is_some_and(|count| count != names.len() as u64) {
        return Err(
            Lie::BadValue { key: "split.tensors.count".to_owned(), expected: "the tensors of all parts" }.into()
        );
    }
    if let Some(what) = first.other_kind() {
        return Err(Unsupported::NotATextModel(what).into());
    }
    if names.is_empty() {
        return Err(Unsupported::NotATextModel("a vocabulary without weights").into());
    }
    first.require_text_metadata()
}

impl Header {
    /// `general.architecture`, e.g. `llama`.
    pub fn architecture(&self) -> Option<&str> {
        self.metadata().text("general.architecture")
    }

    /// `general.name`, unless it is blank.
    pub fn name(&self) -> Option<&str> {
        self.metadata().text("general.name").filter(|name| !name.trim().is_empty())
    }

    /// Context length in tokens the model was trained on.
    pub fn context_length(&self) -> Option<u64> {
        self.of_architecture("context_length")
    }

    /// Number of layers.
    pub fn block_count(&self) -> Option<u64> {
        self.of_architecture("block_count")
    }

    /// Width of the model: numbers in a token's embedding.
    pub fn embedding_length(&self) -> Option<u64> {
        self.of_architecture("embedding_length")
    }

    /// The Jinja source of the chat template the model carries.
    pub fn chat_template(&self) -> Option<&str> {
        self.metadata().text("tokenizer.chat_template").filter(|source| !source.trim().is_empty())
    }

    /// Whether it carries one that is too long to have been kept. [`Self::chat_template`] is `None` then.
    pub fn has_oversized_chat_template(&self) -> bool {
        matches!(self.metadata().get("tokenizer.chat_template"), Some(Value::LongText { .. }))
    }

    /// The family of its tokenizer, e.g. `gpt2` or `llama`.
    pub fn tokenizer_model(&self) -> Option<&str> {
        self.metadata().text("tokenizer.ggml.model")
    }

    /// Number of tokens in its vocabulary.
    pub fn vocabulary_size(&self) -> Option<u64> {
        self.metadata().array("tokenizer.ggml.tokens").map(|tokens| tokens.count)
    }

    /// `general.file_type`: `enum llama_ftype`, the mix of tensor types as one number.
    pub fn file_type(&self) -> Option<u64> {
        self.metadata().unsigned("general.file_type")
    }

    /// One of the values the model recommends for choosing tokens: `general.sampling.<name>`.
    pub fn sampling(&self, name: &str) -> Option<f64> {
        self.metadata().number(&format!("general.sampling.{name}"))
    }

    /// Number of parameters: the elements of all tensors.
    pub fn parameters(&self) -> u64 {
        self.tensors().iter().map(crate::Tensor::elements).fold(0, u64::saturating_add)
    }

    /// Size of all tensors in bytes.
    pub fn weights_bytes(&self) -> u64 {
        self.tensors().iter().map(|tensor| tensor.size_bytes).sum()
    }

    /// Its place among several files; `None` for a model in one file.
    pub fn split(&self) -> Option<Split> {
        let count = u32::try_from(self.metadata().unsigned("split.count")?).unwrap_or(u32::MAX);
        let number = u32::try_from(self.metadata().unsigned("split.no").unwrap_or(0)).unwrap_or(u32::MAX);
        (count > 1).then_some(Split { number, count })
    }

    /// Whether it turns pictures or sound into what a model of another file reads.
    pub fn is_projector(&self) -> bool {
        matches!(self.metadata().text("general.type"), Some("mmproj" | "clip-vision"))
            || self.architecture() == Some("clip")
    }

    /// Refuses everything but a whole model that writes text, and what would make native code end the process.
    pub fn require_text_model(&self) -> Result<(), GgufError> {
        if let Some(what) = self.other_kind() {
            return Err(Unsupported::NotATextModel(what).into());
        }
        if let Some(Split { number, count }) = self.split() {
            return Err(Unsupported::PartOfSplit { number, count }.into());
        }
        self.require_text_metadata()?;
        if self.tensors().is_empty() {
            return Err(Unsupported::NotATextModel("a vocabulary without weights").into());
        }
        Ok(())
    }

    /// What a model's metadata must say, wherever its tensors are.
    fn require_text_metadata(&self) -> Result<(), GgufError> {
        if self.tokenizer_model().is_none_or(|family| family == "none" || family == "no_vocab") {
            return Err(Unsupported::NotATextModel("no vocabulary").into());
        }
        self.check_vocabulary()?;
        self.check_dimensions()
    }

    fn of_architecture(&self, name: &str) -> Option<u64> {
        self.metadata().unsigned(&format!("{}.{name}", self.architecture()?))
    }

    /// What the file holds, if that is no model that writes text.
    fn other_kind(&self) -> Option<&'static str> {
        if self.is_projector() {
            return Some("a projector for images or sound");
        }
        match self.metadata().text("general.type") {
            Some("adapter") => return Some("an adapter (LoRA)"),
            Some("imatrix") => return Some("an importance matrix"),
            Some("vocab") => return Some("a vocabulary without weights"),
            _ => {}
        }
        let Some(architecture) = self.architecture() else {
            return Some("weights of no known architecture");
        };
        match architecture {
            "bert" | "modern-bert" | "nomic-bert" | "nomic-bert-moe" | "neo-bert" | "jina-bert-v2" | "jina-bert-v3"
            | "eurobert" | "gemma-embedding" | "llama-embed" | "t5encoder" => Some("a model that compares texts"),
            "wavtokenizer-dec" | "qwen3tts" | "pockettts" => Some("a model that speaks"),
            "gemma4-assistant" | "eagle3" | "dflash" => Some("a helper model for speeding up another"),
            "sd1" | "sd3" | "sdxl" | "flux" | "wan" | "whisper" => Some("a model for images, video or sound"),
            // A chat model never pools the vectors of its tokens; encoders built on any architecture do.
            _ if self.of_architecture("pooling_type").is_some_and(|pooling| pooling != 0) => {
                Some("a model that compares texts")
            }
            _ if self.metadata().bool(&format!("{architecture}.attention.causal")) == Some(false) => {
                Some("a model that does not write from left to right")
            }
            _ => None,
        }
    }

    /// The arrays that describe the tokens must agree in type and length: native code walks them side by side.
    fn check_vocabulary(&self) -> Result<(), GgufError> {
        let lie = |key: &str, expected| -> GgufError { Lie::BadValue { key: key.to_owned(), expected }.into() };
        let key = "tokenizer.ggml.tokens";
        let count = match self.metadata().get(key) {
            Some(Value::Array(tokens)) if tokens.element == ElementType::Text && tokens.count > 0 => tokens.count,
            // RWKV's tokenizer comes without a list of scores or types, but it too has its tokens.
            _ => return Err(lie(key, "a list of texts")),
        };
        if i32::try_from(count).is_err() {
            return Err(lie(key, "a list that a token's number can count"));
        }
        let companions = [
            ("tokenizer.ggml.scores", &[ElementType::F32, ElementType::I32][..], "a list of one score for each token"),
            ("tokenizer.ggml.token_type", &[ElementType::I32][..], "a list of one type for each token"),
        ];
        for (key, elements, expected) in companions {
            match self.metadata().get(key) {
                None => {}
                Some(Value::Array(array)) if array.count == count && elements.contains(&array.element) => {}
                Some(_) => return Err(lie(key, expected)),
            }
        }
        match self.metadata().get("tokenizer.ggml.merges") {
            None => {}
            Some(Value::Array(array)) if array.element == ElementType::Text => {}
            Some(_) => return Err(lie("tokenizer.ggml.merges", "a list of texts")),
        }
        for name in ["bos", "eos"] {
            let key = format!("tokenizer.ggml.{name}_token_id");
            if self.metadata().unsigned(&key).is_some_and(|id| id >= count && id != u64::from(u32::MAX)) {
                return Err(lie(&key, "the number of a token"));
            }
        }
        Ok(())
    }

    /// Values that native code asserts or divides by.
    fn check_dimensions(&self) -> Result<(), GgufError> {
        let architecture = self.architecture().unwrap_or_default();
        for (name, limit) in [("block_count", MAX_LAYERS), ("embedding_length", 1 << 24), ("context_length", 1 << 31)] {
            let key = format!("{architecture}.{name}");
            match self.of_architecture(name) {
                None | Some(0) => return Err(Lie::BadValue { key, expected: "a whole number above zero" }.into()),
                Some(value) if value > limit => return Err(Unsupported::TooLarge { key, value }.into()),
                Some(_) => {}
            }
        }
        let experts = self.of_architecture("expert_count").unwrap_or(0);
        if experts > MAX_EXPERTS {
            let key = format!("{architecture}.expert_count");
            return Err(Unsupported::TooLarge { key, value: experts }.into());
        }
        if self.of_architecture("expert_used_count").is_some_and(|used| used > experts) {
            let key = format!("{architecture}.expert_used_count");
            return Err(Lie::BadValue { key, expected: "no more than there are experts" }.into());
        }
        Ok(())
    }
}
