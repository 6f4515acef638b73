//! Helpers shared by the tests with two clocks.

use crate::number::real;

/// A small pseudo-random number generator with the same sequence every time (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// From 0 to 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = u32::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap_or(u32::MAX);
        f64::from(high) / f64::from(u32::MAX)
    }
}

/// The residual of a sound that should be a sine, in dB relative to the sine: level and phase are fitted, and the
/// frequency too, around the given one.
pub(super) fn sine_error_db(samples: &[f32], frequency: f64, rate: f64) -> f64 {
    let residual = |frequency: f64| {
        let angle = |frame: usize| std::f64::consts::TAU * frequency * real(frame) / rate;
        // The normal equations of a sine, a cosine and a constant, by two rounds of projection: exact enough for whole
        // and nearly whole periods.
        let mut rest: Vec<f64> = samples.iter().map(|value| f64::from(*value)).collect();
        let mut level = [0.0; 2];
        for _ in 0..4 {
            for (wave, level) in [f64::sin as fn(f64) -> f64, f64::cos].into_iter().zip(&mut level) {
                let share = 2.0 / real(rest.len());
                let part =
                    rest.iter().enumerate().map(|(at, value)| value * wave(angle(at))).sum::<f64>() * share;
                rest.iter_mut().enumerate().for_each(|(at, value)| *value -= part * wave(angle(at)));
                *level += part;
            }
        }
        let power = rest.iter().map(|value| value * value).sum::<f64>() / real(rest.len());
        10.0 * (power / (level[0].hypot(level[1]).powi(2) / 2.0)).log10()
    };
    // Golden-section search over ±0.05 Hz.
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (frequency - 0.05, frequency + 0.05);
    for _ in 0..40 {
        let (first, second) = (high - golden * (high - low), low + golden * (high - low));
        if residual(first) < residual(second) {
            high = second;
        } else {
            low = first;
        }
    }
    residual(f64::midpoint(low, high))
}
