//! Reads numbers and parts of byte slices that may be cut off anywhere.

use anyhow::Context;
use std::ops::Range;

/// The big-endian number in the four bytes at `at`.
pub(crate) fn number(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    let end = at.checked_add(4).context("an offset is too large")?;
    let four = part(bytes, at..end)?;
    Ok(u32::from_be_bytes(four.try_into()?))
}

/// The little-endian number in the four bytes at `at`.
pub(crate) fn little(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    Ok(number(bytes, at)?.swap_bytes())
}

/// Like [`number`], as an offset or a length.
pub(crate) fn offset(bytes: &[u8], at: usize) -> anyhow::Result<usize> {
    Ok(usize::try_from(number(bytes, at)?)?)
}

/// The bytes of a range.
pub(crate) fn part(bytes: &[u8], range: Range<usize>) -> anyhow::Result<&[u8]> {
    bytes.get(range).context("it is cut off")
}

/// The text at `at`, up to its terminating zero.
pub(crate) fn text(bytes: &[u8], at: usize) -> anyhow::Result<&str> {
    let rest = part(bytes, at..bytes.len())?;
    let end = rest.iter().position(|byte| *byte == 0).context("a text has no end")?;
    Ok(std::str::from_utf8(&rest[..end])?)
}

/// Whether `needle` occurs in `hay`.
pub(crate) fn holds(hay: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && hay.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_is_an_error() {
        assert_eq!(number(&[0, 0, 1, 2], 0).expect("four bytes"), 258);
        assert_eq!(little(&[2, 1, 0, 0], 0).expect("four bytes"), 258);
        assert!(number(&[0, 0, 1], 0).is_err());
        assert!(number(&[0; 8], usize::MAX).is_err());
        assert_eq!(text(b"..name\0", 2).expect("it ends"), "name");
        assert!(text(b"name", 0).is_err());
        assert!(text(b"name\0", 9).is_err());
    }

    #[test]
    fn a_needle_is_found_anywhere() {
        assert!(holds(b"abc", b"bc") && holds(b"abc", b"abc"));
        assert!(!holds(b"abc", b"cd") && !holds(b"abc", b"abcd") && !holds(b"abc", b""));
    }
}
