//! How the weights of a whole model are stored.

use std::collections::BTreeMap;

use crate::header::Header;

/// Number and name: `enum llama_ftype` in llama.cpp's `include/llama.h`, without what it has given up.
const FILE_TYPES: [(u64, &str); 36] = [
    (0, "F32"),
    (1, "F16"),
    (2, "Q4_0"),
    (3, "Q4_1"),
    (7, "Q8_0"),
    (8, "Q5_0"),
    (9, "Q5_1"),
    (10, "Q2_K"),
    (11, "Q3_K_S"),
    (12, "Q3_K_M"),
    (13, "Q3_K_L"),
    (14, "Q4_K_S"),
    (15, "Q4_K_M"),
    (16, "Q5_K_S"),
    (17, "Q5_K_M"),
    (18, "Q6_K"),
    (19, "IQ2_XXS"),
    (20, "IQ2_XS"),
    (21, "Q2_K_S"),
    (22, "IQ3_XS"),
    (23, "IQ3_XXS"),
    (24, "IQ1_S"),
    (25, "IQ4_NL"),
    (26, "IQ3_S"),
    (27, "IQ3_M"),
    (28, "IQ2_S"),
    (29, "IQ2_M"),
    (30, "IQ4_XS"),
    (31, "IQ1_M"),
    (32, "BF16"),
    (36, "TQ1_0"),
    (37, "TQ2_0"),
    (38, "MXFP4"),
    (39, "NVFP4"),
    (40, "Q1_0"),
    (41, "Q2_0"),
];

/// The mix of types of a model's parts: what `general.file_type` says, or the type that takes up the most bytes if it
/// says nothing known. `None` without any tensor.
pub fn quantization(parts: &[Header]) -> Option<&'static str> {
    let said = parts.first().and_then(Header::file_type);
    let known = said.and_then(|said| FILE_TYPES.iter().find(|row| row.0 == said));
    known.map(|row| row.1).or_else(|| heaviest(parts))
}

fn heaviest(parts: &[Header]) -> Option<&'static str> {
    let mut bytes: BTreeMap<u32, (u64, &'static str)> = BTreeMap::new();
    for tensor in parts.iter().flat_map(Header::tensors) {
        let sum = bytes.entry(tensor.tensor_type.code()).or_insert((0, tensor.tensor_type.name()));
        sum.0 = sum.0.saturating_add(tensor.size_bytes);
    }
    bytes.into_values().max_by_key(|(bytes, _)| *bytes).map(|(_, name)| name)
}
