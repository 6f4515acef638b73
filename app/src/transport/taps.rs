//! A tempo from taps on the beat.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::transport::TEMPI;

/// The most taps that count.
pub(crate) const MOST: usize = 8;
/// A longer pause begins anew.
const PAUSE: Duration = Duration::from_secs(2);

/// The taps that count, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Taps(VecDeque<Instant>);

impl Taps {
    /// Adds a tap. Returns the tempo from the second one on, to a tenth.
    pub(super) fn tap(&mut self, at: Instant) -> Option<f64> {
        if self.0.back().is_some_and(|last| at.saturating_duration_since(*last) > PAUSE) {
            self.0.clear();
        }
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(at);
        let (first, last) = (self.0.front()?, self.0.back()?);
        let intervals = u32::try_from(self.0.len() - 1).ok().filter(|intervals| *intervals > 0)?;
        let mean = last.saturating_duration_since(*first).as_secs_f64() / f64::from(intervals);
        // Taps at one moment give an infinite tempo, which is clamped too.
        let tempo = (600.0 / mean).round() / 10.0;
        Some(tempo.clamp(*TEMPI.start(), *TEMPI.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tapped(milliseconds: &[u64]) -> Vec<Option<f64>> {
        let (begin, mut taps) = (Instant::now(), Taps::default());
        milliseconds.iter().map(|ms| taps.tap(begin + Duration::from_millis(*ms))).collect()
    }

    #[test]
    fn the_tempo_is_that_of_the_last_eight_taps() {
        assert_eq!(tapped(&[0, 500, 1000, 1503]), [None, Some(120.0), Some(120.0), Some(119.8)]);
        let mut taps: Vec<u64> = (0..4).map(|tap| tap * 1000).collect();
        taps.extend((1..=8).map(|tap| 3000 + tap * 250));
        assert_eq!(tapped(&taps).last(), Some(&Some(240.0)), "the slower ones are forgotten");
    }

    #[test]
    fn a_pause_begins_anew_and_no_tempo_is_impossible() {
        assert_eq!(tapped(&[0, 1000, 3001, 3501]), [None, Some(60.0), None, Some(120.0)]);
        assert_eq!(tapped(&[0, 2000]), [None, Some(30.0)]);
        assert_eq!(tapped(&[5, 5, 6]), [None, Some(999.0), Some(999.0)]);
    }
}
