//! Busy time as a share of the available time.

use crate::number::{real64, sample};
use crate::render::percentile::Percentile;
use crate::snapshot::Load;

/// Weight of the newest block in the average.
const NEWEST: f32 = 1.0 / 8.0;

/// Average, one-second maximum, and the 99th percentile of the last ten seconds' blocks.
#[derive(Debug)]
pub(crate) struct LoadMeter {
    sample_rate: u64,
    average: f32,
    maximum: [f32; 2],
    percentile: Percentile,
    frames: u64,
}

impl LoadMeter {
    pub(crate) fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate: u64::from(sample_rate.max(1)),
            average: 0.0,
            maximum: [0.0; 2],
            percentile: Percentile::new(),
            frames: 0,
        }
    }

    /// Adds a block of `frames` frames that took `busy_ns` nanoseconds.
    pub(crate) fn add(&mut self, busy_ns: u64, frames: u64) {
        let available_ns = real64(frames) * 1e9 / real64(self.sample_rate);
        let load = sample(real64(busy_ns) / available_ns.max(1.0));
        self.average += (load - self.average) * NEWEST;
        self.maximum[0] = self.maximum[0].max(load);
        self.percentile.add(load);
        self.frames += frames;
        if self.frames >= self.sample_rate {
            self.frames = 0;
            self.maximum = [0.0, self.maximum[0]];
            self.percentile.close_second();
        }
    }

    pub(crate) fn load(&self) -> Load {
        Load {
            average: self.average,
            maximum: self.maximum[0].max(self.maximum[1]),
            percentile99: self.percentile.value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_settles_and_the_maximum_lasts_a_second() {
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
        assert!((meter.load().average - 0.1).abs() < 1e-3 && (meter.load().maximum - 0.1).abs() < 1e-6);
        assert!(
            (meter.load().percentile99 - 0.1).abs() < 0.0125,
            "one in three hundred isn't one in a hundred"
        );
    }
}
