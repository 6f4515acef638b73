//! Length-prefixed JSON: a little-endian `u32` with the number of bytes that follow, then that many bytes of JSON.

use serde::{Serialize, de::DeserializeOwned};

/// The largest message, in bytes without its prefix: a full set of 1,024 parameters with long names fits into it.
pub const MAX_BYTES: usize = 1 << 20;

/// Why a stream of messages can't be read further. The message boundary is lost: close the stream.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The prefix gives a length over [`MAX_BYTES`].
    #[error("a message of {0} bytes is over the limit of {MAX_BYTES}")]
    TooLong(usize),
    /// The bytes are not the JSON of a known message.
    #[error("not a message of this protocol: {0}")]
    NotAMessage(#[from] serde_json::Error),
}

/// Encodes a message with its prefix, ready to be written.
///
/// # Errors
/// [`FrameError::TooLong`], or a `Serialize` that fails (none in this crate does).
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= MAX_BYTES);
    let length = length.ok_or(FrameError::TooLong(body.len()))?;
    Ok([&length.to_le_bytes()[..], &body].concat())
}

/// Takes bytes as they arrive and returns whole messages.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    /// Appends bytes read from the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, or `None` until more bytes are pushed.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn next_message<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let Some((prefix, rest)) = self.bytes.split_first_chunk::<4>() else { return Ok(None) };
        let length = usize::try_from(u32::from_le_bytes(*prefix)).unwrap_or(usize::MAX);
        if length > MAX_BYTES {
            return Err(FrameError::TooLong(length));
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let message = serde_json::from_slice(body)?;
        self.bytes.drain(..4 + length);
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_whole_however_the_bytes_arrive() {
        let stream = [encode(&"first").unwrap(), encode(&"second").unwrap()].concat();
        let mut decoder = Decoder::default();
        let mut seen = Vec::new();
        for byte in stream {
            decoder.push(&[byte]);
            while let Some(message) = decoder.next_message::<String>().unwrap() {
                seen.push(message);
            }
        }
        assert_eq!(seen, ["first", "second"]);
    }

    #[test]
    fn a_lying_prefix_is_refused_before_its_bytes_are_awaited() {
        let mut decoder = Decoder::default();
        decoder.push(&u32::MAX.to_le_bytes());
        assert!(matches!(decoder.next_message::<String>(), Err(FrameError::TooLong(_))));
        assert!(matches!(encode(&"x".repeat(MAX_BYTES)), Err(FrameError::TooLong(_))));
    }

    #[test]
    fn garbage_is_an_error() {
        let mut decoder = Decoder::default();
        decoder.push(&[1, 0, 0, 0, b'{']);
        assert!(matches!(decoder.next_message::<String>(), Err(FrameError::NotAMessage(_))));
    }
}
