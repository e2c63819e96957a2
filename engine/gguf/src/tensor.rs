//! The tensors a header announces.

use std::{
    collections::HashSet,
    io::{Read, Seek},
};

use crate::{
    cursor::Cursor,
    error::{GgufError, Lie, Unsupported},
    header::{MAX_FILE_BYTES, MAX_TENSORS},
    metadata::name,
    tensor_type::TensorType,
};

/// `GGML_MAX_NAME`, the closing NUL taken off.
const MAX_NAME_BYTES: u64 = 63;
/// `GGML_MAX_DIMS`.
const MAX_DIMENSIONS: u32 = 4;

/// One tensor: its name, shape and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// E.g. `blk.0.attn_q.weight`.
    pub name: String,
    /// Elements in each dimension, the row first; 1 where there is no such dimension.
    pub shape: [u64; 4],
    /// How the elements are stored.
    pub tensor_type: TensorType,
    /// Where it begins, in bytes from the start of the data.
    pub offset: u64,
    /// Its size in bytes, without the padding behind it.
    pub size_bytes: u64,
}

impl Tensor {
    /// Number of elements.
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }
}

/// Reads the list of tensors and checks that they lie one behind the other, as ggml demands: so none overlaps another.
/// Returns them with the size of the data from its start to the end of the last tensor.
pub(crate) fn read<R: Read + Seek>(
    cursor: &mut Cursor<R>,
    count: u64,
    alignment: u64,
) -> Result<(Vec<Tensor>, u64), GgufError> {
    if count > MAX_TENSORS {
        return Err(Lie::TooMuch { what: "tensors", claimed: count, limit: MAX_TENSORS }.into());
    }
    let mut names = HashSet::new();
    let mut tensors = Vec::new();
    let mut next_offset = 0_u64;
    let mut data_bytes = 0;
    for index in 0..count {
        let tensor = tensor(cursor, index)?;
        if !names.insert(tensor.name.clone()) {
            return Err(Lie::Duplicate { what: "tensor", name: tensor.name }.into());
        }
        if tensor.offset != next_offset {
            return Err(Lie::BadOffset { name: tensor.name, found: tensor.offset, expected: next_offset }.into());
        }
        // No overflow: a tensor is no larger than a file may be, and there are no more than a few thousand.
        data_bytes = next_offset + tensor.size_bytes;
        next_offset = data_bytes.next_multiple_of(alignment);
        if next_offset > MAX_FILE_BYTES {
            let what = "bytes of tensors";
            return Err(Lie::TooMuch { what, claimed: next_offset, limit: MAX_FILE_BYTES }.into());
        }
        tensors.push(tensor);
    }
    Ok((tensors, data_bytes))
}

fn tensor<R: Read + Seek>(cursor: &mut Cursor<R>, index: u64) -> Result<Tensor, GgufError> {
    let name = name(cursor, "tensor", index, MAX_NAME_BYTES)?;
    let dimensions = cursor.u32()?;
    if dimensions > MAX_DIMENSIONS {
        return Err(Lie::BadShape { name, why: "more than four dimensions" }.into());
    }
    let mut shape = [1; 4];
    for length in shape.iter_mut().take(dimensions as usize) {
        *length = cursor.u64()?;
    }
    let code = cursor.u32()?;
    let offset = cursor.u64()?;
    let Some(tensor_type) = TensorType::from_code(code) else {
        return Err(Unsupported::TensorType { name, code }.into());
    };
    match size_bytes(shape, tensor_type) {
        Ok(size_bytes) => Ok(Tensor { name, shape, tensor_type, offset, size_bytes }),
        Err(why) => Err(Lie::BadShape { name, why }.into()),
    }
}

fn size_bytes(shape: [u64; 4], tensor_type: TensorType) -> Result<u64, &'static str> {
    if shape.contains(&0) {
        return Err("a dimension of zero");
    }
    if !shape[0].is_multiple_of(tensor_type.block_elements()) {
        return Err("rows that are not whole blocks");
    }
    let elements = shape.iter().try_fold(1_u64, |product, length| product.checked_mul(*length));
    elements
        // ggml counts in signed 64-bit integers.
        .filter(|elements| i64::try_from(*elements).is_ok())
        .and_then(|elements| (elements / tensor_type.block_elements()).checked_mul(tensor_type.block_bytes()))
        .filter(|bytes| *bytes <= MAX_FILE_BYTES)
        .ok_or("more elements than a file can hold")
}
