//! Small GGUF files, written straight from the format's description.

/// What such a file is to be.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) architecture: &'static str,
    /// Fills the tensor, so that no two files are the same.
    pub(crate) fill: u8,
    /// Number of this part and of all parts.
    pub(crate) split: Option<(u16, u16)>,
}

const U32: u32 = 4;
const TEXT: u32 = 8;
const ARRAY: u32 = 9;
const U16: u32 = 2;

/// A model that is accepted.
pub(crate) fn model(fill: u8) -> Vec<u8> {
    Draft { architecture: "llama", fill, split: None }.bytes()
}

/// What lets a model see.
pub(crate) fn projector(fill: u8) -> Vec<u8> {
    Draft { architecture: "clip", fill, split: None }.bytes()
}

/// A part of a model in several files.
pub(crate) fn part(fill: u8, number: u16, count: u16) -> Vec<u8> {
    Draft { architecture: "llama", fill, split: Some((number, count)) }.bytes()
}

impl Draft {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut entries = vec![
            entry("general.architecture", TEXT, &text(self.architecture)),
            entry("general.license", TEXT, &text("apache-2.0")),
            entry("general.file_type", U32, &15_u32.to_le_bytes()),
            entry("llama.context_length", U32, &512_u32.to_le_bytes()),
            entry("llama.block_count", U32, &2_u32.to_le_bytes()),
            entry("llama.embedding_length", U32, &32_u32.to_le_bytes()),
            entry("tokenizer.ggml.model", TEXT, &text("gpt2")),
            entry(
                "tokenizer.ggml.tokens",
                ARRAY,
                &[&TEXT.to_le_bytes()[..], &2_u64.to_le_bytes(), &text("a"), &text("b")].concat(),
            ),
        ];
        let mut tensor = "token_embd.weight".to_owned();
        if let Some((number, count)) = self.split {
            entries.push(entry("split.no", U16, &number.to_le_bytes()));
            entries.push(entry("split.count", U16, &count.to_le_bytes()));
            tensor = format!("blk.{number}.weight");
        }
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(1_u64.to_le_bytes());
        bytes.extend((entries.len() as u64).to_le_bytes());
        bytes.extend(entries.concat());
        bytes.extend(text(&tensor));
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(32_u64.to_le_bytes());
        bytes.extend(2_u64.to_le_bytes());
        bytes.extend([0; 12]);
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.resize(bytes.len() + 32 * 2 * 4, self.fill);
        bytes
    }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

fn entry(key: &str, code: u32, value: &[u8]) -> Vec<u8> {
    [&text(key)[..], &code.to_le_bytes(), value].concat()
}
