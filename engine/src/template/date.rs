//! Today's date, for templates that tell it to the model.

use std::{
    fmt::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::{Timestamp, fmt::strtime, tz::TimeZone};

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The person's local time in a format of `strftime`; `None` for a format that does not exist.
pub(super) fn format(seconds: i64, format: &str) -> Option<String> {
    let local = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::system());
    let mut text = String::new();
    write!(text, "{}", strtime::BrokenDownTime::from(&local).to_string(format).ok()?).ok()?;
    Some(text)
}
