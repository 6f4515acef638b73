//! The musical time of everything that plays: one for the whole engine.

use wavecraft_ring::{BlockTime, TEMPI};

use crate::number::{real64, size, whole};

/// The tempo until another is set, in beats per minute.
pub const TEMPO: f64 = 120.0;

/// Beats of a bar.
pub const BEATS_OF_A_BAR: u32 = 4;

/// The longest loop, in bars.
pub const MAX_LOOP_BARS: u32 = 64;

/// The furthest beat that can be gone to, from 0: more than a month at the slowest tempo, and small enough that a position
/// in frames is exact.
pub const MAX_BEATS: f64 = 1_000_000.0;

/// The number of the time that an engine begins with. Reports from before its first callback have another.
pub(crate) const FIRST_CHANGE: u32 = 1;

/// Where the music is, and whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// Whether the position advances with the frames.
    pub playing: bool,
    /// In beats per minute, in [`TEMPI`].
    pub tempo: f64,
    /// From the first bar on, in frames of the engine's rate.
    pub position_frames: u64,
    /// So many bars from the first on are repeated; 0 for none.
    pub loop_bars: u32,
}

impl Default for Time {
    fn default() -> Self {
        Self { playing: true, tempo: TEMPO, position_frames: 0, loop_bars: 0 }
    }
}

/// One thing that is changed. What is out of range is clamped, and what is no number changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeChange {
    /// To play, or to stop where it is.
    Playing(bool),
    /// In beats per minute. The position in beats stays.
    Tempo(f64),
    /// To go to a beat, from 0 to [`MAX_BEATS`].
    Beat(f64),
    /// To repeat so many bars, up to [`MAX_LOOP_BARS`]; 0 for none. A position beyond the loop goes to the same place in it.
    LoopBars(u32),
}

impl Time {
    /// Changes one thing. `sample_rate` is the engine's, in Hz, here and below.
    pub fn change(&mut self, change: TimeChange, sample_rate: u32) {
        match change {
            TimeChange::Playing(playing) => self.playing = playing,
            TimeChange::Tempo(tempo) if tempo.is_nan() => {}
            TimeChange::Tempo(tempo) => {
                let beats = self.beats(sample_rate);
                self.tempo = tempo.clamp(*TEMPI.start(), *TEMPI.end());
                self.position_frames = self.frames(beats, sample_rate);
            }
            TimeChange::Beat(beat) if beat.is_nan() => {}
            TimeChange::Beat(beat) => {
                self.position_frames = self.frames(beat.clamp(0.0, MAX_BEATS), sample_rate);
            }
            TimeChange::LoopBars(bars) => self.loop_bars = bars.min(MAX_LOOP_BARS),
        }
        if let Some(end) = self.loop_frames(sample_rate) {
            self.position_frames %= end;
        }
    }

    /// The position in beats from 0.
    #[must_use]
    pub fn beats(&self, sample_rate: u32) -> f64 {
        real64(self.position_frames) * self.tempo / (60.0 * f64::from(sample_rate))
    }

    /// The same at another rate: the position in beats stays.
    #[must_use]
    pub fn at_rate(self, from: u32, to: u32) -> Self {
        let mut time = self;
        time.change(TimeChange::Beat(self.beats(from)), to);
        time
    }

    /// The frames of the loop, rounded to the nearest; at least one. `None` without a loop.
    #[must_use]
    pub fn loop_frames(&self, sample_rate: u32) -> Option<u64> {
        let beats = f64::from(self.loop_bars * BEATS_OF_A_BAR);
        (self.loop_bars > 0).then(|| self.frames(beats, sample_rate).max(1))
    }

    fn frames(&self, beats: f64, sample_rate: u32) -> u64 {
        whole(beats * 60.0 * f64::from(sample_rate) / self.tempo)
    }

