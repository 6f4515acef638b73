//! How fast another device's clock runs relative to ours: a delay-locked loop on the level of the FIFO between them.

use crate::number::real;

/// Bandwidth at the start and in the end, in Hz. The first finds the clocks' difference in seconds, the last hardly
/// follows the callbacks' jitter. These values, and the loop, are those of PipeWire's `spa_dll`.
const FIRST_BANDWIDTH: f64 = 0.128;
const LAST_BANDWIDTH: f64 = 0.016;

/// The bandwidth is halved each time this many seconds have passed, down to the last one. An error shrinks by
/// e^(−0.75·2π·b·t), so this leaves half a percent of the initial error.
const HALVED_EVERY: f64 = 5.0;

/// After this many seconds, clocks of ±300 ppm are matched so well that the level moves by less than half a frame in
/// two seconds.
const SETTLED_AFTER: f64 = 12.0;

/// Larger errors, in frames, are clamped to this: the loop then moves at a bounded slope instead of overshooting.
const MOST_ERROR: f64 = 256.0;

/// Greatest assumed difference between two clocks. Crystals are within 100 ppm of their rate, bad ones within 300.
const MOST_DRIFT: f64 = 1000e-6;

/// The loop. It knows nothing of audio: it takes levels and gives a ratio.
///
/// With bandwidth b, n frames between two updates and r frames a second:
/// `w = 2π·b·n/r`, `w0 = 1 − e^(−20w)`, `w1 = 1.5·w/n`, `w2 = w/1.5`;
/// `z1 += w0·(w1·error − z1)`, `z2 += w0·(z1 − z2)`, `z3 += w2·z2`, ratio = `1 − (z2 + z3)`.
#[derive(Debug, Clone)]
pub(super) struct DriftLoop {
    /// Frames a second, in the unit of the errors.
    rate: f64,
    z1: f64,
    z2: f64,
    z3: f64,
    /// Frames since the bandwidth was last set to the first one.
    elapsed: f64,
}

impl DriftLoop {
    /// A loop for errors in frames of `sample_rate` Hz.
    pub(super) fn new(sample_rate: u32) -> Self {
        Self { rate: f64::from(sample_rate.max(1)), z1: 0.0, z2: 0.0, z3: 0.0, elapsed: 0.0 }
    }

    /// Takes the number of frames by which the level is above its target, `frames` after the last update, and returns
    /// the ratio of output to input frames, as a share of the nominal one: below 1 to lower the level.
    pub(super) fn update(&mut self, error: f64, frames: usize) -> f64 {
        let frames = real(frames.max(1));
        let w = std::f64::consts::TAU * self.bandwidth() * frames / self.rate;
        self.elapsed += frames;
        let w0 = 1.0 - (-20.0 * w).exp();
        let error = error.clamp(-MOST_ERROR, MOST_ERROR);
        self.z1 += w0 * (1.5 * w / frames * error - self.z1);
        self.z2 += w0 * (self.z1 - self.z2);
        self.z3 = (self.z3 + w / 1.5 * self.z2).clamp(-MOST_DRIFT, MOST_DRIFT);
        1.0 - (self.z2 + self.z3).clamp(-MOST_DRIFT, MOST_DRIFT)
    }

    /// The level was reset to its target; the estimate of the clocks stays.
    pub(super) fn rest(&mut self) {
        (self.z1, self.z2) = (0.0, 0.0);
    }

    /// How much faster than nominal the input's clock runs, measured by ours, in parts per million.
    pub(super) fn ppm(&self) -> f64 {
        self.z3 * 1e6
    }

    /// Whether the level is stable: the loop has run for [`SETTLED_AFTER`].
    pub(super) fn is_settled(&self) -> bool {
        self.elapsed / self.rate >= SETTLED_AFTER
    }

