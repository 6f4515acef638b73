//! Busy time as a share of the available time.

use crate::number::{real64, sample};
use crate::render::percentile::{Percentile, SLICES};
use crate::snapshot::Load;

/// Weight of the newest block in the average.
const NEWEST: f32 = 1.0 / 8.0;

/// Average, and the maximum and the 99th percentile of the last ten seconds' blocks.
#[derive(Debug)]
pub(crate) struct LoadMeter {
    sample_rate: u64,
    average: f32,
    /// The maximum of each second: of the one that runs, at `second`, and of those before it.
    maxima: [f32; SLICES + 1],
    second: usize,
    percentile: Percentile,
    frames: u64,
}

impl LoadMeter {
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate: u64::from(sample_rate.max(1)),
            average: 0.0,
            maxima: [0.0; SLICES + 1],
            second: 0,
            percentile: Percentile::new(),
            frames: 0,
        }
    }

    /// Adds a block of `frames` frames that took `busy_ns` nanoseconds.
    pub(crate) fn add(&mut self, busy_ns: u64, frames: u64) {
        let available_ns = real64(frames) * 1e9 / real64(self.sample_rate);
        let load = sample(real64(busy_ns) / available_ns.max(1.0));
        self.average += (load - self.average) * NEWEST;
        let maximum = &mut self.maxima[self.second];
        *maximum = maximum.max(load);
        self.percentile.add(load);
        self.frames += frames;
        if self.frames >= self.sample_rate {
            self.frames = 0;
            self.second = (self.second + 1) % self.maxima.len();
            self.maxima[self.second] = 0.0;
            self.percentile.close_second();
        }
    }

    pub(crate) fn load(&self) -> Load {
        let before = (self.second + self.maxima.len() - 1) % self.maxima.len();
        let maximum = self.maxima.iter().copied().fold(0.0, f32::max);
        Load {
            average: self.average,
            maximum,
            // Its bucket's upper edge may lie above.
            percentile99: self.percentile.value().min(maximum),
            last_second: self.maxima[self.second].max(self.maxima[before]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_settles_and_the_last_second_is_left_behind() {
        let mut meter = LoadMeter::new(48_000);
        meter.add(5_000_000, 480);
        assert!((meter.load().maximum - 0.5).abs() < 1e-6);
        for _ in 0..99 {
            meter.add(1_000_000, 480);
        }
        assert!((meter.load().maximum - 0.5).abs() < 1e-6, "{:?}", meter.load());
        for _ in 0..200 {
            meter.add(1_000_000, 480);
        }
        assert!((meter.load().average - 0.1).abs() < 1e-3 && (meter.load().last_second - 0.1).abs() < 1e-6);
        assert!((meter.load().maximum - 0.5).abs() < 1e-6, "of ten seconds");
        assert!(
            (meter.load().percentile99 - 0.1).abs() < 0.0125,
            "one in three hundred isn't one in a hundred"
        );
    }

    #[test]
    fn maximum_and_percentile_are_of_the_same_ten_seconds() {
        let mut meter = LoadMeter::new(48_000);
        let mut second = |busy_ns| (0..100).for_each(|_| meter.add(busy_ns, 480));
        second(6_666_667);
        (0..9).for_each(|_| second(1_000_000));
        let load = meter.load();
        assert!(load.percentile99 > 0.6 && load.percentile99 <= load.maximum, "{load:?}");
        assert!((load.maximum - 0.666_67).abs() < 1e-4, "{load:?}");
        let mut second = |busy_ns| (0..100).for_each(|_| meter.add(busy_ns, 480));
        second(1_000_000);
        second(1_000_000);
        let load = meter.load();
        assert!(load.maximum < 0.11 && load.percentile99 <= load.maximum, "{load:?}");
    }
}
