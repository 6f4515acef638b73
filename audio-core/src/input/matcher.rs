//! Resamples the input's frames to the session's rate, by a ratio that can be changed while it runs.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, Resizable, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::config::PART_FRAMES;
use crate::number::size;

const CHANNELS: usize = 2;

/// Length of the filter in input frames; half of it is its delay. 128 with the steep window keeps aliases below −100 dB
/// up to about 0.9 of the band, for a few percent of a core.
const SINC_FRAMES: u32 = 128;

/// How far the ratio can be moved: more than the loop that moves it allows itself.
const MOST_MOVED: f64 = 1.01;

/// rubato's asynchronous sinc resampler, with a chosen number of output frames. Doesn't allocate once made.
pub(super) struct Matcher {
    resampler: Async<f32>,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Matcher {
    /// `None` if no resampler can be made for these rates (one is 0, a ratio beyond 1:256).
    pub(super) fn new(from_rate: u32, to_rate: u32) -> Option<Self> {
        if from_rate == 0 || to_rate == 0 || from_rate.max(to_rate) / from_rate.min(to_rate) > 256 {
            return None;
        }
        let parameters = SincInterpolationParameters {
            sinc_len: size(SINC_FRAMES),
            f_cutoff: None,
            oversampling_factor: 256,
            interpolation: SincInterpolationType::Quadratic,
            window: WindowFunction::BlackmanHarris2,
        };
        let ratio = f64::from(to_rate) / f64::from(from_rate);
        let most = PART_FRAMES;
        let resampler =
            Async::new_sinc(ratio, MOST_MOVED, &parameters, most, CHANNELS, FixedAsync::Output).ok()?;
        let input = vec![0.0; resampler.input_frames_max() * CHANNELS];
        Some(Self { resampler, input, output: vec![0.0; most * CHANNELS] })
    }

    /// Input frames needed for the next `frames` output frames, which are at most [`PART_FRAMES`].
    pub(super) fn needs(&mut self, frames: usize) -> usize {
        // Refuses only 0 frames, which are never requested, and more than there is room for.
        let _ = self.resampler.set_chunk_size(frames);
        self.resampler.input_frames_next()
    }

    /// Sets the ratio of output to input frames to this share of the nominal one, reached in the course of the next
    /// run.
    pub(super) fn move_ratio(&mut self, share: f64) {
        // The loop's own bounds are narrower than the ones checked here.
        let _ = self.resampler.set_resample_ratio_relative(share, true);
    }

    /// Fills one block from `frames`, which has as many frames as [`needs`](Self::needs) returned for its length.
    pub(super) fn fill(
        &mut self,
        frames: impl Iterator<Item = [f32; 2]>,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        for (slot, frame) in self.input.chunks_exact_mut(CHANNELS).zip(frames) {
            slot.copy_from_slice(&frame);
        }
        let (from, to) = (self.input.len() / CHANNELS, self.output.len() / CHANNELS);
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(&self.input[..], CHANNELS, from),
            InterleavedSlice::new_mut(&mut self.output[..], CHANNELS, to),
        ) else {
            return;
        };
        let made = self.resampler.process_into_buffer(&input, &mut output, None).map_or(0, |(_, made)| made);
        let frames = self.output[..made * CHANNELS].chunks_exact(CHANNELS);
        for ((left, right), frame) in left.iter_mut().zip(right).zip(frames) {
            [*left, *right] = [frame[0], frame[1]];
        }
    }

    /// The filter's own delay, in input frames.
    pub(super) fn delay_frames(&self) -> u32 {
        SINC_FRAMES / 2
    }

    /// Output frames per input frame at present.
    pub(super) fn ratio(&self) -> f64 {
        self.resampler.resample_ratio()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::count32;

    #[test]
    fn rates_that_nobody_has_are_refused() {
        assert!(Matcher::new(0, 48_000).is_none() && Matcher::new(100, 48_000).is_none());
    }

    #[test]
    fn every_block_size_takes_what_it_said() {
        for (from, to) in [(16_000, 48_000), (48_000, 48_000), (96_000, 44_100)] {
            let mut matcher = Matcher::new(from, to).expect("the rates are ordinary");
            let (mut taken, mut made) = (0, 0_u32);
            for frames in [1, 3, 64, 1, 4096, 1000, 1, 1, 2] {
                let needed = matcher.needs(frames);
                let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
                let mut given = 0;
                let source = std::iter::repeat_with(|| {
                    given += 1;
                    [0.5, -0.5]
                });
                matcher.fill(source.take(needed), &mut left, &mut right);
                assert!(left.iter().chain(&right).all(|value| value.abs() < 1.0), "{from} {to} {frames}");
                assert!(given <= needed);
                taken += count32(needed);
                made += count32(frames);
            }
            let expected = f64::from(made) * f64::from(from) / f64::from(to);
            assert!((f64::from(taken) - expected).abs() < 130.0, "{from} {to}: {taken}, {expected}");
        }
    }
}
