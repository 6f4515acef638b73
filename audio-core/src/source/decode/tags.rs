//! Tags before and after the sound: skipped, however long they are.
//!
//! Formats: ID3v2 (<https://id3.org/id3v2.4.0-structure>), ID3v1, APEv2
//! (<https://wiki.hydrogenaudio.org/index.php?title=APEv2_specification>), Lyrics3 v2 (<https://id3.org/Lyrics3v2>).

use super::part::Part;
use crate::source::error::Reason;

/// Limit on the number of tags, above that of any real file.
const MOST: usize = 16;
const ID3V2_HEADER: u64 = 10;
const ID3V1: u64 = 128;
/// Size of the block that some programs put between an ID3v1 tag and the sound.
const ENHANCED: u64 = 227;
const APE_HEADER: u64 = 32;
/// `LYRICS200` and six digits.
const LYRICS_END: u64 = 15;

/// The part after the tags at the beginning.
pub(super) fn skip_leading(part: Part) -> Result<Part, Reason> {
    let (mut start, end) = (0, part.len());
    for _ in 0..MOST {
        let length = match part.bytes_at::<10>(start) {
            Some(header) if &header[..3] == b"ID3" => id3v2_length(&header),
            _ => part
                .bytes_at::<32>(start)
                .and_then(|header| ape_length(&header))
                .map(|(items, _)| items + APE_HEADER),
        };
        let Some(length) = length else { break };
        start += length;
        if start >= end {
            return Err("its tag is as long as the file, so there is no sound behind it".into());
        }
    }
    Ok(if start == 0 { part } else { part.cut(start, end) })
}

/// The part before the tags at the end. Not for WAV files, which declare where their sound ends.
pub(super) fn cut_trailing(part: Part) -> Part {
    let whole = part.len();
    let mut end = whole;
    for _ in 0..MOST {
        match trailing_length(&part, end) {
            Some(length) if length < end => end -= length,
            _ => break,
        }
    }
    if end == whole { part } else { part.cut(0, end) }
}

fn trailing_length(part: &Part, end: u64) -> Option<u64> {
    let starts = |length: u64, with: &[u8]| {
        let mut bytes = [0; 4];
        let from = end.checked_sub(length)?;
        (part.read_at(&mut bytes[..with.len()], from) == with.len() && &bytes[..with.len()] == with)
            .then_some(length)
    };
    if let Some(length) = starts(ID3V1, b"TAG") {
        return Some(starts(ID3V1 + ENHANCED, b"TAG+").unwrap_or(length));
    }
    let before = |length: u64| end.checked_sub(length);
    if let Some(footer) = before(APE_HEADER).and_then(|at| part.bytes_at::<32>(at))
        && let Some((items, has_header)) = ape_length(&footer)
    {
        return Some(if has_header { items + APE_HEADER } else { items });
    }
    if let Some(footer) = before(ID3V2_HEADER).and_then(|at| part.bytes_at::<10>(at))
        && &footer[..3] == b"3DI"
    {
        // The length in a header counts neither the header nor the footer.
        return syncsafe(&footer).map(|length| length + 2 * ID3V2_HEADER);
    }
    let lyrics = part.bytes_at::<15>(before(LYRICS_END)?)?;
    let digits = std::str::from_utf8(&lyrics[..6]).ok()?;
    if &lyrics[6..] != b"LYRICS200" {
        None
    } else {
        digits.parse::<u64>().ok().map(|length| length + LYRICS_END)
    }
}

fn id3v2_length(header: &[u8; 10]) -> Option<u64> {
    let has_footer = header[5] & 0x10 != 0;
    let length = syncsafe(header)? + ID3V2_HEADER;
    Some(if has_footer { length + ID3V2_HEADER } else { length })
}

/// A number of seven bits per byte.
fn syncsafe(header: &[u8; 10]) -> Option<u64> {
    let bytes = &header[6..];
    bytes
        .iter()
        .all(|byte| *byte < 0x80)
        .then(|| bytes.iter().fold(0, |all, byte| (all << 7) | u64::from(*byte)))
}

/// Bytes of the items and the footer, and whether a header precedes them.
fn ape_length(block: &[u8; 32]) -> Option<(u64, bool)> {
    let word = |at: usize| u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
    (&block[..8] == b"APETAGEX").then(|| (u64::from(word(12)), word(20) & 0x8000_0000 != 0))
}
