//! The last samples of a tap, for drawing.

use std::collections::VecDeque;

/// Number of frames kept: the spectrum's window, 85 ms at 48 kHz.
pub(crate) const HISTORY_FRAMES: usize = 4096;

/// The last [`HISTORY_FRAMES`] frames of both channels, oldest first.
#[derive(Debug)]
pub(crate) struct History {
    frames: VecDeque<[f32; 2]>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self { frames: VecDeque::with_capacity(HISTORY_FRAMES) }
    }

    /// Appends frames, oldest first.
    pub(crate) fn push(&mut self, frames: impl ExactSizeIterator<Item = [f32; 2]>) {
        let skip = frames.len().saturating_sub(HISTORY_FRAMES);
        for frame in frames.skip(skip) {
            if self.frames.len() == HISTORY_FRAMES {
                self.frames.pop_front();
            }
            self.frames.push_back(frame);
        }
    }

    /// The last `count` frames, oldest first. `None` while there are fewer.
    pub(crate) fn last(&self, count: usize) -> Option<impl DoubleEndedIterator<Item = [f32; 2]> + Clone> {
        let begin = self.frames.len().checked_sub(count)?;
        Some(self.frames.range(begin..).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_are_kept_in_their_order() {
        let numbered = |range: std::ops::Range<u16>| {
            let frames: Vec<_> = range.map(|number| [f32::from(number), 0.0]).collect();
            frames.into_iter()
        };
        let mut history = History::new();
        history.push(numbered(0..3));
        assert!(history.last(4).is_none());
        // More than is kept in one push, then some more.
        history.push(numbered(3..9000));
        history.push(numbered(9000..9002));
        let last: Vec<f32> = history.last(3).expect("so many").map(|frame| frame[0]).collect();
        assert_eq!(last, [8999.0, 9000.0, 9001.0]);
        let oldest = history.last(HISTORY_FRAMES).expect("so many").next().map(|frame| frame[0]);
        assert_eq!(oldest, Some(9002.0 - 4096.0));
        assert!(history.last(HISTORY_FRAMES + 1).is_none());
    }
}
