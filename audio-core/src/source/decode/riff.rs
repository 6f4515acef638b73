//! Finds the samples of a WAV file and how they are coded: RIFF and its relatives.
//!
//! Programs often leave sizes wrong (a recorder that was killed or writes into a pipe doesn't know them), so the file's
//! own length decides: all samples that are there are read. Formats: Microsoft's *Multimedia Programming Interface and
//! Data Specifications 1.0* and `mmreg.h`, EBU Tech 3306 (RF64), ITU-R BS.2088 (BW64), Sony's Wave64.

use super::part::Part;
use super::pcm::Coding;
use crate::source::error::Reason;

/// Limit on the number of chunks, above that of any real file: ends the search in a file full of empty ones.
const MOST_CHUNKS: usize = 10_000;
/// Sizes of at least this mean "not known yet".
const UNKNOWN_SIZE: u64 = 0x7FFF_0000;
/// The rest of a coding's GUID after its first two bytes, which are the format tag.
const GUID: [u8; 14] = *b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71";
const AMBISONIC_GUID: [u8; 14] = *b"\x00\x00\x21\x07\xD3\x11\x86\x44\xC8\xC1\xCA\x00\x00\x00";
const WAVE64: [u8; 16] = *b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
const WAVE64_FORM: [u8; 16] = *b"wave\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const U_LAW: u16 = 7;
const MPEG: u16 = 0x50;
const MP3: u16 = 0x55;
const EXTENSIBLE: u16 = 0xFFFE;

/// How samples are laid out in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub coding: Coding,
    /// Number of channels, at least 1.
    pub channels: usize,
    /// Rate in Hz.
    pub sample_rate: u32,
    /// Bytes per sample.
    pub sample_bytes: usize,
    /// Whether the most significant byte of each sample is first.
    pub big_endian: bool,
    /// Start and end of the samples in the file, in bytes.
    pub start: u64,
    pub end: u64,
    /// Bytes that the header declares beyond the end.
    pub missing: u64,
}

impl Layout {
    /// Bytes per frame.
    pub(super) fn frame_bytes(&self) -> usize {
        self.sample_bytes * self.channels
    }
}

/// The contents of a WAV file.
#[derive(Debug)]
pub(super) enum Found {
    Samples(Layout),
    /// A whole MP3 file.
    Mpeg {
        start: u64,
        end: u64,
    },
}

pub(super) fn is_wave(start: &[u8; 64]) -> bool {
    let riff = matches!(&start[..4], b"RIFF" | b"RIFX" | b"RF64" | b"BW64") && &start[8..12] == b"WAVE";
    riff || (start[..16] == WAVE64 && start[24..40] == WAVE64_FORM)
}

pub(super) fn read(part: &Part) -> Result<Found, Reason> {
    let mut chunks = Chunks::new(part);
    let (mut format, mut data, mut long_size) = (None, None, None);
    for _ in 0..MOST_CHUNKS {
        if format.is_some() && data.is_some() {
            break;
        }
        let Some(chunk) = chunks.next() else { break };
        match &chunk.id {
            b"fmt " if format.is_none() => format = Some(Format::read(part, &chunk, chunks.big_endian)?),
            b"ds64" => long_size = part.bytes_at::<8>(chunk.start + 8).map(u64::from_le_bytes),
            b"data" if data.is_none() => data = Some(chunks.extent(&chunk, long_size)),
            _ => {}
        }
    }
    let Some((start, end, missing)) = data else {
        return Err("it ends before its sound begins (there is no `data` chunk)".into());
    };
    let format = format.ok_or("nothing says how its sound is coded (there is no `fmt ` chunk)")?;
    format.found(start, end, missing, chunks.big_endian)
}

struct Chunk {
    id: [u8; 4],
    /// Where its contents begin.
    start: u64,
    /// The declared size of its contents in bytes.
    size: u64,
}

/// Walks from chunk to chunk.
struct Chunks<'a> {
    part: &'a Part,
    big_endian: bool,
    wave64: bool,
    next: u64,
}

impl<'a> Chunks<'a> {
    fn new(part: &'a Part) -> Self {
        let start = part.first_bytes();
        let wave64 = start[..16] == WAVE64;
        Self { part, big_endian: &start[..4] == b"RIFX", wave64, next: if wave64 { 40 } else { 12 } }
    }

    fn next(&mut self) -> Option<Chunk> {
        let (id, start, size) = if self.wave64 {
            let header = self.part.bytes_at::<24>(self.next)?;
            let size = u64::from_le_bytes(*header.last_chunk()?);
            // The declared size includes the header.
            (*header.first_chunk()?, self.next + 24, size.checked_sub(24)?)
        } else {
            let header = self.part.bytes_at::<8>(self.next)?;
            let size = word(*header.last_chunk()?, self.big_endian);
            (*header.first_chunk()?, self.next + 8, u64::from(size))
        };
        let end = start.checked_add(size)?;
        self.next = if self.wave64 {
            end.checked_next_multiple_of(8)?
        } else if size % 2 == 1 && self.is_padded(end) {
            end.checked_add(1)?
        } else {
            end
        };
        Some(Chunk { id, start, size })
    }

    /// Whether the chunk is padded: a chunk of odd size is followed by an uncounted byte, which some programs forget.
    fn is_padded(&self, end: u64) -> bool {
        let next = self.part.bytes_at::<4>(end);
        !next.is_some_and(|id| matches!(&id, b"fmt " | b"data" | b"fact" | b"LIST"))
    }

