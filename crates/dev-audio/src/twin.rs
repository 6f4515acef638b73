//! A second chain in the same process, by which `wavecraft check` sees whether processors share state.

use wavecraft::Transport;
use wavecraft_ring::Geometry;

use crate::chain::Chain;

/// After so many blocks it is reset: what it does to the first chain then is heard in that.
const BLOCKS_TO_RESET: u32 = 8;

/// The level of its noise, as a factor of full scale.
const LEVEL: f32 = 0.25;

/// It processes noise of its own, with its parameters at their defaults.
pub(crate) struct Twin {
    chain: Chain,
    samples: Vec<f32>,
    /// Samples of a channel.
    room: usize,
    noise: u32,
    blocks: u32,
}

impl Twin {
    /// With room for blocks of this geometry. The chain is prepared.
    pub(crate) fn new(chain: Chain, geometry: Geometry) -> Self {
        let size = |count: u32| usize::try_from(count).unwrap_or(0);
        let (room, channels) = (size(geometry.max_frames()), size(geometry.inputs().max(geometry.outputs())));
        Self { chain, samples: vec![0.0; room * channels], room, noise: 1, blocks: 0 }
    }

    /// For another rate, in Hz.
    pub(crate) fn prepare(&mut self, sample_rate: f32) {
        self.chain.prepare(sample_rate);
    }

    /// Processes as many frames as the first chain's block has. Allocates nothing.
    pub(crate) fn process(&mut self, frames: usize, transport: &Transport) {
        self.blocks = self.blocks.wrapping_add(1);
        if self.blocks.is_multiple_of(BLOCKS_TO_RESET) {
            self.chain.reset();
        }
        let Self { chain, samples, room, noise, .. } = self;
        let mut channels: [&mut [f32]; MOST_CHANNELS] = Default::default();
        let mut count = 0;
        for (channel, own) in channels.iter_mut().zip(samples.chunks_exact_mut((*room).max(1))) {
            *channel = &mut own[..frames.min(*room)];
            channel.iter_mut().for_each(|sample| *sample = LEVEL * next(noise));
            count += 1;
        }
        chain.process(&mut channels[..count], transport);
    }
}

/// As many channels as the segment has at most.
const MOST_CHANNELS: usize = wavecraft_ring::MAX_CHANNELS as usize;

/// The next value, −1 to 1 (xorshift32: G. Marsaglia, "Xorshift RNGs", 2003).
fn next(state: &mut u32) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    let high = u16::try_from(*state >> 16).unwrap_or(0);
    f32::from(high) / 32_767.5 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_spread_over_its_range() {
        let mut state = 1;
        let values: Vec<f32> = (0..10_000).map(|_| next(&mut state)).collect();
        assert!(values.iter().all(|value| (-1.0..=1.0).contains(value)));
        let mean = values.iter().sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 0.05, "{mean}");
    }
}
