//! Errors as the log of the app is told them.

use std::{error::Error, fmt::Write as _};

/// An error and what caused it, on one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        // Writing to a String does not fail.
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}
