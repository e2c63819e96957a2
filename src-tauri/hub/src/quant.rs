//! How a build's numbers are stored, told by its name.
//!
//! Names are all there is before a download. They are a convention, not a format: llama.cpp's types and mixes
//! (`ggml.h`, `tools/quantize`), what publishers put before and after them, and what forks have added. So a name is
//! taken apart as far as it is known, and shown as it is where it is not.

use std::{cmp::Ordering, fmt, str::FromStr};

use crate::as_text::as_text;

/// A quantization, as its publisher calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quant {
    publisher: Option<Publisher>,
    code: String,
    family: Family,
    millibits: u32,
}

/// What stands before a quantization's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Publisher {
    /// `UD-`: Unsloth's dynamic mixes, each tensor as its weight in the answers deserves.
    UnslothDynamic,
    /// `i1-`: made with an importance matrix, where the same publisher has builds without one as well.
    Imatrix,
}

/// The kinds of storage, by what they are good at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `F16`, `BF16`, `F32`: not quantized.
    Float,
    /// `Q4_0`, `Q8_0`: one scale for each block of 32.
    Plain,
    /// `Q4_K_M`: scales of scales; quick everywhere.
    K,
    /// `IQ3_XXS`: values from a table; small for their quality, slower on processors.
    Table,
    /// `TQ1_0`, `I2_S`, `Q1_0`: for models that were trained to few values.
    Few,
    /// `MXFP4`, `NVFP4`: four-bit floating point, in which some models were trained.
    Float4,
}

/// Why a text is not the name of a quantization.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
#[error("not the name of a quantization that is known")]
pub struct QuantError;

impl Quant {
    /// The one that a file's name ends with, or contains last.
    ///
    /// A name without one may lie in a folder that has: `BF16/model.gguf`.
    pub fn of_path(path: &str) -> Option<Self> {
        let stem = |part: &str| match part.rsplit_once('.') {
            Some((stem, extension)) if extension.eq_ignore_ascii_case("gguf") => stem.to_owned(),
            _ => part.to_owned(),
        };
        let mut parts = path.rsplit('/');
        let own = parts.next().and_then(|last| Self::last_in(&stem(last)));
        own.or_else(|| parts.find_map(|folder| folder.parse().ok()))
    }

    fn last_in(stem: &str) -> Option<Self> {
        let words: Vec<&str> = stem.split(['-', '.', ' ']).collect();
        (0..words.len()).rev().find_map(|index| {
            let code = Code::at_end_of(words[index])?;
            let publisher = index.checked_sub(1).and_then(|before| Publisher::named(words[before]));
            Some(code.by(publisher))
        })
    }

    /// What stands before the name, if anything that is known does.
    pub fn publisher(&self) -> Option<Publisher> {
        self.publisher
    }

    /// The name without what stands before it: `Q4_K_XL` of `UD-Q4_K_XL`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The kind of storage.
    pub fn family(&self) -> Family {
        self.family
    }

    /// About how many bits each weight takes, over a whole model; within a tenth for models of 3 to 70 billion weights,
    /// more for smaller ones (their vocabulary weighs more, and is stored finer).
    pub fn bits_per_weight(&self) -> f64 {
        f64::from(self.millibits) / 1000.0
    }
}

impl Ord for Quant {
    /// From the smallest to the largest.
    fn cmp(&self, other: &Self) -> Ordering {
        let name =
            |quant: &Self| (quant.millibits, quant.code.clone(), quant.publisher.map(|publisher| publisher as u8));
        name(self).cmp(&name(other))
    }
}

impl PartialOrd for Quant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Quant {
    type Err = QuantError;

    /// The name alone, in whatever case: `q4_k_m`, `UD-Q4_K_XL`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (publisher, code) = match text.split_once('-') {
            Some((publisher, code)) => (Some(Publisher::named(publisher).ok_or(QuantError)?), code),
            None => (None, text),
        };
        Ok(Code::whole(code).ok_or(QuantError)?.by(publisher))
    }
}

impl fmt::Display for Quant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.publisher {
            Some(Publisher::UnslothDynamic) => write!(formatter, "UD-{}", self.code),
            Some(Publisher::Imatrix) => write!(formatter, "i1-{}", self.code),
            None => formatter.write_str(&self.code),
        }
    }
}

as_text!(Quant);

impl Publisher {
    fn named(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "UD" => Some(Self::UnslothDynamic),
            "I1" => Some(Self::Imatrix),
            _ => None,
        }
    }
}

/// A name without what stands before it.
struct Code {
    text: String,
    family: Family,
    millibits: u32,
}

impl Code {
    /// The word, or what of it follows an underscore: `model_q4_k_m`.
    fn at_end_of(word: &str) -> Option<Self> {
        let starts = word.match_indices('_').map(|(index, _)| index + 1);
        std::iter::once(0).chain(starts).find_map(|start| Self::whole(&word[start..]))
    }

