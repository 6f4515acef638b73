//! The exponential sweep, and what its answer says of a processor.
//!
//! # Source
//!
//! A. Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine technique", 108th AES
//! Convention, 2000. The sweep is
//!
//! `x(t) = A·sin(2π·f₁·T/L · (e^(t·L/T) − 1))`, `L = ln(f₂/f₁)`,
//!
//! whose frequency at the time t is `f₁·e^(t·L/T)`. A processor's n-th harmonic of it is the same sweep, as if it had begun
//! earlier by `Δₙ = T·ln(n)/L`. So the deconvolved answer has the linear impulse response at 0, and that of the n-th harmonic
//! at −Δₙ.
//!
//! # What differs from it
//!
//! Farina convolves with the sweep reversed in time, with its level falling by 6 dB an octave, which leaves ripples at both
//! ends. Here the answer's spectrum is divided by that of the very samples that were played (S. Müller and P. Massarani,
//! "Transfer-function measurement with sweeps", JAES 49(6), 2001), which is exact for a linear processor up to the rounding
//! of samples. That the spectrum of the sweep is nowhere zero needs a sweep that begins and ends without a fade, below the
//! lowest and at the highest frequency.

mod change;
mod deconvolved;
mod harmonic;
mod linear;
mod noise;
mod powers;
mod range;
mod stretch;
mod swept;

pub use change::Change;
pub use deconvolved::Deconvolved;
pub use harmonic::Harmonic;
pub use linear::{Linear, Point, Response};
pub use range::{LOWEST_HZ, ORDERS, POINTS_PER_OCTAVE};
pub use swept::Swept;

use self::range::FIRST_HZ;
use crate::{
    answer,
    fourier::Transform,
    limits,
    number::{real, sample},
    unmeasured::Unmeasured,
};

/// The shortest time for which the sweep lasts unless another is asked for, in seconds. The linear response then has
/// 0.11 s before the second harmonic's begins.
const SECONDS: f64 = 1.3;

/// The longest, in seconds: what is transformed takes two to four times as long, in 8 bytes a sample.
const LONGEST_SECONDS: f64 = 20.0;

/// An exponential sweep, followed by silence in which a processor rings out.
#[derive(Debug, Clone)]
pub struct Sweep {
    rate_hz: u32,
    level_dbfs: f64,
    /// Frames of the sweep, S: a power of two.
    sweep: usize,
    /// `S/L`: frames in which the frequency grows by e.
    growth: f64,
    signal: Vec<f32>,
}

impl Sweep {
    /// A sweep of this peak level, −120 to 0 dBFS, from 5 Hz to half the rate, for 1.3 to 2.6 s, followed by half as much
    /// silence.
    ///
    /// # Errors
    /// The rate or the level is out of range.
    pub fn new(rate_hz: u32, level_dbfs: f64) -> Result<Self, Unmeasured> {
        Self::lasting(rate_hz, level_dbfs, SECONDS)
    }

    /// The same, for at least so many seconds and less than twice as many: for a processor that rings for long, or to tell
    /// its harmonics better from noise.
    ///
    /// # Errors
    /// The rate, the level, or the time (0.5 to 20 s) is out of range.
    pub fn lasting(rate_hz: u32, level_dbfs: f64, seconds: f64) -> Result<Self, Unmeasured> {
        let rate = limits::rate(rate_hz)?;
        let peak = limits::peak(level_dbfs)?;
        limits::within(seconds, &(0.5..=LONGEST_SECONDS), crate::Unit::Seconds)?;
        let sweep = limits::frames(seconds, rate_hz)?.next_power_of_two();
        let growth = real(sweep) / (rate / 2.0 / FIRST_HZ).ln();
        let cycles = FIRST_HZ * growth / rate;
        let at = |frame: usize| {
            sample(peak * (std::f64::consts::TAU * cycles * (real(frame) / growth).exp_m1()).sin())
        };
        let mut signal: Vec<f32> = (0..sweep).map(at).collect();
        signal.resize(sweep + sweep / 2, 0.0);
        Ok(Self { rate_hz, level_dbfs, sweep, growth, signal })
    }

    /// What to feed to the processor, from its state after a reset: one channel, samples from −1 to 1.
    #[must_use]
    pub fn signal(&self) -> &[f32] {
        &self.signal
    }

    /// The sample rate, in Hz.
    #[must_use]
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Separates the linear part of an answer, as long as the signal, from its harmonics.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite.
    pub fn deconvolve(&self, answer: &[f32]) -> Result<Deconvolved, Unmeasured> {
        let answer = answer::sounding(answer, self.signal.len())?;
        // Twice the sweep: the times from −S, where harmonics are, to S. No convolution wraps into them, as the answer is
        // no longer than that.
        let transform = Transform::new(2 * self.sweep);
        let played = transform.forward(self.signal.iter().copied().map(f64::from));
        let offset = self.offset(answer);
        let heard = transform.forward(answer.iter().map(|sample| f64::from(*sample) - offset));
        let ratio = heard.iter().zip(&played).map(|(heard, played)| heard / played).collect();
        let impulse = transform.inverse(ratio);
        Ok(Deconvolved::new(self.rate_hz, self.level_dbfs, self.growth, transform, impulse))
    }

    /// The DC offset of an answer: what is left at its end, if it is the same in the last two of 32 parts. The deconvolution
    /// would spread it over all frequencies.
    fn offset(&self, answer: &[f32]) -> f64 {
        let part = self.sweep / 64;
        let mean = |parts: usize| {
            let begin = answer.len() - parts * part;
            answer[begin..begin + part].iter().map(|sample| f64::from(*sample)).sum::<f64>() / real(part)
        };
        let (before, last) = (mean(2), mean(1));
        if (before - last).abs() < 1e-3 * last.abs() { last } else { 0.0 }
    }

    /// The response and the harmonics of an answer. `latency_frames` is the processor's, as found or as reported: it is
    /// taken out of phase and group delay.
    ///
    /// # Errors
    /// The answer is too short, silent or not finite, or the latency longer than a quarter of the sweep.
    pub fn analyse(&self, answer: &[f32], latency_frames: usize) -> Result<Swept, Unmeasured> {
        self.deconvolve(answer)?.swept(latency_frames)
    }
}
