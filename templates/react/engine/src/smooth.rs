//! A parameter's value on its way: a jump in a gain is a click, many small ones are "zipper noise".

/// How long a value takes to its target, in seconds: short enough to feel direct, long enough to be no click.
const SECONDS: f32 = 0.02;

/// A value that moves to its target in a straight line, one step a frame.
#[derive(Debug, Default)]
pub(crate) struct Smooth {
    value: f32,
    target: f32,
    step: f32,
    frames_left: u32,
}

impl Smooth {
    /// How many frames a way takes at `sample_rate`, in Hz.
    pub(crate) fn frames(sample_rate: f32) -> u32 {
        (SECONDS * sample_rate).round().max(1.0) as u32
    }

    /// Starts on the way to `target`, which takes `frames`; 0 is a jump. Asking for the same again changes nothing.
    pub(crate) fn aim(&mut self, target: f32, frames: u32) {
        if frames == 0 {
            *self = Self { value: target, target, step: 0.0, frames_left: 0 };
        } else if target != self.target {
            self.target = target;
            self.step = (target - self.value) / frames as f32;
            self.frames_left = frames;
        }
    }

    /// Is the value still on its way?
    pub(crate) fn moves(&self) -> bool {
        self.frames_left > 0
    }

    /// The value for the next frame.
    pub(crate) fn next(&mut self) -> f32 {
        match self.frames_left {
            0 => {}
            // The last step lands on the target, whatever the steps before have lost to rounding.
            1 => (self.value, self.frames_left) = (self.target, 0),
            _ => (self.value, self.frames_left) = (self.value + self.step, self.frames_left - 1),
        }
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_reached_on_time_in_equal_steps() {
        let mut smooth = Smooth::default();
        smooth.aim(0.25, 0);
        smooth.aim(1.0, 100);
        let mut before = 0.25;
        for _ in 0..100 {
            assert!(smooth.moves());
            let value = smooth.next();
            assert!((value - before - 0.0075).abs() < 1e-5);
            before = value;
        }
        assert!(!smooth.moves());
        assert_eq!((smooth.next(), before), (1.0, 1.0));
    }

    #[test]
    fn asking_again_does_not_start_again() {
        let mut smooth = Smooth::default();
        for _ in 0..10 {
            smooth.aim(1.0, 10);
            smooth.next();
        }
        assert_eq!(smooth.next(), 1.0);
    }
}
