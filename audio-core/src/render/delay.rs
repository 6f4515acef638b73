//! The delay of Pipelined mode, and how it grows.

use crate::config::MAX_DELAY_FRAMES;
use crate::number::count32;
use crate::render::read_window::ReadWindow;

/// The largest callback of the stream so far, at least the nominal one: with it as the delay, the reply to every
/// callback is due in the next one, and the delay is constant however the callbacks vary below it.
#[derive(Debug)]
pub(crate) struct Delay {
    frames: u32,
}

impl Delay {
    pub(crate) fn new(nominal_frames: u32) -> Self {
        Self { frames: nominal_frames.clamp(1, MAX_DELAY_FRAMES) }
    }

    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    /// Records a callback's size. Returns the previous delay if the delay has grown.
    pub(crate) fn observe(&mut self, callback_frames: usize) -> Option<u32> {
        let needed = count32(callback_frames).min(MAX_DELAY_FRAMES);
        if needed <= self.frames {
            return None;
        }
        let before = self.frames;
        self.frames = needed;
        Some(before)
    }

    /// The window of a part. When the delay grows, the fade takes as many frames as the old delay still covers, at most
    /// `fade_frames`.
    pub(crate) fn window(
        &self,
        position: u64,
        frames: usize,
        grown_from: Option<u32>,
        fade_frames: u32,
    ) -> ReadWindow {
        let growth = grown_from.map(|before| (before, fade_frames.min(before).min(count32(frames))));
        ReadWindow::new(position, frames, self.frames, growth.filter(|(_, fade)| *fade > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{real, sample};
    use crate::render::delay_line::DelayLine;

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
        let mut line = DelayLine::<f32>::new();
        let ramp: Vec<f32> = (0..1000).map(|n| sample(real(n))).collect();
        line.write(0, &ramp);
        let mut delay = Delay::new(100);
        let grown_from = delay.observe(300);
        let window = delay.window(700, 300, grown_from, 50);
        let (mut out, mut before) = (vec![0.0; 300], vec![0.0; 300]);
        window.read(&line, &mut out, &mut before);
        assert!((out[0] - (600.0 - 200.0 / 50.0)).abs() < 0.01, "near the old delay first: {}", out[0]);
        assert_eq!(out[49], 449.0);
        assert_eq!(out[299], 699.0);
    }

    #[test]
    fn a_block_is_needed_once_its_first_frame_is_played() {
        let delay = Delay::new(256);
        let window = delay.window(1000, 64, None, 0);
        assert!(window.needs(807) && !window.needs(808));
    }
}
