//! The samples of one block, where processors work on them.

use std::hint::black_box;

use wavecraft_ring::{ChildBlock, Geometry, MAX_CHANNELS};

use crate::resident;

const MOST_CHANNELS: usize = index(MAX_CHANNELS);

/// Room for the longest block, channel after channel, with the block that is in it.
pub(crate) struct Buffer {
    samples: Vec<f32>,
    geometry: Geometry,
    frames: usize,
}

impl Buffer {
    /// As many channels as the larger side has. Every page is written to, so that none is missing later.
    pub(crate) fn new(geometry: Geometry) -> Self {
        let channels = index(geometry.inputs().max(geometry.outputs()));
        let mut samples = vec![0.0; index(geometry.max_frames()) * channels];
        // The compiler would otherwise leave it at the untouched pages of a fresh allocation.
        black_box(&mut samples[..]).fill(0.0);
        resident::keep(&samples);
        Self { samples, geometry, frames: 0 }
    }

    /// Takes a block's input. One channel goes to all; otherwise channels beyond the inputs are silent.
    pub(crate) fn read(&mut self, block: &ChildBlock<'_>) {
        self.frames = index(block.frames());
        let inputs = self.geometry.inputs();
        self.with(|channels| {
            for (channel, samples) in (0..).zip(channels) {
                match inputs {
                    1 => block.read_input(0, samples),
                    _ if channel < inputs => block.read_input(channel, samples),
                    _ => samples.fill(0.0),
                }
            }
        });
    }

    /// Gives a block its output.
    pub(crate) fn write(&mut self, block: &mut ChildBlock<'_>) {
        self.with_outputs(|channels| {
            for (channel, samples) in (0..).zip(channels) {
                block.write_output(channel, samples);
            }
        });
    }

    /// Samples of the output that are NaN or infinite.
    pub(crate) fn count_nonfinite(&mut self) -> u32 {
        let count =
            |samples: &&mut [f32]| samples.iter().map(|sample| u32::from(!sample.is_finite())).sum::<u32>();
        self.with_outputs(|channels| channels.iter().map(count).sum())
    }

    /// Calls `work` with every channel of the block.
    pub(crate) fn with<T>(&mut self, work: impl FnOnce(&mut [&mut [f32]]) -> T) -> T {
        let frames = self.frames;
        let mut channels: [&mut [f32]; MOST_CHANNELS] = Default::default();
        let mut count = 0;
        let rooms = self.samples.chunks_exact_mut(index(self.geometry.max_frames()));
        for (channel, room) in channels.iter_mut().zip(rooms) {
            *channel = &mut room[..frames];
            count += 1;
        }
        work(&mut channels[..count])
    }

    fn with_outputs<T>(&mut self, work: impl FnOnce(&mut [&mut [f32]]) -> T) -> T {
        let outputs = index(self.geometry.outputs());
        self.with(|channels| work(&mut channels[..outputs]))
    }
}

/// A count of the segment as an index: lossless on every system that we build for.
const fn index(count: u32) -> usize {
    count as usize
}