    fn bandwidth(&self) -> f64 {
        let halvings = (self.elapsed / self.rate / HALVED_EVERY).floor();
        (FIRST_BANDWIDTH * (-halvings).exp2()).max(LAST_BANDWIDTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::simulation::Random;

    /// Results from the 30th to the 90th second.
    struct Outcome {
        /// Standard deviation of the ratio, in ppm.
        deviation_ppm: f64,
        /// Mean of the ratio, less the true one, in ppm.
        offset_ppm: f64,
        /// Greatest distance of the true level to its target, in frames.
        error: f64,
    }

    /// A device that delivers 256 frames per callback at `device_rate` Hz, `ppm` too fast and each callback up to 1 ms
    /// late, and one that takes `pull` frames at 48 kHz. `timestamped` says whether a callback knows the time at which
    /// it was due, or only when it came. Levels are in frames at 48 kHz.
    fn simulate(device_rate: f64, ppm: f64, pull: usize, timestamped: bool) -> Outcome {
        let rate = 48_000.0;
        let capture = |block: f64| block * 256.0 / (device_rate * (1.0 + ppm * 1e-6));
        let mut random = Random::new(7);
        // The FIFO starts at its target level, as in real use.
        let target = 2000.0;
        let (mut pushed, mut stamp, mut taken) = (0.0, 0.0, real(pull) - target);
        let mut next_block = 1.0;
        let mut arrival = capture(next_block) + random.unit() * 1e-3;
        let (mut drift, mut ratios, mut greatest) = (DriftLoop::new(48_000), Vec::new(), 0.0_f64);
        for step in 1.. {
            let now = real(step * pull) / rate;
            while arrival <= now {
                pushed += 256.0 * rate / device_rate;
                stamp = if timestamped { capture(next_block) } else { arrival };
                next_block += 1.0;
                arrival = (capture(next_block) + random.unit() * 1e-3).max(arrival);
            }
            let level = pushed + (now - stamp) * rate - taken;
            let ratio = drift.update(level - target, pull);
            taken += real(pull) / ratio;
            if now > 30.0 {
                ratios.push((1.0 / ratio - 1.0) * 1e6 - ppm);
                greatest =
                    greatest.max((now * rate * (1.0 + ppm * 1e-6) - taken + real(pull) - target).abs());
            }
            if now > 90.0 {
                break;
            }
        }
        let mean = ratios.iter().sum::<f64>() / real(ratios.len());
        let square = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum::<f64>() / real(ratios.len());
        Outcome { deviation_ppm: square.sqrt(), offset_ppm: mean, error: greatest }
    }

    #[test]
    fn it_finds_the_drift_and_keeps_the_level() {
        for (rate, ppm) in
            [(48_000.0, -300.0), (48_000.0, 0.0), (48_000.0, 300.0), (16_000.0, -300.0), (16_000.0, 300.0)]
        {
            for pull in [1, 64, 256, 1023, 4096] {
                let seen = simulate(rate, ppm, pull, true);
                println!(
                    "{rate} Hz {ppm} ppm, {pull} frames: sd {:.3} ppm, off {:.3} ppm, level {:.2} frames",
                    seen.deviation_ppm, seen.offset_ppm, seen.error
                );
                assert!(seen.deviation_ppm < 2.0 && seen.offset_ppm.abs() < 1.0, "{rate} {ppm} {pull}");
                assert!(seen.error < 16.0, "{rate} {ppm} {pull}");
            }
        }
    }

    #[test]
    fn callbacks_that_know_no_time_but_their_own_are_borne() {
        for ppm in [-300.0, 300.0] {
            let seen = simulate(48_000.0, ppm, 256, false);
            println!("{ppm} ppm: sd {:.3} ppm, level {:.2} frames", seen.deviation_ppm, seen.error);
            // Half a millisecond of mean lateness shifts the level by 24 frames, permanently and inaudibly.
            assert!(seen.deviation_ppm < 10.0 && seen.error < 40.0, "{ppm}");
        }
    }

    #[test]
    fn whatever_the_level_says_the_ratio_stays_near() {
        let mut drift = DriftLoop::new(48_000);
        for error in [1e9, -1e9, f64::MAX, 0.0] {
            for _ in 0..10_000 {
                assert!((drift.update(error, 256) - 1.0).abs() <= MOST_DRIFT + 1e-12);
            }
        }
    }
}
