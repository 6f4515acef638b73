//! The musical time of a block.

use std::ops::RangeInclusive;

use crate::layout::command;
use crate::memory::{Memory, load_u64, store_u64};

/// The tempi that a block can have, in beats per minute.
pub const TEMPI: RangeInclusive<f64> = 20.0..=999.0;

/// Where a block is in the music: what a plugin host calls the transport. The default is what there is where nothing
/// tells the time: no tempo, not playing, position 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BlockTime {
    /// In beats per minute, in [`TEMPI`].
    pub tempo: Option<f64>,
    /// Of the first frame, in frames from the first bar on.
    pub position: i64,
    /// Whether the position advances with the frames.
    pub playing: bool,
}

impl BlockTime {
    /// Writes all but `playing`, which is a flag, into the command line at `slot`.
    pub(crate) fn write<M: Memory>(&self, memory: &M, slot: usize) {
        let [position, tempo] = [self.position.to_le_bytes(), self.tempo.unwrap_or(0.0).to_le_bytes()];
        store_u64(memory, slot + command::POSITION, u64::from_le_bytes(position));
        store_u64(memory, slot + command::TEMPO, u64::from_le_bytes(tempo));
    }

    /// Reads it, and clamps it: a tempo out of range is none, and a position below 0 is 0.
    pub(crate) fn read<M: Memory>(memory: &M, slot: usize, playing: bool) -> Self {
        let bytes = |offset| load_u64(memory, slot + offset).to_le_bytes();
        let tempo = f64::from_le_bytes(bytes(command::TEMPO));
        Self {
            // NaN is in no range.
            tempo: Some(tempo).filter(|tempo| TEMPI.contains(tempo)),
            position: i64::from_le_bytes(bytes(command::POSITION)).max(0),
            playing,
        }
    }
}
