//! A safe reader of GGUF headers: decides, without native code, whether a model file may be loaded.
//!
//! llama.cpp trusts much of what a file says about itself, and ends the process where a value surprises it. So no
//! file reaches native code before [`check`] has accepted it. The reader holds no `unsafe`, reads at most
//! [`MAX_HEADER_BYTES`], never reserves memory because a file claims to need it, and takes well under 100 ms for any
//! input. It looks at the header only: what the weights are worth, nobody can tell from outside.
//!
//! Not for: reading weights, writing files, other formats.
//!
//! The format is that of `ggml/docs/gguf.md` and `ggml/src/gguf.cpp` in ggml 0.26: versions 2 and 3, little-endian.

mod cursor;
mod error;
mod header;
mod memory;
mod metadata;
mod model;
mod quantization;
mod shape;
mod tensor;
mod tensor_type;
mod whole;

pub use error::{GgufError, Lie, Refusal, Unsupported};
pub use header::{Header, MAX_HEADER_BYTES, MAX_METADATA_ENTRIES, MAX_TENSORS};
pub use memory::{CacheBlock, ContextShape, Memory, context_cells};
pub use metadata::{Array, ElementType, Metadata, Value};
pub use model::{Split, require_text_model};
pub use quantization::quantization;
pub use shape::{Layer, Shape};
pub use tensor::Tensor;
pub use tensor_type::TensorType;
pub use whole::{WholeModel, check};
