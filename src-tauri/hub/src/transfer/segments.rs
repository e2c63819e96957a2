//! A file in pieces, and which of them are there.

use std::ops::Range;

/// Small enough that one which is lost costs little. What is asked for at once is mostly longer than one.
const LARGEST_BYTES: u64 = 16 << 20;
/// Small enough that the last ones of a small file keep all connections busy.
const SMALLEST_BYTES: u64 = 1 << 20;
/// So many in a file, as far as the limits allow.
const USUAL_COUNT: u64 = 64;

/// A segment that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentDone {
    /// Its number, from 0.
    pub segment: u32,
    /// CRC-32 (ISO 3309) of its bytes as they came: what the disk must give back.
    pub crc32: u32,
}

/// Which segments of a file are there. How a file is divided follows from its length alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    size_bytes: u64,
    segment_bytes: u64,
    done: Vec<Option<u32>>,
}

impl Segments {
    /// Of a file of which nothing is there.
    pub fn none(size_bytes: u64) -> Self {
        let segment_bytes = (size_bytes / USUAL_COUNT).clamp(SMALLEST_BYTES, LARGEST_BYTES);
        let count = usize::try_from(size_bytes.div_ceil(segment_bytes)).unwrap_or(usize::MAX);
        Self { size_bytes, segment_bytes, done: vec![None; count] }
    }

    /// Of a file of which these are there. Numbers beyond its end are left out.
    pub fn with(size_bytes: u64, done: impl IntoIterator<Item = SegmentDone>) -> Self {
        let mut segments = Self::none(size_bytes);
        for SegmentDone { segment, crc32 } in done {
            if let Some(entry) = segments.done.get_mut(index(segment)) {
                *entry = Some(crc32);
            }
        }
        segments
    }

    /// The file's length.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Length of the segments that are there.
    pub fn done_bytes(&self) -> u64 {
        self.numbers()
            .filter(|&segment| self.crc32(segment).is_some())
            .map(|segment| length(&self.range(segment)))
            .sum()
    }

    pub(super) fn numbers(&self) -> Range<u32> {
        0..u32::try_from(self.done.len()).unwrap_or(u32::MAX)
    }

    /// Where a segment's bytes are in the file.
    pub(super) fn range(&self, segment: u32) -> Range<u64> {
        let start = u64::from(segment) * self.segment_bytes;
        start..(start + self.segment_bytes).min(self.size_bytes)
    }

    /// What the bytes of a segment that is there must give.
    pub(super) fn crc32(&self, segment: u32) -> Option<u32> {
        self.done.get(index(segment)).copied().flatten()
    }

    pub(super) fn set(&mut self, segment: u32, crc32: Option<u32>) {
        if let Some(entry) = self.done.get_mut(index(segment)) {
            *entry = crc32;
        }
    }

    pub(super) fn are_complete(&self) -> bool {
        self.done.iter().all(Option::is_some)
    }
}

pub(super) fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

fn index(segment: u32) -> usize {
    usize::try_from(segment).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segments_cover_every_byte_once() {
        for size in [0, 1, SMALLEST_BYTES - 1, SMALLEST_BYTES, SMALLEST_BYTES + 1, 98_362_432, 40_000_000_001] {
            let segments = Segments::none(size);
            let mut end = 0;
            for segment in segments.numbers() {
                let range = segments.range(segment);
                assert_eq!(range.start, end, "each begins where the one before ends");
                assert!(!range.is_empty());
                end = range.end;
            }
            assert_eq!(end, size);
        }
    }

    #[test]
    fn what_a_journal_says_of_segments_that_no_file_has_is_left_out() {
        let done = [SegmentDone { segment: 1, crc32: 7 }, SegmentDone { segment: 900, crc32: 8 }];
        let segments = Segments::with(3 << 20, done);
        assert_eq!((segments.crc32(0), segments.crc32(1), segments.crc32(900)), (None, Some(7), None));
        assert_eq!(segments.done_bytes(), 1 << 20);
    }
}
