//! The last samples of a tap, for drawing.

use std::collections::VecDeque;

use crate::number::size;

/// The time kept, in milliseconds: the longest picture of the waveform, and the time before it in which its beginning
/// is searched for.
const KEPT_MS: u32 = 600;

/// The fewest frames kept, at low rates: enough for the published waveform and the spectrum.
const LEAST_FRAMES: usize = 8192;

/// The last frames of both channels, oldest first.
#[derive(Debug)]
pub(crate) struct History {
    frames: VecDeque<[f32; 2]>,
    capacity: usize,
    end_frames: u64,
}

impl History {
    /// An empty history for sound at `sample_rate` Hz.
    pub(crate) fn new(sample_rate: u32) -> Self {
        let wanted = u64::from(sample_rate) * u64::from(KEPT_MS) / 1000;
        let capacity = usize::try_from(wanted).unwrap_or(usize::MAX).clamp(LEAST_FRAMES, size(u32::MAX));
        Self { frames: VecDeque::new(), capacity, end_frames: 0 }
    }

    /// Appends frames, oldest first; `end_frames` is the stream position after them.
    pub(crate) fn push(&mut self, frames: impl ExactSizeIterator<Item = [f32; 2]>, end_frames: u64) {
        let skip = frames.len().saturating_sub(self.capacity);
        let added = frames.len() - skip;
        let excess = (self.frames.len() + added).saturating_sub(self.capacity);
        self.frames.drain(..excess);
        self.frames.extend(frames.skip(skip));
        self.end_frames = end_frames;
    }

    /// Stream position after the last frame.
    pub(crate) fn end_frames(&self) -> u64 {
        self.end_frames
    }

    /// Number of frames there are.
    pub(crate) fn len(&self) -> usize {
        self.frames.len()
    }

    /// The last `count` frames, oldest first. `None` while there are fewer.
    pub(crate) fn last(
        &self,
        count: usize,
    ) -> Option<impl DoubleEndedIterator<Item = [f32; 2]> + ExactSizeIterator + Clone> {
        let begin = self.frames.len().checked_sub(count)?;
        Some(self.frames.range(begin..).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::sample;

    fn numbered(range: std::ops::Range<u32>) -> std::vec::IntoIter<[f32; 2]> {
        range.map(|number| [sample(f64::from(number)), 0.0]).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn the_last_frames_are_kept_in_their_order() {
        let mut history = History::new(48_000);
        history.push(numbered(0..3), 3);
        assert!(history.last(4).is_none());
        // More than is kept in one push, then some more.
        history.push(numbered(3..90_000), 90_000);
        history.push(numbered(90_000..90_002), 90_002);
        let last: Vec<f32> = history.last(3).expect("so many").map(|frame| frame[0]).collect();
        assert_eq!((last, history.end_frames()), (vec![89_999.0, 90_000.0, 90_001.0], 90_002));
        let kept = history.len();
        assert_eq!(kept, 28_800);
        let oldest = history.last(kept).expect("so many").next().map(|frame| frame[0]);
        assert_eq!(oldest, Some(90_002.0 - 28_800.0));
        assert!(history.last(kept + 1).is_none());
    }

    #[test]
    fn the_longest_picture_and_its_search_fit_at_every_rate() {
        for rate in [8_000, 44_100, 48_000, 96_000, 192_000, 768_000] {
            let mut history = History::new(rate);
            history.push(numbered(0..rate), u64::from(rate));
            assert!(history.len() >= size(rate / 10 * 6), "{rate}");
        }
    }
}