    fn whole(word: &str) -> Option<Self> {
        // Longer than any; a hostile name need not be copied about.
        if word.len() > 24 || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let text = match word.to_ascii_uppercase().as_str() {
            "FP16" => "F16".to_owned(),
            "FP32" => "F32".to_owned(),
            text => text.to_owned(),
        };
        let family = family_of(&text)?;
        Some(Self { millibits: millibits_of(&text, family), text, family })
    }

    fn by(self, publisher: Option<Publisher>) -> Quant {
        Quant { publisher, code: self.text, family: self.family, millibits: self.millibits }
    }
}

fn family_of(text: &str) -> Option<Family> {
    if matches!(text, "F16" | "BF16" | "F32") {
        return Some(Family::Float);
    }
    let mut parts = text.split('_');
    let (first, second) = (parts.next()?, parts.next());
    if matches!(first, "MXFP4" | "NVFP4") {
        return Some(Family::Float4);
    }
    let (letters, number) = first.split_at(first.find(|character: char| character.is_ascii_digit())?);
    if !matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "8") || text.ends_with('_') || text.contains("__") {
        return None;
    }
    match (letters, second) {
        // "I2_S" is bitnet.cpp's; an "i1" or "I3" alone says something else.
        ("TQ", _) | ("I", Some("S")) => Some(Family::Few),
        ("IQ", Some(_)) => Some(Family::Table),
        ("Q", Some("K")) => Some(Family::K),
        ("Q", Some("0" | "1")) if matches!(number, "1" | "2") => Some(Family::Few),
        ("Q", None | Some("0" | "1" | "4" | "8")) => Some(Family::Plain),
        _ => None,
    }
}

/// Bits per weight in thousandths. The table in llama.cpp's `tools/quantize/README.md` (Llama 3.1 8B, whole files) as
/// far as it goes; the rest from the types' own sizes in `ggml-common.h`.
fn millibits_of(text: &str, family: Family) -> u32 {
    match text {
        "F32" => return 32_000,
        "F16" | "BF16" => return 16_000,
        _ => {}
    }
    let known = [
        ("IQ1_S", 2_004),
        ("IQ1_M", 2_146),
        ("IQ2_XXS", 2_382),
        ("IQ2_XS", 2_588),
        ("IQ2_S", 2_740),
        ("IQ2_M", 2_929),
        ("IQ3_XXS", 3_255),
        ("IQ3_XS", 3_498),
        ("IQ3_S", 3_661),
        ("IQ3_M", 3_763),
        ("IQ4_XS", 4_460),
        ("IQ4_NL", 4_682),
        ("Q2_K_S", 2_970),
        ("Q2_K", 3_159),
        ("Q3_K_S", 3_643),
        ("Q3_K_M", 3_996),
        ("Q3_K_L", 4_298),
        ("Q4_K_S", 4_667),
        ("Q4_K_M", 4_894),
        ("Q5_K_S", 5_570),
        ("Q5_K_M", 5_704),
        ("Q6_K", 6_563),
        ("Q4_0", 4_650),
        ("Q4_1", 5_110),
        ("Q5_0", 5_590),
        ("Q5_1", 6_060),
        ("Q8_0", 8_501),
        // Much of it is left in 16 bits.
        ("Q8_K_XL", 10_500),
        ("TQ1_0", 1_690),
        ("TQ2_0", 2_060),
        ("I2_S", 2_000),
        ("Q1_0", 1_125),
        ("Q2_0", 2_125),
        ("MXFP4", 4_250),
        ("NVFP4", 4_500),
    ];
    // The longest known name that this one begins with: `Q4_0_4_4` is a `Q4_0`, `Q4_K_XL` is none of `Q4_K_M`.
    let begins = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let (name, millibits) =
        known.into_iter().filter(|(name, _)| begins(name)).max_by_key(|(name, _)| name.len()).unwrap_or_else(|| {
            let number = text.bytes().find(u8::is_ascii_digit).map_or(0, |digit| u32::from(digit - b'0'));
            let middle = match (family, number) {
                (Family::K, 3) => 3_996,
                (Family::K, 4) => 4_894,
                (Family::K, 5) => 5_704,
                (Family::K, 8) => 8_501,
                (_, number) => number * 1000 + 500,
            };
            ("", middle)
        });
    // Larger mixes of publishers: the embedding, the output or more besides are stored finer.
    let suffix = &text[name.len()..];
    match suffix.rsplit('_').next() {
        Some("L") => millibits + 150,
        Some("XL" | "XXL") => millibits + 250,
        Some("MIXED") => millibits + 300,
        Some("S") => millibits.saturating_sub(100),
        _ => millibits,
    }
}
