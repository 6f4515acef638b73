//! The delay of Pipelined mode, and how it grows.

use crate::config::MAX_DELAY_FRAMES;
use crate::number::{count32, position, real, sample, size};
use crate::render::fade::Ramp;
use crate::render::line::Line;

/// The largest callback that the stream has shown, at least the nominal one: then the reply to every callback is due in
/// the next one, and the delay is constant however the callbacks vary below it.
#[derive(Debug)]
pub(crate) struct Delay {
    frames: u32,
}

/// Where a part of a callback reads the past.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Stream position of the part's first frame.
    pub(crate) position: u64,
    /// Frames of the part.
    pub(crate) frames: usize,
    /// The delay.
    pub(crate) delay: u32,
    /// The delay before it grew, and the frames over which one fades into the other.
    growth: Option<(u32, u32)>,
    /// Share of what is read without the delay: 0 but in Direct mode.
    direct: Ramp,
}

impl Delay {
    pub(crate) fn new(nominal_frames: u32) -> Self {
        Self { frames: nominal_frames.clamp(1, MAX_DELAY_FRAMES) }
    }

    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    /// Takes note of a callback. Gives the delay from before, if it has grown.
    pub(crate) fn observe(&mut self, callback_frames: usize) -> Option<u32> {
        let needed = count32(callback_frames).min(MAX_DELAY_FRAMES);
        if needed <= self.frames {
            return None;
        }
        let before = self.frames;
        self.frames = needed;
        Some(before)
    }

    /// The reach of a part. A growth fades over as many frames as the old delay still reaches, `fade_frames` at most.
    pub(crate) fn reach(
        &self,
        position: u64,
        frames: usize,
        grown_from: Option<u32>,
        fade_frames: u32,
    ) -> Reach {
        let growth = grown_from.map(|before| (before, fade_frames.min(before).min(count32(frames))));
        Reach {
            position,
            frames,
            delay: self.frames,
            growth: growth.filter(|(_, fade)| *fade > 0),
            direct: Ramp::at(0.0),
        }
    }
}

impl Reach {
    /// Whether a block that begins at `block_position` is played in this part, in whole or in part.
    pub(crate) fn needs(&self, block_position: u64) -> bool {
        block_position.saturating_add(u64::from(self.delay)) < self.position + position(self.frames)
    }

    /// The same reach with a share that is read without the delay. `direct` is at the part's first frame.
    pub(crate) fn with_direct(&self, direct: Ramp) -> Self {
        Self { direct, ..*self }
    }

    /// The delay of what is read, to which it fades if it does.
    pub(crate) fn heard_delay(&self) -> u32 {
        if self.direct.target() == 1.0 { 0 } else { self.delay }
    }

    /// The position of the first frame that is read, where all are read with one delay: nothing fades.
    pub(crate) fn only(&self) -> Option<u64> {
        match (self.growth, self.direct.is_steady_at(0.0), self.direct.is_steady_at(1.0)) {
            (None, true, _) => Some(self.at(self.delay)),
            (_, _, true) => Some(self.position),
            _ => None,
        }
    }

    /// Reads a signal where it is due; `other` is room for a crossfade.
    pub(crate) fn read(&self, line: &Line<f32>, out: &mut [f32], other: &mut [f32]) {
        let mut direct = self.direct;
        if direct.is_steady_at(1.0) {
            line.read(self.position, out);
            return;
        }
        line.read(self.at(self.delay), out);
        if let Some((delay, fade)) = self.growth {
            let (before, length) = (&mut other[..size(fade)], sample(f64::from(fade)));
            line.read(self.at(delay), before);
            for (index, (new, old)) in out.iter_mut().zip(before).enumerate() {
                let share = sample(real(index + 1)) / length;
                *new = *old + (*new - *old) * share;
            }
        }
        if !direct.is_steady_at(0.0) {
            let undelayed = &mut other[..self.frames];
            line.read(self.position, undelayed);
            for (out, undelayed) in out.iter_mut().zip(undelayed) {
                let share = direct.next();
                // At its end the fade is exact, not only to rounding.
                *out = if share == 1.0 { *undelayed } else { *out + (*undelayed - *out) * share };
            }
        }
    }

    /// Reads flags where the signal is read: in a crossfade, those of both ends must be up.
    pub(crate) fn read_flags(&self, line: &Line<bool>, out: &mut [bool]) {
        let mut direct = self.direct;
        if direct.is_steady_at(1.0) {
            line.read(self.position, out);
            return;
        }
        line.read(self.at(self.delay), out);
        let mut other = [false];
        if let Some((delay, fade)) = self.growth {
            for (index, new) in out.iter_mut().take(size(fade)).enumerate() {
                line.read(self.at(delay).wrapping_add(position(index)), &mut other);
                *new &= other[0];
            }
        }
        if !direct.is_steady_at(0.0) {
            for (index, out) in out.iter_mut().enumerate() {
                line.read(self.position.wrapping_add(position(index)), &mut other);
                let share = direct.next();
                *out = (share == 1.0 || *out) && (share == 0.0 || other[0]);
            }
        }
    }

    fn at(&self, delay: u32) -> u64 {
        self.position.wrapping_sub(u64::from(delay))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_largest_callback_and_never_shrinks() {
        let mut delay = Delay::new(0);
        assert_eq!(delay.frames(), 1);
        assert_eq!(delay.observe(256), Some(1));
        assert_eq!((delay.observe(64), delay.frames()), (None, 256));
        assert_eq!(delay.observe(1_000_000), Some(256));
        assert_eq!(delay.frames(), MAX_DELAY_FRAMES);
    }

    #[test]
    fn a_growth_fades_from_the_old_delay_to_the_new_one() {
        let mut line = Line::<f32>::new();
        let ramp: Vec<f32> = (0..1000).map(|n| sample(real(n))).collect();
        line.write(0, &ramp);
        let mut delay = Delay::new(100);
        let grown_from = delay.observe(300);
        let reach = delay.reach(700, 300, grown_from, 50);
        let (mut out, mut before) = (vec![0.0; 300], vec![0.0; 300]);
        reach.read(&line, &mut out, &mut before);
        assert!((out[0] - (600.0 - 200.0 / 50.0)).abs() < 0.01, "near the old delay first: {}", out[0]);
        assert_eq!(out[49], 449.0);
        assert_eq!(out[299], 699.0);
    }

    #[test]
    fn a_block_is_needed_once_its_first_frame_is_played() {
        let delay = Delay::new(256);
        let reach = delay.reach(1000, 64, None, 0);
        assert!(reach.needs(807) && !reach.needs(808));
    }
}
