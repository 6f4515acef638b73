//! Finds a chirp in the recorded input by cross-correlation.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::number::real;

/// Minimum ratio of the correlation's peak to its root mean square for the chirp to count as present at all. Noise
/// alone reaches √(2·ln n) for n delays: 4.6 for half a second at 48 kHz, 4.8 at 192 kHz.
pub(super) const HEARD: f64 = 6.0;

/// Minimum ratio for its position to be certain.
pub(super) const SURE: f64 = 12.0;

/// The likeliest position of the chirp.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Echo {
    /// Delay in frames from the beginning of the searched stretch.
    pub(super) delay: f64,
    /// Amplitude relative to the chirp's; negative if the polarity is inverted.
    pub(super) gain: f64,
    /// The correlation's peak divided by its root mean square over all delays.
    pub(super) certainty: f64,
}

/// Searches stretches of a fixed length for one chirp.
///
/// The cross-correlation `r(d) = Σ chirp(n)·x(n+d)` is computed as the inverse transform of `conj(C)·X`.
pub(super) struct Finder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// The conjugated spectrum of the chirp.
    chirp: Vec<Complex<f32>>,
    /// Energy of the chirp, Σ x².
    energy: f64,
    /// Delays at which the whole chirp lies within a stretch.
    delays: usize,
    /// Buffers for one transform.
    time: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
}

impl Finder {
    /// A finder for stretches of `frames` frames, which are longer than the chirp.
    pub(super) fn new(chirp: &[f32], frames: usize) -> Self {
        let length = frames.next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let (time, spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let mut finder = Self {
            forward,
            inverse,
            chirp: Vec::new(),
            energy: chirp.iter().map(|sample| f64::from(*sample).powi(2)).sum(),
            delays: frames - chirp.len(),
            time,
            spectrum,
        };
        finder.transform(chirp);
        finder.chirp = finder.spectrum.iter().map(Complex::conj).collect();
        finder
    }

    /// The most likely start of the chirp in `stretch`: the delay of the greatest correlation, refined to the vertex of
    /// the parabola through it and its neighbours. A silent stretch gives a certainty of 0.
    pub(super) fn find(&mut self, stretch: &[f32]) -> Echo {
        self.transform(stretch);
        for (bin, chirp) in self.spectrum.iter_mut().zip(&self.chirp) {
            *bin *= chirp;
        }
        // A real signal's spectrum is real at both ends; rounding may break that, and the transform would refuse it.
        if let Some(first) = self.spectrum.first_mut() {
            first.im = 0.0;
        }
        if let Some(last) = self.spectrum.last_mut() {
            last.im = 0.0;
        }
        // Can fail only for buffers of another length.
        let _ = self.inverse.process(&mut self.spectrum, &mut self.time);
        let correlation = &self.time[..self.delays];
        let peak = (0..self.delays)
            .max_by(|one, other| correlation[*one].abs().total_cmp(&correlation[*other].abs()))
            .unwrap_or(0);
        let square: f64 = correlation.iter().map(|value| f64::from(*value).powi(2)).sum();
        if square == 0.0 {
            return Echo::default();
        }
        let (beside, height) = top(correlation, peak);
        Echo {
            delay: real(peak) + beside,
            // The inverse transform isn't scaled.
            gain: height / real(self.time.len()) / self.energy,
            certainty: height.abs() / (square / real(self.delays)).sqrt(),
        }
    }

    /// Leaves the spectrum of `samples`, followed by silence, in `self.spectrum`.
    fn transform(&mut self, samples: &[f32]) {
        let (sound, rest) = self.time.split_at_mut(samples.len());
        sound.copy_from_slice(samples);
        rest.fill(0.0);
        // Can fail only for buffers of another length.
        let _ = self.forward.process(&mut self.time, &mut self.spectrum);
    }
}

/// The vertex of the parabola through the greatest of some values and its neighbours: its offset, −0.5 to 0.5 frames,
/// and its height. For values a, b, c that is `(a − c) / 2(a − 2b + c)` and `b − (a − c)/4 · offset`. At an end, where
/// there is only one neighbour, it is the value itself.
fn top(values: &[f32], peak: usize) -> (f64, f64) {
    let at = |index: Option<usize>| index.and_then(|index| values.get(index)).map(|value| f64::from(*value));
    let height = f64::from(values[peak]);
    let (Some(before), Some(after)) = (at(peak.checked_sub(1)), at(Some(peak + 1))) else {
        return (0.0, height);
    };
    let curvature = before - 2.0 * height + after;
    if curvature == 0.0 {
        return (0.0, height);
    }
    let beside = (0.5 * (before - after) / curvature).clamp(-0.5, 0.5);
    (beside, height - 0.25 * (before - after) * beside)
}
