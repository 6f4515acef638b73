//! Where a part of a callback reads delayed signals.

use crate::number::{position, real, sample, size};
use crate::render::delay_line::DelayLine;
use crate::render::fade::Ramp;

/// The positions at which a part of a callback reads delayed signals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadWindow {
    /// Stream position of the part's first frame.
    pub(crate) position: u64,
    /// Frames of the part.
    pub(crate) frames: usize,
    /// The delay.
    pub(crate) delay: u32,
    /// The delay before it grew, and the number of frames of the fade between the two.
    growth: Option<(u32, u32)>,
    /// Share of the undelayed reading: 0 except in Direct mode.
    direct: Ramp,
}

impl ReadWindow {
    /// `growth` is the delay before it grew, and the number of frames of the fade between the two, at most `frames`.
    pub(crate) fn new(position: u64, frames: usize, delay: u32, growth: Option<(u32, u32)>) -> Self {
        Self { position, frames, delay, growth, direct: Ramp::at(0.0) }
    }

    /// Whether any of a block that begins at `block_position` is played in this part.
    pub(crate) fn needs(&self, block_position: u64) -> bool {
        block_position.saturating_add(u64::from(self.delay)) < self.position + position(self.frames)
    }

    /// The same window with a share read without the delay. `direct` is its value at the part's first frame.
    pub(crate) fn with_direct(&self, direct: Ramp) -> Self {
        Self { direct, ..*self }
    }

    /// The same window, `frames` earlier.
    pub(crate) fn delayed(&self, frames: u32) -> Self {
        Self { position: self.position.wrapping_sub(u64::from(frames)), ..*self }
    }

    /// The delay of the reading; during a fade, the delay to which it fades.
    pub(crate) fn heard_delay(&self) -> u32 {
        if self.direct.target() == 1.0 { 0 } else { self.delay }
    }

    /// The position of the first frame read, if all are read with one delay: nothing fades.
    pub(crate) fn only(&self) -> Option<u64> {
        match (self.growth, self.direct.is_steady_at(0.0), self.direct.is_steady_at(1.0)) {
            (None, true, _) => Some(self.at(self.delay)),
            (_, _, true) => Some(self.position),
            _ => None,
        }
    }

    /// Reads a signal at its due position; `other` is a buffer for a crossfade.
    pub(crate) fn read(&self, line: &DelayLine<f32>, out: &mut [f32], other: &mut [f32]) {
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
                // At the end of the fade the result is exact, without rounding.
                *out = if share == 1.0 { *undelayed } else { *out + (*undelayed - *out) * share };
            }
        }
    }

    /// Reads flags at the same positions as the signal: in a crossfade, both flags must be set.
    pub(crate) fn read_flags(&self, line: &DelayLine<bool>, out: &mut [bool]) {
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
