//! The gzip format (RFC 1952) without compressing anything: stored blocks. A client that does not unpack it gets other
//! bytes than it asked for, which is all that matters here.

use bytes::Bytes;

const LARGEST_BLOCK: usize = 0xffff;

/// Wraps `content`.
pub(crate) fn stored(content: &[u8]) -> Bytes {
    let mut wrapped = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = content.len().div_ceil(LARGEST_BLOCK).max(1);
    for index in 0..blocks {
        let end = content.len().min((index + 1) * LARGEST_BLOCK);
        let block = &content[index * LARGEST_BLOCK..end];
        let length = u16::try_from(block.len()).expect("a block is no longer than its length can say");
        wrapped.push(u8::from(index + 1 == blocks));
        wrapped.extend_from_slice(&length.to_le_bytes());
        wrapped.extend_from_slice(&(!length).to_le_bytes());
        wrapped.extend_from_slice(block);
    }
    wrapped.extend_from_slice(&crc32(content).to_le_bytes());
    let [a, b, c, d, ..] = (content.len() as u64).to_le_bytes();
    wrapped.extend_from_slice(&[a, b, c, d]);
    wrapped.into()
}

fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_gzip_uses() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of CRC-32");
    }
}
