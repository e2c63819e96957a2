//! The typed key-value pairs a file carries.

use std::{
    collections::HashMap,
    io::{Read, Seek},
};

use crate::{
    cursor::Cursor,
    error::{GgufError, Lie},
    header::MAX_METADATA_ENTRIES,
};

/// Longest key. The longest known ones have under 80 bytes; the format allows 65,535.
const MAX_KEY_BYTES: u64 = 1024;
/// Longest text that is kept. Chat templates, the longest texts anyone asks for, stay under 100 KB.
const MAX_KEPT_TEXT_BYTES: u64 = 2 * 1024 * 1024;
/// Texts kept in all: above this sum they are passed over, like the longer ones.
const MAX_KEPT_TEXTS_BYTES: u64 = 16 * 1024 * 1024;
/// Longest array whose numbers are kept. Native code knows at most 512 layers, and what is given per layer is an array.
const MAX_KEPT_ELEMENTS: u64 = 512;
/// Numbers in arrays kept in all.
const MAX_KEPT_ELEMENTS_TOTAL: u64 = 64 * 1024;

/// The key-value pairs of a file. Large arrays are known by type, length and place only.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    entries: HashMap<String, Value>,
}

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// Any floating-point number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A text. Bytes that are not UTF-8 have become U+FFFD.
    Text(String),
    /// A text too long to be kept (2 MB, or 16 MB for all texts of a file together).
    LongText {
        /// Its length in bytes.
        bytes: u64,
    },
    /// A list.
    Array(Array),
}

/// A list of values of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Of its elements.
    pub element: ElementType,
    /// Number of elements.
    pub count: u64,
    /// Where its first element begins, in bytes from the start of the file.
    pub offset: u64,
    /// The elements, when they are numbers or truth values and no more than 512.
    pub numbers: Option<Vec<Value>>,
}

/// Types of values. Arrays of arrays do not exist in practice, and llama.cpp refuses them as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each name is the type's name in the format")]
pub enum ElementType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    Text,
    U64,
    I64,
    F64,
}

