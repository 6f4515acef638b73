//! One windowed Fourier transform of both channels.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::level::FLOOR_DB;
use crate::engine::history::History;
use crate::number::{real, sample};

/// A transform of a number of frames, with a Hann window; holds the buffers for one.
pub(super) struct Transform {
    transform: Arc<dyn RealToComplex<f32>>,
    /// Hann, scaled so that a full-scale sine has the magnitude 1 in its bin.
    window: Vec<f32>,
    samples: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Transform {
    pub(super) fn new(frames: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(frames);
        let window = (0..frames)
            .map(|frame| {
                let phase = std::f64::consts::TAU * real(frame) / real(frames);
                // Half of a sine's amplitude is at its positive frequency, and the window's mean is a half.
                sample(4.0 / real(frames) * (0.5 - 0.5 * phase.cos()))
            })
            .collect();
        let (samples, bins) = (transform.make_input_vec(), transform.make_output_vec());
        let scratch = transform.make_scratch_vec();
        Self { transform, window, samples, bins, scratch }
    }

    /// Frames that it takes.
    pub(super) fn frames(&self) -> usize {
        self.window.len()
    }

    /// The level in dB of the mean power of both channels, in each bin, of the latest frames; missing ones are silence.
    /// `None` never happens: the buffers have their lengths.
    pub(super) fn levels(&mut self, history: &History, into: &mut Vec<f64>) -> Option<()> {
        into.clear();
        into.resize(self.bins.len(), 0.0);
        let there = history.len().min(self.frames());
        let missing = self.frames() - there;
        for channel in 0..2 {
            self.samples[..missing].fill(0.0);
            let windowed = self.samples[missing..].iter_mut().zip(&self.window[missing..]);
            for ((sample, window), frame) in windowed.zip(history.last(there)?) {
                *sample = frame[channel] * window;
            }
            self.transform.process_with_scratch(&mut self.samples, &mut self.bins, &mut self.scratch).ok()?;
            for (power, bin) in into.iter_mut().zip(&self.bins) {
                *power += f64::from(bin.norm_sqr()) / 2.0;
            }
        }
        // A sum that isn't a number is of samples that aren't.
        into.iter_mut().for_each(|power| *power = (10.0 * power.log10()).max(FLOOR_DB));
        Some(())
    }
}
