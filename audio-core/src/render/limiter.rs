//! Protects ears and loudspeakers: a limiter and a mute for runaway levels, on the mix only.

use crate::config::Limits;
use crate::number::{amplitude, frames_in_ms, real, sample, size};
use crate::render::fade::Ramp;
use crate::snapshot::LimiterState;

/// The limiter is considered inactive again when its gain is this close to 1 (0.0009 dB).
const AT_REST: f64 = 0.9999;

/// Limiter and howl mute.
///
/// The limiter has no look-ahead, so it adds no delay: a sample above the ceiling immediately lowers the gain to what
/// that sample needs; the gain returns to 1 exponentially. Both channels share it. The howl mute looks at the mix
/// before the limiter: feedback drives that level ever higher, while the limiter would turn it into a steady scream.
#[derive(Debug)]
pub(crate) struct Limiter {
    ceiling: f32,
    /// In `f64`, since near 1 the gain's steps are too small for `f32`.
    gain: f64,
    /// Share of the distance to 1 that is left after one frame: `e^(−1/(time constant · rate))`.
    keep: f64,
    limited_frames: u64,
    howl_square: f64,
    slice_frames: usize,
    slices_to_howl: u64,
    filled: usize,
    square: f64,
    loud_slices: u64,
    mute: Ramp,
    muted: bool,
    fade_frames: u32,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits, sample_rate: u32, fade_frames: u32) -> Self {
        let release_frames = f64::from(frames_in_ms(limits.limiter_release_ms, sample_rate).max(1));
        let slice_frames = size(sample_rate / 100).max(1);
        let howl = f64::from(amplitude(limits.howl_db));
        Self {
            ceiling: amplitude(limits.ceiling_db),
            gain: 1.0,
            keep: (-1.0 / release_frames).exp(),
            limited_frames: 0,
            howl_square: howl * howl,
            slice_frames,
            slices_to_howl: u64::from(limits.howl_ms.div_ceil(10)).max(1),
            filled: 0,
            square: 0.0,
            loud_slices: 0,
            mute: Ramp::at(1.0),
            muted: false,
            fade_frames,
        }
    }

    /// Processes a block of the mix in place. Samples that aren't finite (a sum of huge samples) become 0.
    pub(crate) fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut peak = 0.0_f32;
        for sample in left.iter_mut().chain(right.iter_mut()) {
            if !sample.is_finite() {
                *sample = 0.0;
            }
            peak = peak.max(sample.abs());
        }
        self.watch(left, right);
        if peak > self.ceiling || self.gain < 1.0 {
            self.limit(left, right);
        }
        self.mute.apply(left, right);
    }

    /// Ends the howl mute.
    pub(crate) fn clear_howl(&mut self) {
        self.muted = false;
        self.loud_slices = 0;
        self.mute.aim(1.0, self.fade_frames);
    }

    pub(crate) fn state(&self) -> LimiterState {
        LimiterState { gain: sample(self.gain), limited_frames: self.limited_frames, howl_muted: self.muted }
    }

    fn limit(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            let peak = f64::from(left.abs().max(right.abs()));
            let recovered = 1.0 - (1.0 - self.gain) * self.keep;
            self.gain = if recovered > AT_REST { 1.0 } else { recovered };
            if peak * self.gain > f64::from(self.ceiling) {
                self.gain = f64::from(self.ceiling) / peak;
            }
            if self.gain < 1.0 {
                self.limited_frames += 1;
            }
            // The product may round to just above the ceiling.
            *left = sample(f64::from(*left) * self.gain).clamp(-self.ceiling, self.ceiling);
            *right = sample(f64::from(*right) * self.gain).clamp(-self.ceiling, self.ceiling);
        }
    }

    /// Checks slices of 10 ms for runaway levels.
    fn watch(&mut self, left: &[f32], right: &[f32]) {
        for (left, right) in left.iter().zip(right) {
            let (left, right) = (f64::from(*left), f64::from(*right));
            self.square += (left * left).max(right * right);
            self.filled += 1;
            if self.filled == self.slice_frames {
                let loud = self.square / real(self.filled) > self.howl_square;
                self.loud_slices = if loud { self.loud_slices + 1 } else { 0 };
                (self.square, self.filled) = (0.0, 0);
                if self.loud_slices >= self.slices_to_howl {
                    self.muted = true;
                    self.mute.aim(0.0, self.fade_frames);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter() -> Limiter {
        Limiter::new(&Limits::default(), 48_000, 480)
    }

    fn sine(level: f64, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| sample(level * (std::f64::consts::TAU * real(n) / 48.0).sin())).collect()
    }

    #[test]
    fn what_is_below_the_ceiling_passes_bit_for_bit() {
        let mut limiter = limiter();
        let input = sine(0.89, 4800);
        let (mut left, mut right) = (input.clone(), input.clone());
        limiter.apply(&mut left, &mut right);
        assert_eq!((left, right), (input.clone(), input));
        assert_eq!(limiter.state(), LimiterState::default());
    }

    #[test]
    fn nothing_passes_the_ceiling_and_the_gain_comes_back() {
        let mut limiter = limiter();
        let (mut left, mut right) = (sine(4.0, 4800), sine(1.0, 4800));
        left[7] = f32::MAX;
        left[100] = f32::NAN;
        right[101] = f32::INFINITY;
        limiter.apply(&mut left, &mut right);
        let ceiling = amplitude(-1.0);
        assert!(left.iter().chain(&right).all(|sample| sample.abs() <= ceiling));
        assert!(left[2400..].iter().any(|sample| sample.abs() > 0.8 * ceiling), "it limits, it doesn't mute");
        assert!(limiter.state().gain < 0.5 && limiter.state().limited_frames > 4000);
        let (mut left, mut right) = (sine(0.1, 96_000), sine(0.1, 96_000));
        limiter.apply(&mut left, &mut right);
        assert_eq!(limiter.state().gain, 1.0);
    }

    #[test]
    fn a_runaway_level_is_muted_after_half_a_second_and_stays_so() {
        let mut limiter = limiter();
        let blocks = |limiter: &mut Limiter, level: f64, blocks: usize| {
            let mut last = Vec::new();
            for _ in 0..blocks {
                let (mut left, mut right) = (sine(level, 480), vec![0.0; 480]);
                limiter.apply(&mut left, &mut right);
                last = left;
            }
            last
        };
        blocks(&mut limiter, 2.0, 49);
        assert!(!limiter.state().howl_muted, "loud, but not for half a second");
        blocks(&mut limiter, 0.5, 1);
        blocks(&mut limiter, 2.0, 49);
        assert!(!limiter.state().howl_muted, "a pause starts the count again");
        blocks(&mut limiter, 2.0, 1);
        assert!(limiter.state().howl_muted);
        let silent = blocks(&mut limiter, 0.5, 2);
        assert!(silent.iter().all(|sample| *sample == 0.0));
        limiter.clear_howl();
        let heard = blocks(&mut limiter, 0.5, 30);
        assert!(!limiter.state().howl_muted && heard.iter().any(|sample| *sample > 0.45));
    }
}
