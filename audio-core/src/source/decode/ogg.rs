//! Preparation of an Ogg file before it is decoded (RFC 3533).

use super::part::Part;
use crate::number::position;

/// The longest page: 27 bytes, a table of 255 lengths, and 255 bytes for each of them.
const LONGEST_PAGE: u64 = 27 + 255 + 255 * 255;
const HEADER: usize = 27;
const LAST_PAGE: u8 = 0x04;
const CHECKSUM_AT: usize = 22;

/// The name, with its article, of a codec other than Vorbis.
pub(super) fn other_codec(part: &Part) -> Option<&'static str> {
    let start = part.first_bytes();
    let packet = start.get(HEADER + usize::from(start[26])..)?;
    [
        (&b"OpusHead"[..], "an Ogg Opus file"),
        (b"Speex   ", "an Ogg Speex file"),
        (b"\x80theora", "an Ogg video"),
    ]
    .into_iter()
    .find_map(|(mark, name)| packet.starts_with(mark).then_some(name))
}

/// Repairs a file that was cut off within a page, keeping the complete packets of that page. The page's checksum covers
/// the missing bytes too, so a decoder would skip the page, and a short file may have no other.
pub(super) fn mended(part: Part) -> Part {
    let from = part.len().saturating_sub(LONGEST_PAGE);
    let mut end = vec![0; usize::try_from(part.len() - from).unwrap_or(0)];
    let count = part.read_at(&mut end, from);
    let bytes = &end[..count];
    let Some(at) = bytes.windows(4).rposition(|window| window == b"OggS") else { return part };
    match whole_packets(&bytes[at..]) {
        Some(page) => part.cut(0, from + position(at)).with_tail(page),
        None => part,
    }
}

/// The page rebuilt with its complete packets; `None` if nothing is missing.
fn whole_packets(page: &[u8]) -> Option<Vec<u8>> {
    let header = page.get(..HEADER)?;
    let lengths = page.get(HEADER..HEADER + usize::from(header[26]))?;
    let body = &page[HEADER + lengths.len()..];
    if lengths.iter().map(|length| usize::from(*length)).sum::<usize>() <= body.len() {
        return None;
    }
    // A packet ends with the first length below 255.
    let (mut taken, mut kept, mut kept_bytes) = (0, 0, 0);
    for (index, length) in lengths.iter().enumerate() {
        taken += usize::from(*length);
        if taken > body.len() {
            break;
        }
        if *length < 255 {
            (kept, kept_bytes) = (index + 1, taken);
        }
    }
    let mut made = [header, &lengths[..kept], &body[..kept_bytes]].concat();
    made[5] |= LAST_PAGE;
    made[26] = u8::try_from(kept).unwrap_or(u8::MAX);
    made[CHECKSUM_AT..CHECKSUM_AT + 4].fill(0);
    let checksum = checksum(&made);
    made[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&checksum.to_le_bytes());
    Some(made)
}

/// CRC-32 of Ogg: polynomial 0x04C11DB7, initial value 0, neither reflected nor inverted.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |checksum: u32, byte| {
        (0..8).fold(checksum ^ (u32::from(*byte) << 24), |value, _| {
            if value & 0x8000_0000 == 0 { value << 1 } else { (value << 1) ^ 0x04C1_1DB7 }
        })
    })
}