    /// Start and end of the samples, and the number of missing bytes.
    fn extent(&self, chunk: &Chunk, long_size: Option<u64>) -> (u64, u64, u64) {
        let there = self.part.len().saturating_sub(chunk.start);
        let unknown =
            !self.wave64 && (chunk.size >= UNKNOWN_SIZE || (chunk.size == 0 && !self.goes_on(chunk)));
        let told = match long_size {
            Some(size) if chunk.size == u64::from(u32::MAX) && size > 0 => size,
            // Unknown, unless the file really is that long.
            _ if unknown && (chunk.size == 0 || chunk.size > there) => there,
            _ => chunk.size,
        };
        let taken = told.min(there);
        (chunk.start, chunk.start + taken, told - taken)
    }

    /// Whether a chunk of size 0 is followed by another chunk, or by nothing.
    fn goes_on(&self, chunk: &Chunk) -> bool {
        let Some(header) = self.part.bytes_at::<8>(chunk.start) else { return true };
        let (id, size) = header.split_at(4);
        let size = size.first_chunk().map_or(u32::MAX, |size| word(*size, self.big_endian));
        let left = self.part.len().saturating_sub(chunk.start + 8);
        id.iter().all(|byte| (b' '..=b'~').contains(byte)) && u64::from(size) <= left
    }
}

/// The contents of the `fmt ` chunk.
struct Format {
    /// The coding's tag; for an extensible format, the one in its GUID.
    tag: u16,
    channels: u16,
    sample_rate: u32,
    frame_bytes: u16,
    bits: u16,
}

impl Format {
    fn read(part: &Part, chunk: &Chunk, big_endian: bool) -> Result<Self, Reason> {
        let too_short = || Reason::from("its header is cut off");
        let mut bytes = [0; 40];
        let length = usize::try_from(chunk.size).unwrap_or(usize::MAX).min(40);
        if length < 16 || part.read_at(&mut bytes[..length], chunk.start) < length {
            return Err(too_short());
        }
        let half =
            |at: usize| if big_endian { [bytes[at + 1], bytes[at]] } else { [bytes[at], bytes[at + 1]] };
        let half = |at: usize| u16::from_le_bytes(half(at));
        let mut tag = half(0);
        if tag == EXTENSIBLE {
            if length < 40 {
                return Err(too_short());
            }
            if bytes[26..] != GUID && bytes[26..] != AMBISONIC_GUID {
                return Err("its samples are in a coding that isn't known".into());
            }
            tag = u16::from_le_bytes([bytes[24], bytes[25]]);
        }
        let rate = [bytes[4], bytes[5], bytes[6], bytes[7]];
        Ok(Self {
            tag,
            channels: half(2),
            sample_rate: word(rate, big_endian),
            frame_bytes: half(12),
            bits: half(14),
        })
    }

    fn found(&self, start: u64, end: u64, missing: u64, big_endian: bool) -> Result<Found, Reason> {
        let (coding, sample_bytes) = match (self.tag, self.bits) {
            (PCM, bits @ 1..=32) => (Coding::Integer, self.integer_bytes(bits)),
            (FLOAT, 32) => (Coding::Float, 4),
            (FLOAT, 64) => (Coding::Float, 8),
            (A_LAW, _) => (Coding::ALaw, 1),
            (U_LAW, _) => (Coding::ULaw, 1),
            (MPEG | MP3, _) => return Ok(Found::Mpeg { start, end }),
            (PCM | FLOAT, bits) => {
                let kind = if self.tag == PCM { "integer" } else { "floating-point" };
                return Err(format!("its samples are {kind} numbers of {bits} bits"));
            }
            (tag, _) => return Err(format!("its sound is coded as {}", coding_name(tag))),
        };
        if self.channels == 0 {
            return Err("it has no channels".into());
        }
        Ok(Found::Samples(Layout {
            coding,
            channels: self.channels.into(),
            sample_rate: self.sample_rate,
            sample_bytes,
            big_endian,
            start,
            end,
            missing,
        }))
    }

    /// The fewest bytes that hold the bits. Samples of 17 to 24 bits may take four; the frame's size tells.
    fn integer_bytes(&self, bits: u16) -> usize {
        let fewest = bits.div_ceil(8);
        let in_four = fewest == 3 && self.frame_bytes == self.channels.saturating_mul(4);
        if in_four { 4 } else { fewest.into() }
    }
}

fn word(bytes: [u8; 4], big_endian: bool) -> u32 {
    if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

/// The common name of a coding.
fn coding_name(tag: u16) -> String {
    let name = match tag {
        0x0002 => "Microsoft ADPCM",
        0x0011 => "IMA ADPCM",
        0x0014 | 0x0040 | 0x0045 | 0x0064 => "G.72x ADPCM",
        0x0031 => "GSM 6.10",
        0x00FF | 0x1600 | 0x1602 | 0x1610 => "AAC",
        0x0092 | 0x2000 => "AC-3",
        0x2001 => "DTS",
        0x0160..=0x0163 => "Windows Media Audio",
        0x566F | 0x674F..=0x6751 | 0x676F..=0x6771 => "Vorbis",
        0xF1AC => "FLAC in WAV",
        _ => return format!("number {tag:#06x}, which isn't known"),
    };
    name.into()
}
