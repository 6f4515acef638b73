//! The discrete Fourier transform of real samples, in `f64`.

use crate::number::real;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};
use std::{fmt, sync::Arc};

pub(crate) type Bins = Vec<Complex<f64>>;

/// Transforms of one length, there and back.
pub(crate) struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl Transform {
    /// Transforms of `frames` frames, an even number.
    pub(crate) fn new(frames: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        Self { forward: planner.plan_fft_forward(frames), inverse: planner.plan_fft_inverse(frames) }
    }

    /// Its length in frames, N.
    pub(crate) fn frames(&self) -> usize {
        self.forward.len()
    }

    /// The bins 0 to N/2, `Σ x(n)·e^(−2πi·k·n/N)`, of samples that are followed by silence up to the length. Samples
    /// beyond it are left out.
    pub(crate) fn forward(&self, samples: impl IntoIterator<Item = f64>) -> Bins {
        let mut time = self.forward.make_input_vec();
        for (slot, sample) in time.iter_mut().zip(samples) {
            *slot = sample;
        }
        let mut bins = self.forward.make_output_vec();
        // Can fail only for buffers of another length.
        let _ = self.forward.process(&mut time, &mut bins);
        bins
    }

    /// The samples of these bins, scaled so that it undoes [`Self::forward`].
    pub(crate) fn inverse(&self, mut bins: Bins) -> Vec<f64> {
        let mut time = self.inverse.make_output_vec();
        // A real signal's spectrum is real at both ends; rounding may break that, and the transform would refuse it.
        if let Some(first) = bins.first_mut() {
            first.im = 0.0;
        }
        if let Some(last) = bins.last_mut() {
            last.im = 0.0;
        }
        // Can fail only for buffers of another length.
        let _ = self.inverse.process(&mut bins, &mut time);
        let scale = 1.0 / real(self.frames());
        time.iter_mut().for_each(|sample| *sample *= scale);
        time
    }
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transform").field("frames", &self.frames()).finish()
    }
}

impl Clone for Transform {
    fn clone(&self) -> Self {
        Self { forward: Arc::clone(&self.forward), inverse: Arc::clone(&self.inverse) }
    }
}

/// The rising half of a Hann window, `½ − ½·cos(πx)`: 0 up to x = 0, 1 from x = 1.
pub(crate) fn rise(x: f64) -> f64 {
    0.5 - 0.5 * (std::f64::consts::PI * x.clamp(0.0, 1.0)).cos()
}