    /// How many of the next frames belong together: up to the loop's end.
    pub(crate) fn together(&self, frames: usize, sample_rate: u32) -> usize {
        match self.loop_frames(sample_rate) {
            Some(end) if self.playing => frames.min(size_of(end.saturating_sub(self.position_frames)).max(1)),
            _ => frames,
        }
    }

    /// Goes on by frames that [belong together](Self::together).
    pub(crate) fn advance(&mut self, frames: u64, sample_rate: u32) {
        if !self.playing {
            return;
        }
        self.position_frames = self.position_frames.saturating_add(frames);
        if self.loop_frames(sample_rate).is_some_and(|end| self.position_frames >= end) {
            self.position_frames = 0;
        }
    }

    /// As a block's children are told.
    pub(crate) fn of_block(&self) -> BlockTime {
        BlockTime {
            tempo: Some(self.tempo),
            position: i64::try_from(self.position_frames).unwrap_or(i64::MAX),
            playing: self.playing,
        }
    }
}

fn size_of(frames: u64) -> usize {
    size(u32::try_from(frames).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn changed(changes: &[TimeChange]) -> Time {
        let mut time = Time::default();
        changes.iter().for_each(|change| time.change(*change, RATE));
        time
    }

    #[test]
    fn a_beat_is_as_long_as_the_tempo_says_and_stays_the_same_beat() {
        let mut time = changed(&[TimeChange::Beat(4.0)]);
        assert_eq!((time.position_frames, time.beats(RATE)), (96_000, 4.0));
        for tempo in [60.0, 98.0, 999.0, 20.0, 133.3] {
            time.change(TimeChange::Tempo(tempo), RATE);
            // The position is a whole frame: at 999 beats a minute that is a 2,883rd of a beat.
            assert!((time.beats(RATE) - 4.0).abs() < 1.0 / 2883.0, "{time:?}");
        }
        let half = changed(&[TimeChange::Beat(4.0), TimeChange::Tempo(60.0)]);
        assert_eq!(half.position_frames, 192_000);
        let other = changed(&[TimeChange::Beat(3.0)]).at_rate(RATE, 44_100);
        assert_eq!((other.position_frames, other.beats(44_100)), (66_150, 3.0));
    }

    #[test]
    fn what_is_out_of_range_is_clamped_and_what_is_no_number_ignored() {
        let time = changed(&[
            TimeChange::Tempo(f64::INFINITY),
            TimeChange::Tempo(f64::NAN),
            TimeChange::Beat(f64::NEG_INFINITY),
            TimeChange::Beat(f64::NAN),
            TimeChange::LoopBars(u32::MAX),
        ]);
        assert_eq!(time, Time { playing: true, tempo: 999.0, position_frames: 0, loop_bars: 64 });
        assert_eq!(changed(&[TimeChange::Tempo(-1.0)]).tempo, 20.0);
        assert_eq!(changed(&[TimeChange::Beat(f64::MAX)]).beats(RATE), MAX_BEATS);
    }

    #[test]
    fn a_loop_ends_at_its_frame_and_a_place_beyond_it_is_the_same_place_in_it() {
        let mut time = changed(&[TimeChange::Beat(9.0), TimeChange::LoopBars(2)]);
        assert_eq!((time.loop_frames(RATE), time.beats(RATE)), (Some(192_000), 1.0));
        time.change(TimeChange::Beat(7.9), RATE);
        assert_eq!(time.position_frames, 189_600);
        assert_eq!((time.together(4096, RATE), time.together(256, RATE)), (2400, 256));
        time.advance(2399, RATE);
        assert_eq!((time.position_frames, time.together(4096, RATE)), (191_999, 1));
        time.advance(1, RATE);
        assert_eq!(time.position_frames, 0);
        time.change(TimeChange::Playing(false), RATE);
        time.advance(100, RATE);
        assert_eq!((time.position_frames, time.together(4096, RATE)), (0, 4096), "it stands still");
    }
}
