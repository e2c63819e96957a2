//! The `Range` header of one part, as RFC 9110 (section 14) reads it.

use std::ops::Range;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// No range, several, or one that is not understood: such a header is ignored.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// A range that begins behind the end.
    Beyond,
}

/// Reads the header of a request for something of `size_bytes`.
pub(crate) fn parse(header: Option<&str>, size_bytes: u64) -> Wanted {
    let Some((first, last)) =
        header.and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Wanted::Whole;
    };
    match (first.trim(), last.trim()) {
        ("", last) => match last.parse::<u64>() {
            Ok(0) => Wanted::Beyond,
            Ok(_) if size_bytes == 0 => Wanted::Beyond,
            Ok(count) => Wanted::Part(size_bytes.saturating_sub(count)..size_bytes),
            Err(_) => Wanted::Whole,
        },
        (first, last) => {
            let Ok(first) = first.parse::<u64>() else { return Wanted::Whole };
            let last = if last.is_empty() { Some(u64::MAX) } else { last.parse::<u64>().ok() };
            match last {
                Some(last) if last < first => Wanted::Whole,
                Some(_) if first >= size_bytes => Wanted::Beyond,
                Some(last) => Wanted::Part(first..last.saturating_add(1).min(size_bytes)),
                None => Wanted::Whole,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let cases = [
            (None, Wanted::Whole),
            (Some("bytes=0-0"), Wanted::Part(0..1)),
            (Some("bytes=10-19"), Wanted::Part(10..20)),
            (Some("bytes=90-"), Wanted::Part(90..100)),
            (Some("bytes=90-1000"), Wanted::Part(90..100)),
            (Some("bytes=-10"), Wanted::Part(90..100)),
            (Some("bytes=-1000"), Wanted::Part(0..100)),
            (Some("bytes=100-"), Wanted::Beyond),
            (Some("bytes=-0"), Wanted::Beyond),
            (Some("bytes=19-10"), Wanted::Whole),
            (Some("bytes=0-1,5-6"), Wanted::Whole),
            (Some("lines=1-2"), Wanted::Whole),
        ];
        for (header, wanted) in cases {
            assert_eq!(parse(header, 100), wanted, "{header:?} of 100 bytes");
        }
    }
}
