//! Signals generated on the audio thread.

use crate::number::{sample, whole};

/// −12 dBFS as the peak of a sine: clearly audible and visible, with room for 12 dB of gain.
const SINE_PEAK: f64 = 0.251_188_643_150_958;

/// The numbers of a synthetic source. Levels are in dBFS, rounded to 0.1 dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signal {
    /// A sine.
    Tone {
        /// Its frequency in Hz.
        hz: f64,
        /// Its peak.
        level_db: f64,
    },
    /// White noise.
    Noise {
        /// Its RMS.
        level_db: f64,
    },
    /// A sine that rises by the same number of octaves every second, again and again.
    Sweep {
        /// The frequency in Hz at which it begins.
        from_hz: f64,
        /// The frequency in Hz at which it ends.
        to_hz: f64,
        /// Its duration in seconds.
        seconds: f64,
        /// Its peak.
        level_db: f64,
    },
}

impl Signal {
    /// What [`Source::Tone`](crate::Source::Tone) plays.
    #[must_use]
    pub fn tone() -> Self {
        Self::Tone { hz: TONE_HZ, level_db: decibels(SINE_PEAK) }
    }

    /// What [`Source::Noise`](crate::Source::Noise) plays: the RMS of a uniform distribution is its peak by √3.
    #[must_use]
    pub fn noise() -> Self {
        Self::Noise { level_db: decibels(NOISE_PEAK / 3.0_f64.sqrt()) }
    }

    /// What [`Source::Sweep`](crate::Source::Sweep) plays at this rate in Hz.
    #[must_use]
    pub fn sweep(sample_rate: u32) -> Self {
        let to_hz = sweep_to_hz(f64::from(sample_rate.max(1)));
        Self::Sweep { from_hz: SWEEP_FROM_HZ, to_hz, seconds: SWEEP_SECONDS, level_db: decibels(SINE_PEAK) }
    }
}

fn decibels(value: f64) -> f64 {
    (200.0 * value.log10()).round() / 10.0
}

/// Where the sweep ends, in Hz: below half the rate, whatever the rate.
fn sweep_to_hz(rate: f64) -> f64 {
    SWEEP_TO_HZ.min(0.45 * rate)
}

/// Frequency of the tone in Hz.
const TONE_HZ: f64 = 1000.0;

/// −20 dBFS RMS: uniform noise between ±√3 times it.
const NOISE_PEAK: f64 = 0.1 * 1.732_050_807_568_877;

/// The sweep's ends in Hz and its length in seconds.
const SWEEP_FROM_HZ: f64 = 20.0;
const SWEEP_TO_HZ: f64 = 20_000.0;
const SWEEP_SECONDS: f64 = 10.0;

/// A sine with its phase counted in turns, so that it stays accurate over days.
pub(crate) struct Tone {
    phase: f64,
    step: f64,
}

impl Tone {
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self { phase: 0.0, step: TONE_HZ / f64::from(sample_rate.max(1)) }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = sine(self.phase);
        self.phase = (self.phase + self.step).fract();
        value
    }
}

/// A logarithmic sweep: the step grows by the same factor with every frame.
pub(crate) struct Sweep {
    phase: f64,
    step: f64,
    first_step: f64,
    growth: f64,
    frame: u64,
    frames: u64,
}

impl Sweep {
    pub(crate) fn new(sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate.max(1));
        let frames = whole(SWEEP_SECONDS * rate).max(1);
        let to = sweep_to_hz(rate);
        let first_step = SWEEP_FROM_HZ / rate;
        let growth = (to / SWEEP_FROM_HZ).powf(1.0 / (SWEEP_SECONDS * rate));
        Self { phase: 0.0, step: first_step, first_step, growth, frame: 0, frames }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = sine(self.phase);
        self.phase = (self.phase + self.step).fract();
        self.step *= self.growth;
        self.frame += 1;
        if self.frame == self.frames {
            // The phase goes on, so the jump back is one of frequency only.
            (self.frame, self.step) = (0, self.first_step);
        }
        value
    }
}

/// White noise, uniformly distributed, by xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
/// generators, scrambled", 2016), one generator per channel.
pub(crate) struct Noise {
    states: [u64; 2],
}

impl Noise {
    pub(crate) fn new() -> Self {
        Self { states: [0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03] }
    }

    pub(crate) fn next(&mut self, channel: usize) -> f32 {
        let state = &mut self.states[channel];
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        let unit = f64::from(u32::try_from(bits).unwrap_or(0)) / f64::from(1_u32 << 24);
        sample((unit * 2.0 - 1.0) * NOISE_PEAK)
    }
}

fn sine(turns: f64) -> f32 {
    sample(SINE_PEAK * (std::f64::consts::TAU * turns).sin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::real;

    fn rms(values: &[f32]) -> f64 {
        (values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / real(values.len())).sqrt()
    }

    fn exact_decibels(value: f64) -> f64 {
        20.0 * value.log10()
    }

    #[test]
    fn the_numbers_are_those_that_are_played() {
        assert_eq!(Signal::tone(), Signal::Tone { hz: 1000.0, level_db: -12.0 });
        assert_eq!(Signal::noise(), Signal::Noise { level_db: -20.0 });
        let sweep = |to_hz| Signal::Sweep { from_hz: 20.0, to_hz, seconds: 10.0, level_db: -12.0 };
        assert_eq!((Signal::sweep(48_000), Signal::sweep(8000)), (sweep(20_000.0), sweep(3600.0)));
    }

    #[test]
    fn the_tone_has_its_frequency_and_level() {
        let mut tone = Tone::new(48_000);
        let second: Vec<f32> = (0..48_000).map(|_| tone.next()).collect();
        let crossings = second.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((999..=1000).contains(&crossings), "{crossings}");
        assert!((exact_decibels(rms(&second)) - (-12.0 - 3.0103)).abs() < 0.001);
    }

    #[test]
    fn the_noise_has_its_level_no_offset_and_two_independent_channels() {
        let mut noise = Noise::new();
        let (left, right): (Vec<f32>, Vec<f32>) =
            (0..480_000).map(|_| (noise.next(0), noise.next(1))).unzip();
        assert!(
            (exact_decibels(rms(&left)) + 20.0).abs() < 0.05
                && (exact_decibels(rms(&right)) + 20.0).abs() < 0.05
        );
        let mean = left.iter().map(|value| f64::from(*value)).sum::<f64>() / 480_000.0;
        let product = left.iter().zip(&right).map(|(a, b)| f64::from(a * b)).sum::<f64>() / 480_000.0;
        assert!(mean.abs() < 0.001 && product.abs() < 0.0001, "{mean} {product}");
    }

    #[test]
    fn the_sweep_rises_three_decades_and_starts_again() {
        let mut sweep = Sweep::new(48_000);
        let turn: Vec<f32> = (0..480_000).map(|_| sweep.next()).collect();
        let crossings = |part: &[f32]| part.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        // Over a second the frequency doubles 0.9966 times: 20 Hz at first, 20 kHz at last.
        assert!((25..=32).contains(&crossings(&turn[..48_000])));
        assert!((13_900..=14_900).contains(&crossings(&turn[432_000..])));
        let again: Vec<f32> = (0..48_000).map(|_| sweep.next()).collect();
        assert!((25..=32).contains(&crossings(&again)));
    }
}
