//! The two ways in which a level changes: a ramp for planned changes, a fading residue for unplanned ones.

use crate::number::{sample, size};

/// A linear ramp from the current value to a target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ramp {
    value: f32,
    target: f32,
    step: f32,
    left: u32,
}

impl Ramp {
    pub(crate) fn at(value: f32) -> Self {
        Self { value, target: value, step: 0.0, left: 0 }
    }

    /// Starts a ramp to `target` over `frames`; does nothing if that is already its target.
    pub(crate) fn aim(&mut self, target: f32, frames: u32) {
        if target == self.target {
            return;
        }
        if frames == 0 {
            self.jump(target);
            return;
        }
        self.target = target;
        self.left = frames;
        self.step = (target - self.value) / sample(f64::from(frames));
    }

    pub(crate) fn jump(&mut self, value: f32) {
        *self = Self::at(value);
    }

    /// The next frame's value. The last one is the target itself, without rounding.
    pub(crate) fn next(&mut self) -> f32 {
        if self.left > 0 {
            self.left -= 1;
            self.value = if self.left == 0 { self.target } else { self.value + self.step };
        }
        self.value
    }

    /// Advances by `frames` frames without computing their values.
    pub(crate) fn skip(&mut self, frames: usize) {
        for _ in 0..frames.min(size(self.left)) {
            self.next();
        }
    }

    pub(crate) fn value(&self) -> f32 {
        self.value
    }

    /// The target of the ramp, or its value if it has ended.
    pub(crate) fn target(&self) -> f32 {
        self.target
    }

    pub(crate) fn is_steady(&self) -> bool {
        self.left == 0
    }

    pub(crate) fn is_steady_at(&self, value: f32) -> bool {
        self.is_steady() && self.value == value
    }

    /// Adds two channels, multiplied by the ramp, to two others.
    pub(crate) fn add(&mut self, from: [&[f32]; 2], to: [&mut [f32]; 2]) {
        let start = *self;
        for (to, from) in to.into_iter().zip(from) {
            *self = start;
            let pairs = to.iter_mut().zip(from);
            if self.is_steady() {
                // The usual case: without state carried from frame to frame the compiler can use vector registers.
                let gain = self.value;
                pairs.for_each(|(to, from)| *to += from * gain);
            } else {
                pairs.for_each(|(to, from)| *to += from * self.next());
            }
        }
    }

    /// Multiplies two channels by the ramp.
    pub(crate) fn apply(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.is_steady() {
            if self.value != 1.0 {
                let gain = self.value;
                left.iter_mut().chain(right).for_each(|sample| *sample *= gain);
            }
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let gain = self.next();
            *left *= gain;
            *right *= gain;
        }
    }
}

/// Hides an unexpected jump: the difference between the last sound heard and the new one is added and faded to nothing,
/// so the first new sample continues the last old one. No step is larger than the new signal's own plus the difference
/// divided by the length.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Residue {
    difference: [f32; 2],
    left: u32,
    length: u32,
}

impl Residue {
    pub(crate) fn start(&mut self, difference: [f32; 2], frames: u32) {
        *self = Self { difference, left: frames, length: frames };
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.left == 0
    }

    /// What to add to the next frame.
    pub(crate) fn next(&mut self) -> [f32; 2] {
        if self.left == 0 {
            return [0.0; 2];
        }
        self.left -= 1;
        let share = sample(f64::from(self.left) / f64::from(self.length));
        self.difference.map(|difference| difference * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_ends_exactly_at_its_target() {
        let mut ramp = Ramp::at(0.0);
        ramp.aim(0.7, 480);
        let mut last = 0.0;
        for _ in 0..480 {
            assert!(!ramp.is_steady());
            let value = ramp.next();
            assert!((value - last).abs() < 0.7 / 480.0 + 1e-5);
            last = value;
        }
        assert!(ramp.is_steady_at(0.7));
        ramp.aim(0.2, 0);
        assert!(ramp.is_steady_at(0.2));
    }

    #[test]
    fn a_residue_starts_near_the_difference_and_ends_at_zero() {
        let mut residue = Residue::default();
        residue.start([1.0, -2.0], 64);
        assert_eq!(residue.next(), [63.0 / 64.0, -2.0 * 63.0 / 64.0]);
        for _ in 1..64 {
            residue.next();
        }
        assert!(residue.is_idle());
        assert_eq!(residue.next(), [0.0, 0.0]);
    }
}