impl Metadata {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What stands behind `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key)
    }

    /// A text, if that is what stands there.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An integer that is not negative, of whatever width.
    pub fn unsigned(&self, key: &str) -> Option<u64> {
        match *self.get(key)? {
            Value::Unsigned(number) => Some(number),
            Value::Signed(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// Any number, as floating point.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sampling values are small; a rounded giant is as wrong as an exact one"
    )]
    pub fn number(&self, key: &str) -> Option<f64> {
        match *self.get(key)? {
            Value::Unsigned(number) => Some(number as f64),
            Value::Signed(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// True or false.
    pub fn bool(&self, key: &str) -> Option<bool> {
        match *self.get(key)? {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A list.
    pub fn array(&self, key: &str) -> Option<&Array> {
        match self.get(key)? {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    pub(crate) fn read<R: Read + Seek>(cursor: &mut Cursor<R>, count: u64) -> Result<Self, GgufError> {
        if count > MAX_METADATA_ENTRIES {
            let what = "metadata entries";
            return Err(Lie::TooMuch { what, claimed: count, limit: MAX_METADATA_ENTRIES }.into());
        }
        let mut kept = Kept::default();
        let mut entries = HashMap::new();
        for index in 0..count {
            let key = name(cursor, "metadata entry", index, MAX_KEY_BYTES)?;
            let value = value(cursor, &key, &mut kept)?;
            if let Some(_earlier) = entries.insert(key.clone(), value) {
                return Err(Lie::Duplicate { what: "metadata entry", name: key }.into());
            }
        }
        Ok(Self { entries })
    }
}

/// The name of an entry or of a tensor.
pub(crate) fn name<R: Read + Seek>(
    cursor: &mut Cursor<R>,
    what: &'static str,
    index: u64,
    limit: u64,
) -> Result<String, GgufError> {
    let length = cursor.u64()?;
    if length > limit {
        return Err(Lie::TooMuch { what: "bytes of a name", claimed: length, limit }.into());
    }
    String::from_utf8(cursor.vec(length)?)
        .ok()
        // A NUL would end the name early for native code, so that two names could be one.
        .filter(|name| !name.is_empty() && !name.contains('\0'))
        .ok_or_else(|| Lie::BadName { what, index }.into())
}

/// How much has been kept so far.
#[derive(Default)]
struct Kept {
    text_bytes: u64,
    elements: u64,
}

const ARRAY: u32 = 9;

fn value<R: Read + Seek>(cursor: &mut Cursor<R>, key: &str, kept: &mut Kept) -> Result<Value, GgufError> {
    match cursor.u32()? {
        ARRAY => array(cursor, key, kept).map(Value::Array),
        code => match element_type(key, code)? {
            ElementType::Text => text(cursor, kept),
            element => scalar(cursor, element),
        },
    }
}

fn element_type(key: &str, code: u32) -> Result<ElementType, GgufError> {
    Ok(match code {
        0 => ElementType::U8,
        1 => ElementType::I8,
        2 => ElementType::U16,
        3 => ElementType::I16,
        4 => ElementType::U32,
        5 => ElementType::I32,
        6 => ElementType::F32,
        7 => ElementType::Bool,
        8 => ElementType::Text,
        10 => ElementType::U64,
        11 => ElementType::I64,
        12 => ElementType::F64,
        code => return Err(Lie::BadValueType { key: key.to_owned(), code }.into()),
    })
}

fn text<R: Read + Seek>(cursor: &mut Cursor<R>, kept: &mut Kept) -> Result<Value, GgufError> {
    let length = cursor.u64()?;
    if length > MAX_KEPT_TEXT_BYTES || kept.text_bytes + length > MAX_KEPT_TEXTS_BYTES {
        cursor.skip(length)?;
        return Ok(Value::LongText { bytes: length });
    }
    kept.text_bytes += length;
    let bytes = cursor.vec(length)?;
    Ok(Value::Text(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }))
}

fn scalar<R: Read + Seek>(cursor: &mut Cursor<R>, element: ElementType) -> Result<Value, GgufError> {
    Ok(match element {
        ElementType::U8 => Value::Unsigned(u8::from_le_bytes(cursor.bytes()?).into()),
        ElementType::I8 => Value::Signed(i8::from_le_bytes(cursor.bytes()?).into()),
        ElementType::U16 => Value::Unsigned(u16::from_le_bytes(cursor.bytes()?).into()),
        ElementType::I16 => Value::Signed(i16::from_le_bytes(cursor.bytes()?).into()),
        ElementType::U32 => Value::Unsigned(cursor.u32()?.into()),
        ElementType::I32 => Value::Signed(i32::from_le_bytes(cursor.bytes()?).into()),
        ElementType::F32 => Value::Float(f32::from_le_bytes(cursor.bytes()?).into()),
        ElementType::Bool => Value::Bool(cursor.bytes::<1>()? != [0]),
        ElementType::U64 => Value::Unsigned(cursor.u64()?),
        ElementType::I64 => Value::Signed(i64::from_le_bytes(cursor.bytes()?)),
        ElementType::F64 => Value::Float(f64::from_le_bytes(cursor.bytes()?)),
        ElementType::Text => Value::Text(String::from_utf8_lossy(&cursor.string()?).into_owned()),
    })
}

fn array<R: Read + Seek>(cursor: &mut Cursor<R>, key: &str, kept: &mut Kept) -> Result<Array, GgufError> {
    let element = element_type(key, cursor.u32()?)?;
    let count = cursor.u64()?;
    let offset = cursor.position();
    let Some(element_bytes) = element.bytes() else {
        // Every string takes at least its length's eight bytes, so the header's limit bounds the time this takes.
        cursor.skip_strings(count)?;
        return Ok(Array { element, count, offset, numbers: None });
    };
    let numbers = if count <= MAX_KEPT_ELEMENTS && kept.elements + count <= MAX_KEPT_ELEMENTS_TOTAL {
        kept.elements += count;
        Some((0..count).map(|_| scalar(cursor, element)).collect::<Result<Vec<_>, _>>()?)
    } else {
        cursor.skip(count.saturating_mul(element_bytes))?;
        None
    };
    Ok(Array { element, count, offset, numbers })
}

impl ElementType {
    /// Size of an element; `None` for texts, each of which has its own.
    fn bytes(self) -> Option<u64> {
        match self {
            Self::U8 | Self::I8 | Self::Bool => Some(1),
            Self::U16 | Self::I16 => Some(2),
            Self::U32 | Self::I32 | Self::F32 => Some(4),
            Self::U64 | Self::I64 | Self::F64 => Some(8),
            Self::Text => None,
        }
    }
}
