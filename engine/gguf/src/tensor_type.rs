//! The ways ggml stores numbers.

/// How a tensor's elements are stored: `enum ggml_type` of ggml 0.26, without the types it has given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// ggml's number.
    code: u32,
    name: &'static str,
    block_elements: u64,
    block_bytes: u64,
}

/// Number, name, elements in a block, bytes of a block: `type_traits` in `ggml/src/ggml.c`, with the block
/// structures of `ggml/src/ggml-common.h`.
const TYPES: [(u32, &str, u64, u64); 35] = [
    (0, "F32", 1, 4),
    (1, "F16", 1, 2),
    (2, "Q4_0", 32, 18),
    (3, "Q4_1", 32, 20),
    (6, "Q5_0", 32, 22),
    (7, "Q5_1", 32, 24),
    (8, "Q8_0", 32, 34),
    (9, "Q8_1", 32, 36),
    (10, "Q2_K", 256, 84),
    (11, "Q3_K", 256, 110),
    (12, "Q4_K", 256, 144),
    (13, "Q5_K", 256, 176),
    (14, "Q6_K", 256, 210),
    (15, "Q8_K", 256, 292),
    (16, "IQ2_XXS", 256, 66),
    (17, "IQ2_XS", 256, 74),
    (18, "IQ3_XXS", 256, 98),
    (19, "IQ1_S", 256, 50),
    (20, "IQ4_NL", 32, 18),
    (21, "IQ3_S", 256, 110),
    (22, "IQ2_S", 256, 82),
    (23, "IQ4_XS", 256, 136),
    (24, "I8", 1, 1),
    (25, "I16", 1, 2),
    (26, "I32", 1, 4),
    (27, "I64", 1, 8),
    (28, "F64", 1, 8),
    (29, "IQ1_M", 256, 56),
    (30, "BF16", 1, 2),
    (34, "TQ1_0", 256, 54),
    (35, "TQ2_0", 256, 66),
    (39, "MXFP4", 32, 17),
    (40, "NVFP4", 64, 36),
    (41, "Q1_0", 128, 18),
    (42, "Q2_0", 64, 18),
];

impl TensorType {
    /// `None` for a type that ggml has given up (4, 5, 31 to 33, 36 to 38) or does not have yet.
    pub fn from_code(code: u32) -> Option<Self> {
        TYPES.iter().find(|row| row.0 == code).map(|&(code, name, block_elements, block_bytes)| Self {
            code,
            name,
            block_elements,
            block_bytes,
        })
    }

    /// ggml's number.
    pub fn code(self) -> u32 {
        self.code
    }

    /// As people write it, e.g. `Q4_K`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Elements in a block; a row is a whole number of blocks.
    pub fn block_elements(self) -> u64 {
        self.block_elements
    }

    /// Size of a block in bytes.
    pub fn block_bytes(self) -> u64 {
        self.block_bytes
    }
}
