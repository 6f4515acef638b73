//! The oscilloscope: the tap's latest samples, aligned to a rising zero crossing.

use crate::engine::history::History;

/// Points of one frame of the oscilloscope, each one sample.
pub const SCOPE_POINTS: usize = 1024;

/// A signal that stays below this (−80 dBFS) for a whole frame counts as no signal.
pub(crate) const NO_SIGNAL_PEAK: f32 = 1e-4;

/// A crossing is searched for over the length of one frame; if there is none, the latest frame is used unaligned.
const SEARCHED: usize = 2 * SCOPE_POINTS;

/// One picture of the processed output.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeFrame {
    /// [`SCOPE_POINTS`] samples of the left channel, linear amplitude.
    pub left: Vec<f32>,
    /// [`SCOPE_POINTS`] samples of the right channel.
    pub right: Vec<f32>,
    /// Rate in Hz of the samples.
    pub sample_rate: u32,
    /// Stream position in frames of the first point.
    pub timestamp_frames: u64,
    /// Whether the first point is the first sample at or above zero after one below it.
    pub triggered: bool,
    /// Whether the signal stayed below −80 dBFS.
    pub no_signal: bool,
}

impl ScopeFrame {
    /// The latest frame that begins at a rising zero crossing of the left channel, or of the right one if the left has
    /// none; otherwise the latest frame. `end_frames` is the stream position after the last sample. `None` while there
    /// are too few samples.
    pub(crate) fn of(history: &History, sample_rate: u32, end_frames: u64) -> Option<Self> {
        let samples: Vec<[f32; 2]> = history.last(SEARCHED)?.collect();
        let crossing = (0..2).find_map(|channel| {
            (1..=SEARCHED - SCOPE_POINTS)
                .rev()
                .find(|&index| samples[index - 1][channel] < 0.0 && samples[index][channel] >= 0.0)
        });
        let start = crossing.unwrap_or(SEARCHED - SCOPE_POINTS);
        let points = &samples[start..start + SCOPE_POINTS];
        let peak = points.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        Some(Self {
            left: points.iter().map(|sample| sample[0]).collect(),
            right: points.iter().map(|sample| sample[1]).collect(),
            sample_rate,
            timestamp_frames: end_frames.saturating_sub(crate::number::position(SEARCHED - start)),
            triggered: crossing.is_some(),
            no_signal: peak < NO_SIGNAL_PEAK,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{real, sample};

    fn sine(frequency: f64, frames: usize, level: f64) -> Vec<[f32; 2]> {
        (0..frames)
            .map(|frame| {
                let phase = std::f64::consts::TAU * frequency * real(frame) / 48_000.0;
                [sample(level * phase.sin()), sample(level * phase.cos())]
            })
            .collect()
    }

    #[test]
    fn begins_at_the_latest_rising_crossing() {
        let mut history = History::new(48_000);
        assert_eq!(ScopeFrame::of(&history, 48_000, 0), None);
        history.push(sine(440.0, 5000, 0.5).into_iter(), 5000);
        let frame = ScopeFrame::of(&history, 48_000, 5000).expect("enough samples");
        assert!(frame.triggered && !frame.no_signal);
        assert_eq!((frame.left.len(), frame.right.len()), (SCOPE_POINTS, SCOPE_POINTS));
        // At the crossing the sine is within one sample's step of zero and the cosine near its peak.
        assert!((0.0..0.03).contains(&frame.left[0]), "{}", frame.left[0]);
        assert!(frame.left[1] > frame.left[0] && frame.right[0] > 0.49);
        let begins = frame.timestamp_frames;
        assert!((5000 - 1024 - 110..=5000 - 1024).contains(&begins), "{begins}");
    }

    #[test]
    fn silence_and_direct_current_are_shown_untriggered() {
        let mut history = History::new(48_000);
        history.push(vec![[0.0; 2]; SEARCHED].into_iter(), 4096);
        let frame = ScopeFrame::of(&history, 48_000, 4096).expect("enough samples");
        assert!(frame.no_signal && !frame.triggered);
        history.push(vec![[0.3; 2]; SEARCHED + 7].into_iter(), 9000);
        let frame = ScopeFrame::of(&history, 48_000, 9000).expect("enough samples");
        assert!(!frame.no_signal && !frame.triggered);
    }

    #[test]
    fn the_right_channel_triggers_when_the_left_is_silent() {
        let mut history = History::new(48_000);
        history.push(
            sine(440.0, SEARCHED, 0.5)
                .into_iter()
                .map(|[left, _]| [0.0, left])
                .collect::<Vec<_>>()
                .into_iter(),
            0,
        );
        assert!(ScopeFrame::of(&history, 48_000, 0).expect("enough samples").triggered);
    }
}
