//! Writes GGUF files, true ones and false ones, straight from the format's description.

/// A file to be written. What [`Draft::model`] makes is accepted; tests spoil it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) magic: [u8; 4],
    pub(crate) version: u32,
    /// Claimed counts, when they are to differ from the real ones.
    pub(crate) tensor_count: Option<u64>,
    pub(crate) entry_count: Option<u64>,
    /// Key, type and bytes of the value.
    pub(crate) entries: Vec<(String, u32, Vec<u8>)>,
    pub(crate) tensors: Vec<DraftTensor>,
    pub(crate) alignment: u64,
    /// Bytes of data that follow the header; as many as the tensors take, if `None`.
    pub(crate) data_bytes: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct DraftTensor {
    pub(crate) name: String,
    pub(crate) shape: Vec<u64>,
    pub(crate) code: u32,
    pub(crate) offset: u64,
    pub(crate) size_bytes: u64,
}

pub(crate) const U32: u32 = 4;
pub(crate) const F32: u32 = 6;
pub(crate) const BOOL: u32 = 7;
pub(crate) const TEXT: u32 = 8;
pub(crate) const ARRAY: u32 = 9;
pub(crate) const U64: u32 = 10;

impl Draft {
    /// The smallest model that is accepted: two tensors, three tokens.
    pub(crate) fn model() -> Self {
        let mut draft = Self {
            magic: *b"GGUF",
            version: 3,
            tensor_count: None,
            entry_count: None,
            entries: Vec::new(),
            tensors: Vec::new(),
            alignment: 32,
            data_bytes: None,
        };
        draft.set("general.architecture", TEXT, text("llama"));
        draft.set("general.name", TEXT, text("Tiny"));
        draft.set("general.sampling.temp", F32, 0.6_f32.to_le_bytes().to_vec());
        draft.set("llama.context_length", U32, 512_u32.to_le_bytes().to_vec());
        draft.set("llama.block_count", U32, 2_u32.to_le_bytes().to_vec());
        draft.set("llama.embedding_length", U64, 32_u64.to_le_bytes().to_vec());
        draft.set("tokenizer.chat_template", TEXT, text("{{ messages[0].content }}"));
        draft.set("tokenizer.ggml.model", TEXT, text("gpt2"));
        draft.set("tokenizer.ggml.add_bos_token", BOOL, vec![1]);
        draft.set("tokenizer.ggml.tokens", ARRAY, array(TEXT, 3, &[text("a"), text("b"), text("<s>")].concat()));
        draft.set("tokenizer.ggml.scores", ARRAY, array(F32, 3, &[0; 12]));
        draft.tensor("token_embd.weight", &[32, 3], 0, 32 * 3 * 4);
        draft.tensor("output.weight", &[32, 3], 2, 3 * 18);
        draft
    }

    /// Adds or replaces an entry.
    pub(crate) fn set(&mut self, key: &str, code: u32, value: Vec<u8>) {
        match self.entries.iter_mut().find(|entry| entry.0 == key) {
            Some(entry) => *entry = (key.to_owned(), code, value),
            None => self.entries.push((key.to_owned(), code, value)),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| entry.0 != key);
    }

    /// Adds a tensor behind the others.
    pub(crate) fn tensor(&mut self, name: &str, shape: &[u64], code: u32, size_bytes: u64) {
        let offset =
            self.tensors.last().map_or(0, |last| (last.offset + last.size_bytes).next_multiple_of(self.alignment));
        self.tensors.push(DraftTensor { name: name.to_owned(), shape: shape.to_vec(), code, offset, size_bytes });
    }

    /// The header with its padding, without the data.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut bytes = self.magic.to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.tensor_count.unwrap_or(self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.entry_count.unwrap_or(self.entries.len() as u64).to_le_bytes());
        for (key, code, value) in &self.entries {
            bytes.extend(text(key));
            bytes.extend(code.to_le_bytes());
            bytes.extend(value);
        }
        for tensor in &self.tensors {
            bytes.extend(text(&tensor.name));
            bytes.extend(u32::try_from(tensor.shape.len()).expect("few dimensions").to_le_bytes());
            bytes.extend(tensor.shape.iter().flat_map(|length| length.to_le_bytes()));
            bytes.extend(tensor.code.to_le_bytes());
            bytes.extend(tensor.offset.to_le_bytes());
        }
        let alignment = usize::try_from(self.alignment).expect("a small number");
        bytes.resize(bytes.len().next_multiple_of(alignment), 0);
        bytes
    }

    /// The whole file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let taken = || self.tensors.last().map_or(0, |last| last.offset + last.size_bytes);
        let mut bytes = self.header();
        let data_bytes = usize::try_from(self.data_bytes.unwrap_or_else(taken)).expect("a small number");
        bytes.resize(bytes.len() + data_bytes, 0);
        bytes
    }
}

/// A string: its length and its bytes.
pub(crate) fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

/// An array's type, length and elements.
pub(crate) fn array(code: u32, count: u64, elements: &[u8]) -> Vec<u8> {
    [&code.to_le_bytes()[..], &count.to_le_bytes(), elements].concat()
}
