//! The spectrum: the level of the tap's latest samples by frequency.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::engine::history::{HISTORY_FRAMES, History};
use crate::number::{real, sample, whole_size};

/// Points of one frame of the spectrum, evenly spaced on a logarithmic axis.
pub const SPECTRUM_POINTS: usize = 256;

/// The axis in Hz: the audible range. At lower sample rates it ends at half the rate.
const AXIS_HZ: (f64, f64) = (20.0, 20_000.0);

/// Levels below this are treated as silence, in dB.
const FLOOR_DB: f64 = -120.0;

/// One picture of the processed output by frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectrumFrame {
    /// [`SPECTRUM_POINTS`] levels in dB, the mean power of both channels: 0 is a full-scale sine on both, −120 the
    /// minimum.
    pub levels_db: Vec<f32>,
    /// Frequency in Hz of the first point.
    pub low_hz: f32,
    /// Frequency in Hz of the last point.
    pub high_hz: f32,
    /// Stream position in frames after the last sample used.
    pub timestamp_frames: u64,
}

/// Computes spectra with a Hann window and a Fourier transform; holds the buffers for one.
pub(crate) struct Analyser {
    transform: Arc<dyn RealToComplex<f32>>,
    /// Hann, scaled so that a full-scale sine has the magnitude 1 in its bin.
    window: Vec<f32>,
    samples: Vec<f32>,
    bins: Vec<Complex<f32>>,
    /// Mean power of both channels, by bin.
    powers: Vec<f64>,
}

impl Analyser {
    pub(crate) fn new() -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(HISTORY_FRAMES);
        let window = (0..HISTORY_FRAMES)
            .map(|frame| {
                let phase = std::f64::consts::TAU * real(frame) / real(HISTORY_FRAMES);
                // Half of a sine's amplitude is at its positive frequency, and the window's mean is a half.
                sample(4.0 / real(HISTORY_FRAMES) * (0.5 - 0.5 * phase.cos()))
            })
            .collect();
        let (samples, bins) = (transform.make_input_vec(), transform.make_output_vec());
        let powers = vec![0.0; bins.len()];
        Self { transform, window, samples, bins, powers }
    }

    /// The spectrum of the whole history. `end_frames` is the stream position after it. `None` before it is full.
    pub(crate) fn frame(
        &mut self,
        history: &History,
        sample_rate: u32,
        end_frames: u64,
    ) -> Option<SpectrumFrame> {
        self.powers.fill(0.0);
        for channel in 0..2 {
            for ((into, frame), window) in
                self.samples.iter_mut().zip(history.last(HISTORY_FRAMES)?).zip(&self.window)
            {
                *into = frame[channel] * window;
            }
            // Fails only for buffers of another length.
            self.transform.process(&mut self.samples, &mut self.bins).ok()?;
            for (power, bin) in self.powers.iter_mut().zip(&self.bins) {
                *power += f64::from(bin.norm_sqr()) / 2.0;
            }
        }
        let (low, high) = (AXIS_HZ.0, AXIS_HZ.1.min(f64::from(sample_rate) / 2.0));
        let bin_of = |point: f64| {
            let hertz = low * (high / low).powf(point / real(SPECTRUM_POINTS - 1));
            hertz * real(HISTORY_FRAMES) / f64::from(sample_rate)
        };
        let level = |index: usize| {
            let point = real(index);
            let power = self.power(bin_of(point - 0.5), bin_of(point), bin_of(point + 0.5));
            let decibels = (10.0 * power.log10()).max(FLOOR_DB);
            // A tenth of a decibel is finer than any screen.
            sample((10.0 * decibels).round() / 10.0)
        };
        Some(SpectrumFrame {
            levels_db: (0..SPECTRUM_POINTS).map(level).collect(),
            low_hz: sample(low),
            high_hz: sample(high),
            timestamp_frames: end_frames,
        })
    }

    /// The largest power between two bins, so that no spectral line is lost where bins are close together; where no bin
    /// lies between them, the power at `middle`, interpolated linearly between its neighbours.
    fn power(&self, from: f64, middle: f64, to: f64) -> f64 {
        let at = |bin: f64| {
            let last = self.powers.len() - 1;
            self.powers[whole_size(bin).min(last)]
        };
        let (first, last) = (from.ceil(), to.floor());
        if first > last {
            let below = middle.floor();
            let part = middle - below;
            return at(below) * (1.0 - part) + at(below + 1.0) * part;
        }
        let count = whole_size(last - first);
        (0..=count).map(|step| at(first + real(step))).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// A history filled with a sine on the left, and one `right` times as loud on the right.
    fn sine(hertz: f64, level: f64, right: f64) -> History {
        let mut history = History::new();
        let frames: Vec<_> = (0..HISTORY_FRAMES)
            .map(|frame| {
                let value = level * (std::f64::consts::TAU * hertz * real(frame) / f64::from(RATE)).sin();
                [sample(value), sample(right * value)]
            })
            .collect();
        history.push(frames.into_iter());
        history
    }

    /// Frequency and level of the loudest point.
    fn loudest(frame: &SpectrumFrame) -> (f64, f64) {
        let (index, level) = frame
            .levels_db
            .iter()
            .enumerate()
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
            .expect("there are points");
        let share = real(index) / real(SPECTRUM_POINTS - 1);
        let (low, high) = (f64::from(frame.low_hz), f64::from(frame.high_hz));
        (low * (high / low).powf(share), f64::from(*level))
    }

    #[test]
    fn a_sine_is_where_and_as_loud_as_it_is() {
        let mut analyser = Analyser::new();
        for hertz in [62.0, 440.0, 1000.0, 9876.0] {
            let frame = analyser.frame(&sine(hertz, 0.5, 1.0), RATE, 9000).expect("the history is full");
            let (found, level) = loudest(&frame);
            // Points are 2.7 % apart, bins 12 Hz; between two bins a Hann window loses up to 1.4 dB.
            assert!(
                (found / hertz - 1.0).abs() < 0.03 || (found - hertz).abs() < 12.0,
                "{found} for {hertz}"
            );
            assert!((-7.6..-5.9).contains(&level), "{level} dB at {hertz} Hz");
            assert_eq!((frame.levels_db.len(), frame.timestamp_frames), (SPECTRUM_POINTS, 9000));
        }
    }

    #[test]
    fn what_is_on_one_side_is_3_db_less_and_opposite_sides_do_not_cancel() {
        let mut analyser = Analyser::new();
        let mut level = |right| loudest(&analyser.frame(&sine(1500.0, 1.0, right), RATE, 0).expect("full")).1;
        assert!((level(1.0)).abs() < 0.11);
        assert!((level(-1.0)).abs() < 0.11);
        assert!((level(0.0) + 3.0).abs() < 0.11);
    }

    #[test]
    fn silence_is_the_floor_and_a_low_rate_ends_the_axis() {
        let mut analyser = Analyser::new();
        let frame = analyser.frame(&sine(100.0, 0.0, 0.0), 8000, 0).expect("full");
        assert!(frame.levels_db.iter().all(|level| *level == -120.0));
        assert_eq!((frame.low_hz, frame.high_hz), (20.0, 4000.0));
        assert_eq!(analyser.frame(&History::new(), RATE, 0), None);
    }
}
