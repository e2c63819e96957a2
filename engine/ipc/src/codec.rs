//! Frames: four bytes of length (unsigned, little-endian) and that many bytes of JSON.
//!
//! The engine reads and writes with blocking I/O on plain threads, the app with tokio; both use the
//! same limits and the same errors.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Largest body in bytes. A conversation of several million characters fits; a wild length does not.
pub const MAX_FRAME_BYTES: u32 = 64 * 1024 * 1024;

/// Why a frame could not be read or written. After any of these the stream is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Truncated,
    /// A length above [`MAX_FRAME_BYTES`].
    #[error("a frame of {0} bytes is over the limit of {MAX_FRAME_BYTES}")]
    TooLarge(u64),
    /// Not the JSON of an expected message.
    #[error("a frame is not a message of this protocol")]
    Malformed(#[source] serde_json::Error),
    /// The pipe itself failed.
    #[error("the pipe failed")]
    Io(#[from] io::Error),
}

/// One message as the bytes of a whole frame.
pub fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, CodecError> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message).map_err(CodecError::Malformed)?;
    let length = frame.len() - 4;
    let length = u32::try_from(length)
        .ok()
        .filter(|length| *length <= MAX_FRAME_BYTES)
        .ok_or(CodecError::TooLarge(length as u64))?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

/// Reads one message; `None` at an orderly end of the stream (between two frames).
pub fn read<M: DeserializeOwned>(stream: &mut impl Read) -> Result<Option<M>, CodecError> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        match stream.read(&mut length[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(CodecError::Truncated),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let length = checked_length(length)?;
    // Grows with what really arrives: a lying length cannot make us reserve memory.
    let mut body = Vec::new();
    stream.take(u64::from(length)).read_to_end(&mut body)?;
    parse(&body, length).map(Some)
}

/// Writes one message and flushes it.
pub fn write<M: Serialize>(stream: &mut impl Write, message: &M) -> Result<(), CodecError> {
    stream.write_all(&encode(message)?)?;
    Ok(stream.flush()?)
}

/// [`read`] for tokio. Not cancel-safe: poll it to its end, in a task of its own.
pub async fn read_async<M: DeserializeOwned>(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<M>, CodecError> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        match stream.read(&mut length[filled..]).await? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(CodecError::Truncated),
            count => filled += count,
        }
    }
    let length = checked_length(length)?;
    let mut body = Vec::new();
    stream.take(u64::from(length)).read_to_end(&mut body).await?;
    parse(&body, length).map(Some)
}

/// [`write()`] for tokio.
pub async fn write_async<M: Serialize>(stream: &mut (impl AsyncWrite + Unpin), message: &M) -> Result<(), CodecError> {
    stream.write_all(&encode(message)?).await?;
    Ok(stream.flush().await?)
}

fn checked_length(bytes: [u8; 4]) -> Result<u32, CodecError> {
    let length = u32::from_le_bytes(bytes);
    if length > MAX_FRAME_BYTES { Err(CodecError::TooLarge(length.into())) } else { Ok(length) }
}

fn parse<M: DeserializeOwned>(body: &[u8], length: u32) -> Result<M, CodecError> {
    if body.len() < length as usize {
        return Err(CodecError::Truncated);
    }
    serde_json::from_slice(body).map_err(CodecError::Malformed)
}
