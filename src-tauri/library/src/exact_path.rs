//! Paths in journals, exactly as they are: a file's name need not be UTF-8, but JSON's texts must.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    /// Bytes on Unix, UTF-16 on Windows.
    Units(Vec<u16>),
}

pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    let written = path.to_str().map_or_else(|| Written::Units(units(path)), |text| Written::Text(text.to_owned()));
    written.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Text(text) => Ok(text.into()),
        Written::Units(units) => of_units(&units).ok_or_else(|| serde::de::Error::custom("not a path of this system")),
    }
}

#[cfg(unix)]
fn units(path: &Path) -> Vec<u16> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().iter().map(|byte| u16::from(*byte)).collect()
}

#[cfg(unix)]
fn of_units(units: &[u16]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = units.iter().map(|unit| u8::try_from(*unit).ok()).collect::<Option<Vec<_>>>()?;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(windows)]
fn units(path: &Path) -> Vec<u16> {
    use std::os::windows::ffi::OsStrExt;
    path.as_os_str().encode_wide().collect()
}

#[cfg(windows)]
fn of_units(units: &[u16]) -> Option<PathBuf> {
    use std::os::windows::ffi::OsStringExt;
    Some(std::ffi::OsString::from_wide(units).into())
}
