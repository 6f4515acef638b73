//! What two builds differ by, from the samples of both.

use std::collections::VecDeque;
use wavecraft_companion_protocol::comparison::LiveDifference;

/// The difference is that of the last second, in this many pieces.
const PIECES: usize = 10;

/// Sums of squares over a piece of a second, of the newest build and of the difference.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    after: f64,
    difference: f64,
    frames: u32,
}

/// The level of the difference, and of the newest build.
#[derive(Debug, Default)]
pub(super) struct Levels {
    /// Never more than [`PIECES`].
    pieces: VecDeque<Piece>,
    present: Piece,
}

impl Levels {
    /// Takes samples of both: left and right of the newest build, then of the older one, which is heard with this linear
    /// gain. `rate` is in Hz.
    pub(super) fn add(&mut self, pairs: &[[f32; 4]], gain: f32, rate: u32) {
        let gain = f64::from(gain);
        let most = rate / 10;
        for pair in pairs {
            let [after_left, after_right, left, right] = pair.map(f64::from);
            let piece = &mut self.present;
            piece.after += after_left.powi(2) + after_right.powi(2);
            piece.difference += (after_left - gain * left).powi(2) + (after_right - gain * right).powi(2);
            piece.frames += 1;
            if piece.frames >= most {
                if self.pieces.len() == PIECES {
                    self.pieces.pop_front();
                }
                self.pieces.push_back(std::mem::take(&mut self.present));
            }
        }
    }

    /// Forgets everything, for another comparison.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The difference; none while the newest build is silent, or nothing was measured.
    pub(super) fn difference(&self) -> Option<LiveDifference> {
        let sum = |of: fn(&Piece) -> f64| self.pieces.iter().map(of).sum::<f64>();
        let frames: u32 = self.pieces.iter().map(|piece| piece.frames).sum();
        let (after, difference) = (sum(|piece| piece.after), sum(|piece| piece.difference));
        if frames == 0 || after <= 0.0 {
            return None;
        }
        let samples = 2.0 * f64::from(frames);
        Some(LiveDifference {
            level_db: decibels(difference / samples),
            null_db: decibels(difference / after),
        })
    }
}

/// A ratio of powers in dB, to 0.1 dB; none is −∞.
fn decibels(power: f64) -> Option<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "a few decibels, rounded to tenths")]
    let rounded = (100.0 * power.log10()).round() as f32 / 10.0;
    (power > 0.0).then_some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn of(pair: [f32; 4], gain: f32) -> Option<LiveDifference> {
        let mut levels = Levels::default();
        levels.add(&vec![pair; 48_000], gain, RATE);
        levels.difference()
    }

    #[test]
    fn the_difference_is_told_by_itself_and_against_the_newest() {
        assert_eq!(of([0.5, 0.5, 0.5, 0.5], 1.0), Some(LiveDifference { level_db: None, null_db: None }));
        let tenth = of([1.0, -1.0, 0.9, -0.9], 1.0).unwrap();
        assert_eq!((tenth.level_db, tenth.null_db), (Some(-20.0), Some(-20.0)));
        let quiet = of([0.1, 0.1, 0.05, 0.05], 1.0).unwrap();
        assert_eq!((quiet.level_db, quiet.null_db), (Some(-26.0), Some(-6.0)));
        // As loud as the newest: what is left is nothing.
        assert_eq!(of([0.5, 0.5, 0.25, 0.25], 2.0).unwrap().null_db, None);
        let one_side = of([1.0, 1.0, 1.0, 0.0], 1.0).unwrap();
        assert_eq!(one_side.null_db, Some(-3.0));
    }

    #[test]
    fn silence_tells_nothing_and_the_second_before_is_forgotten() {
        assert_eq!(of([0.0; 4], 1.0), None);
        assert_eq!(Levels::default().difference(), None);
        let mut levels = Levels::default();
        levels.add(&vec![[1.0, 1.0, 0.0, 0.0]; 48_000], 1.0, RATE);
        assert_eq!(levels.difference().unwrap().null_db, Some(0.0));
        levels.add(&vec![[1.0; 4]; 48_000], 1.0, RATE);
        assert_eq!(levels.difference().unwrap().null_db, None);
        levels.clear();
        assert_eq!(levels.difference(), None);
    }
}
