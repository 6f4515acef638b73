//! Reads the samples of a WAV file, piece by piece.

use super::part::Part;
use super::riff::Layout;
use crate::number::position;
use crate::source::error::Reason;

/// Approximate number of bytes read at once.
const PIECE: usize = 1 << 16;

pub(super) struct Wav {
    part: Part,
    layout: Layout,
    next: u64,
    bytes: Vec<u8>,
}

impl Wav {
    pub(super) fn new(part: Part, layout: Layout) -> Self {
        let frames = (PIECE / layout.frame_bytes()).max(1);
        Self { part, layout, next: layout.start, bytes: vec![0; frames * layout.frame_bytes()] }
    }

    pub(super) fn sample_rate(&self) -> u32 {
        self.layout.sample_rate
    }

    pub(super) fn channels(&self) -> usize {
        self.layout.channels
    }

    pub(super) fn total_frames(&self) -> u64 {
        (self.layout.end - self.layout.start) / position(self.layout.frame_bytes())
    }

    /// Frames that the header declares but the file doesn't have.
    pub(super) fn missing_frames(&self) -> u64 {
        self.layout.missing / position(self.layout.frame_bytes())
    }

    /// Appends the next frames, whole ones only; none at the end.
    pub(super) fn next(&mut self, frames: &mut Vec<[f32; 2]>) -> Result<(), Reason> {
        let Layout { coding, channels, sample_bytes, big_endian, end, .. } = self.layout;
        let left = usize::try_from(end - self.next).unwrap_or(usize::MAX);
        let most = self.bytes.len().min(left);
        let bytes = &mut self.bytes[..most];
        let count = self.part.read_at(bytes, self.next);
        let mut sample = |bytes: &[u8]| {
            if !big_endian {
                return coding.decode(bytes);
            }
            let mut turned = [0; 8];
            turned[..bytes.len()].copy_from_slice(bytes);
            turned[..bytes.len()].reverse();
            coding.decode(&turned[..bytes.len()])
        };
        let whole = bytes[..count].chunks_exact(sample_bytes * channels);
        self.next += position(count - whole.remainder().len());
        frames.extend(whole.map(|frame| {
            let left = sample(&frame[..sample_bytes]);
            let right = frame.get(sample_bytes..2 * sample_bytes);
            [left, right.map_or(left, &mut sample)]
        }));
        Ok(())
    }
}
