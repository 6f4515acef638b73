//! Signals of whole frames: the impulse and the step.

use crate::number::{sample, whole};

/// One sample that isn't 0 in every period.
pub(crate) struct Impulse {
    frame: u64,
    period: u64,
    peak: f32,
}

impl Impulse {
    pub(crate) fn new(seconds: f64, peak: f64, rate: f64) -> Self {
        Self { frame: 0, period: whole(seconds * rate).max(1), peak: sample(peak) }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = if self.frame == 0 { self.peak } else { 0.0 };
        self.frame = (self.frame + 1) % self.period;
        value
    }
}

/// 0 for the first half of every second, then the level.
pub(crate) struct Step {
    frame: u32,
    rate: u32,
    level: f32,
}

impl Step {
    pub(crate) fn new(level: f64, rate: u32) -> Self {
        Self { frame: 0, rate: rate.max(2), level: sample(level) }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = if self.frame < self.rate / 2 { 0.0 } else { self.level };
        self.frame = (self.frame + 1) % self.rate;
        value
    }
}
