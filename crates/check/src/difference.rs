//! What two outputs differ by.

use crate::{bench::Stereo, words};
use wavecraft_companion_analysis::level::{amplitude, db};

/// The first place where two outputs differ, and by how much they do at most.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) frame: usize,
    pub(crate) channel: usize,
    before: f32,
    after: f32,
    /// The largest difference relative to the louder's peak; of a number and what is none, infinite.
    db: f64,
}

impl Difference {
    /// Of two outputs, if any sample differs by more than `limit_db` relative to the loudest.
    pub(crate) fn of(before: &Stereo, after: &Stereo, limit_db: f64) -> Option<Self> {
        let peak = peak(before).max(peak(after));
        let limit = peak * amplitude(limit_db);
        let mut found: Option<Self> = None;
        let mut largest = 0.0_f64;
        for (channel, (before, after)) in before.iter().zip(after).enumerate() {
            for (frame, (a, b)) in before.iter().zip(after).enumerate() {
                let difference = gap(*a, *b);
                largest = largest.max(difference);
                let is_first = found.as_ref().is_none_or(|first| frame < first.frame);
                if difference > limit && is_first {
                    found = Some(Self { frame, channel, before: *a, after: *b, db: 0.0 });
                }
            }
        }
        let relative =
            if largest.is_infinite() { largest } else { db(largest / peak.max(f64::MIN_POSITIVE)) };
        found.map(|first| Self { db: relative, ..first })
    }

    /// "from frame 512 on (left, 0.25 and 0.24), by −40.0 dB at most".
    pub(crate) fn told(&self) -> String {
        let most = if self.db.is_infinite() {
            "one of them is no number".into()
        } else {
            format!("by {} dB at most", words::level(self.db))
        };
        format!(
            "from frame {} on ({}, {} and {}), {most}",
            self.frame,
            words::side(self.channel),
            words::sample(self.before),
            words::sample(self.after)
        )
    }
}

fn gap(a: f32, b: f32) -> f64 {
    match (a.is_finite(), b.is_finite()) {
        (true, true) => (f64::from(a) - f64::from(b)).abs(),
        (false, false) => 0.0,
        _ => f64::INFINITY,
    }
}

/// The largest sample that is a number.
pub(crate) fn peak(signal: &Stereo) -> f64 {
    let finite = signal.iter().flatten().filter(|sample| sample.is_finite());
    finite.fold(0.0_f64, |peak, sample| peak.max(f64::from(sample.abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_and_the_largest_gap_are_told() {
        let before = [vec![0.0, 0.5, 0.5], vec![0.0, 0.5, 1.0]];
        let after = [vec![0.0, 0.5, 0.5], vec![0.0, 0.4, 0.0]];
        let found = Difference::of(&before, &after, -100.0).expect("they differ");
        assert_eq!((found.frame, found.channel), (1, 1));
        assert!(
            found.told().contains("from frame 1 on (right, 0.50000 and 0.40000), by 0.0 dB"),
            "{}",
            found.told()
        );
        assert_eq!(Difference::of(&before, &before, -100.0), None);
        let silent = [vec![0.0; 3], vec![0.0; 3]];
        assert_eq!(Difference::of(&silent, &silent, -100.0), None);
        let close = [vec![0.0, 0.500_001, 0.5], vec![0.0, 0.5, 1.0]];
        assert_eq!(Difference::of(&before, &close, -100.0), None);
        let broken = [vec![f32::NAN, 0.5, 0.5], vec![0.0, 0.5, 1.0]];
        assert!(
            Difference::of(&before, &broken, -100.0).is_some_and(|found| found.told().contains("no number"))
        );
    }
}
