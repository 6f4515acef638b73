//! Sines of whole periods: a Fourier transform of their answer needs no window and leaks nothing.

use crate::{
    fourier::Transform,
    limits,
    number::{real, sample, whole},
    unmeasured::Unmeasured,
};

/// The shortest time that is transformed, in seconds: bins are at most 3 Hz apart.
const SECONDS: f64 = 0.34;

/// For how long a processor is given to come to rest before that, unless asked otherwise, in seconds.
pub(crate) const SETTLE_SECONDS: f64 = 0.25;

/// A number of frames, a power of two, in which each of some sines has a whole, odd number of periods.
///
/// Odd, so that the samples of one period differ from those of the next, and every harmonic below the frames' number has a bin of
/// its own, even one that is folded back from above half the rate: `n·k ≡ ±m·k (mod 2ⁱ)` only for `n ≡ ±m`.
#[derive(Debug, Clone)]
pub(crate) struct Coherent {
    pub(crate) rate_hz: u32,
    /// Frames that are transformed, N.
    pub(crate) frames: usize,
    /// Frames before them.
    pub(crate) settle: usize,
}

impl Coherent {
    pub(crate) fn new(rate_hz: u32, settle_seconds: f64) -> Result<Self, Unmeasured> {
        limits::rate(rate_hz)?;
        let frames = limits::frames(SECONDS, rate_hz)?.next_power_of_two();
        Ok(Self { rate_hz, frames, settle: limits::frames(settle_seconds, rate_hz)? })
    }

    /// The odd bin nearest to a frequency, which must be below half the rate.
    pub(crate) fn bin(&self, frequency_hz: f64) -> Result<usize, Unmeasured> {
        let nyquist = limits::below_nyquist(frequency_hz, self.rate_hz)?;
        limits::within(frequency_hz, &(1.0..=nyquist), crate::Unit::Hertz)?;
        let half = frequency_hz * real(self.frames) / f64::from(self.rate_hz) / 2.0;
        Ok((2 * whole(half - 0.5) + 1).min(self.frames / 2 - 1))
    }

    pub(crate) fn frequency_hz(&self, bin: usize) -> f64 {
        crate::grid::frequency(bin, self.rate_hz, self.frames)
    }

    /// Sines of these bins and peaks, added. The phase at the beginning of the transformed frames is 0.
    pub(crate) fn signal(&self, sines: &[(usize, f64)]) -> Vec<f32> {
        let value = |frame: usize| -> f64 {
            let turns = |bin: usize| {
                // In whole numbers, so that each period has the same samples.
                let steps = (frame + self.frames - self.settle % self.frames) % self.frames * bin;
                real(steps % self.frames) / real(self.frames)
            };
            sines.iter().map(|(bin, peak)| peak * (std::f64::consts::TAU * turns(*bin)).sin()).sum()
        };
        (0..self.settle + self.frames).map(|frame| sample(value(frame))).collect()
    }

    /// The transformed frames of an answer.
    pub(crate) fn steady<'a>(&self, answer: &'a [f32]) -> &'a [f32] {
        &answer[self.settle..self.settle + self.frames]
    }

    /// The peak amplitude in each bin, 0 to N/2.
    pub(crate) fn amplitudes(&self, answer: &[f32]) -> Vec<f64> {
        let bins = Transform::new(self.frames).forward(self.steady(answer).iter().copied().map(f64::from));
        let last = bins.len() - 1;
        let scale = |bin: usize| if bin == 0 || bin == last { 1.0 } else { 2.0 } / real(self.frames);
        bins.iter().enumerate().map(|(bin, value)| value.norm() * scale(bin)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_one_bin() {
        for rate in [8_000, 44_100, 48_000, 384_000] {
            let coherent = Coherent::new(rate, 0.1).expect("it is a rate");
            let bin = coherent.bin(1_000.0).expect("it is below half the rate");
            assert!(!bin.is_multiple_of(2) && (coherent.frequency_hz(bin) - 1_000.0).abs() < 3.1, "{rate}");
            let amplitudes = coherent.amplitudes(&coherent.signal(&[(bin, 0.5)]));
            assert!((amplitudes[bin] - 0.5).abs() < 1e-8, "{rate}");
            let rest = amplitudes.iter().enumerate().filter(|(other, _)| *other != bin);
            assert!(rest.fold(0.0_f64, |most, (_, value)| most.max(*value)) < 1e-8, "{rate}");
        }
    }
}
