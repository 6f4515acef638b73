//! A steady sine.

use crate::number::{real64, sample, whole};

/// 2^64, the number of steps of a turn.
const TURN: f64 = 18_446_744_073_709_551_616.0;
/// The digits of a phase that an `f64` has room for, and as many steps of a turn.
const DIGITS: u32 = 53;
const STEPS: f64 = 9_007_199_254_740_992.0;

/// The phase is a fraction of a turn in 64 binary digits: adding to it is exact and wraps by itself, so that no error grows
/// with time. What is left is that of the step, 2^−52 of itself: less than 10^−7 turns after a day of 1 kHz.
pub(crate) struct Tone {
    phase: u64,
    step: u64,
    peak: f64,
}

impl Tone {
    /// `hz` is below half of `rate`.
    pub(crate) fn new(hz: f64, peak: f64, rate: f64) -> Self {
        Self { phase: 0, step: step(hz, rate), peak }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = at(self.phase, self.peak);
        self.phase = self.phase.wrapping_add(self.step);
        value
    }
}

fn step(hz: f64, rate: f64) -> u64 {
    whole(hz / rate * TURN)
}

fn at(phase: u64, peak: f64) -> f32 {
    let turns = real64(phase >> (u64::BITS - DIGITS)) / STEPS;
    sample(peak * (std::f64::consts::TAU * turns).sin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_later_the_phase_is_still_exact() {
        for (millihertz, rate) in
            [(1_000_000_u32, 48_000_u32), (440_000, 44_100), (19_999_999, 96_000), (100, 384_000)]
        {
            let hz = f64::from(millihertz) / 1000.0;
            let frame = u64::from(rate) * 86_400 + 12_345;
            let phase = step(hz, f64::from(rate)).wrapping_mul(frame);
            // In whole numbers: turns = frame · hz / rate.
            let whole_turn = u128::from(rate) * 1000;
            let rest = u128::from(frame) * u128::from(millihertz) % whole_turn;
            let exact = (rest << 64) / whole_turn;
            let difference = phase.wrapping_sub(u64::try_from(exact).unwrap());
            let turns = real64(difference.min(difference.wrapping_neg())) / TURN;
            assert!(turns < 2.3e-16 * hz * 86_401.0 + 1e-9, "{hz} Hz at {rate}: {turns} turns");
        }
    }
}
