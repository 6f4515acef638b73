//! Two builds, recordings or documents, compared whole.

use crate::{
    compare::{Alignment, Comparison, Null, Settings, Take},
    loudness::Loudness,
    programme::Part,
    survey::Document,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};

/// By how much deeper a null must be for a simple reason of the difference to be told, in dB.
const DEEPER_DB: f64 = 20.0;

/// What is known of two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// Rate of what was heard or measured, in Hz.
    pub rate_hz: u32,
    /// Channels of it.
    pub channels: usize,
    /// Frames that were played.
    pub frames: usize,
    /// What was played: none if that was a sound of the caller's.
    pub parts: Vec<Part>,
    /// What both answered; none if one of the two is a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// The figures of the first; none if it is a recording, or a document that the caller has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Document>,
    /// The same of the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Document>,
}

/// Two answers to one input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heard {
    /// How they differ.
    pub comparison: Comparison,
    /// The gain that takes most of the difference away, if one does: by 20 dB or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_level: Option<OtherLevel>,
    /// The delay that takes most of the difference away, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_time: Option<OtherTime>,
    /// Loudness of the first.
    pub loudness_before: Measured<Loudness>,
    /// Loudness of the second.
    pub loudness_after: Measured<Loudness>,
}

/// The second is the first at another level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherLevel {
    /// How much louder the second is, in dB.
    pub louder_db: f64,
    /// What is left at the same level.
    pub null: Null,
}

/// The second is the first at another time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherTime {
    /// How many frames later the second is, beside what the latencies say; negative if earlier.
    pub later_frames: i64,
    /// What is left at the same time.
    pub null: Null,
}

impl Heard {
    /// Compares two answers. `runs` are two answers of one build to the same, for what they differ by.
    ///
    /// # Errors
    /// Those of [`Comparison::of`].
    pub fn of(
        before: &Take<'_>,
        after: &Take<'_>,
        runs: Option<[&Take<'_>; 2]>,
        alignment: Alignment,
    ) -> Result<Self, Unmeasured> {
        let plain = Settings { alignment, match_level: false };
        let mut comparison = Comparison::of(before, after, plain)?;
        if let Some([one, other]) = runs {
            comparison = comparison.with_floor(&Comparison::of(one, other, plain)?);
        }
        let (mut other_level, mut other_time) = (None, None);
        if comparison.first_difference.is_some() {
            // What can't be aligned or matched has no such simple reason.
            let deeper = |settings| {
                let other = Comparison::of(before, after, settings).ok()?;
                (rms(&other.null)? <= rms(&comparison.null)? - DEEPER_DB).then_some(other)
            };
            other_level = deeper(Settings { match_level: true, ..plain })
                .map(|other| OtherLevel { louder_db: -other.gain_db, null: other.null });
            other_time = deeper(Settings { alignment: Alignment::Found, ..plain }).map(|other| OtherTime {
                later_frames: other.delay_frames - comparison.delay_frames,
                null: other.null,
            });
        }
        let loudness = |take: &Take<'_>| Loudness::of(take.channels, take.rate_hz).into();
        Ok(Self {
            comparison,
            other_level,
            other_time,
            loudness_before: loudness(before),
            loudness_after: loudness(after),
        })
    }

    /// Whether both are the same: no sample differs, or, without a tolerance, by no more than two runs of one build; with one,
    /// whether no sample differs by more than so many dB relative to the largest, and they are equally long.
    #[must_use]
    pub fn is_same(&self, tolerance_db: Option<f64>) -> bool {
        match tolerance_db {
            Some(tolerance_db) => self.comparison.within(tolerance_db) && self.comparison.longer_frames == 0,
            None => self.comparison.is_identical() || self.comparison.above_floor == Some(false),
        }
    }
}

/// −∞ for the same.
fn rms(null: &Null) -> Option<f64> {
    null.rms_db.value().map(|level| level.db())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{noise, number::sample};

    fn heard(before: &[f32], after: &[f32], again: Option<&[f32]>) -> Heard {
        let take = |samples| Take { rate_hz: 48_000, channels: samples, latency_frames: Some(0) };
        let (before, after) = ([before], [after]);
        let again = again.map(|again| [again]);
        let again = again.as_ref().map(|again| take(&again[..]));
        let (before, after) = (take(&before), take(&after));
        let runs = again.as_ref().map(|again| [&after, again]);
        Heard::of(&before, &after, runs, Alignment::ByLatency).expect("both are sound")
    }

    #[test]
    fn what_is_the_same_is_so_and_a_change_is_not() {
        let noise = noise::white(48_000, -20.0, 1).expect("a level");
        let same = heard(&noise, &noise, Some(&noise));
        assert!(same.is_same(None) && same.is_same(Some(-120.0)));
        assert_eq!((same.other_level, same.other_time), (None, None));
        let mut click = noise.clone();
        click[777] += 0.001;
        let other = heard(&noise, &click, Some(&click));
        assert!(!other.is_same(None) && !other.is_same(Some(-80.0)) && other.is_same(Some(-30.0)));
        assert_eq!((other.other_level, other.other_time), (None, None));
        let longer = heard(&noise, &[&noise[..], &[0.0]].concat(), None);
        assert!(!longer.is_same(None) && !longer.is_same(Some(-30.0)));
    }

    #[test]
    fn a_gain_and_a_delay_are_told_as_such() {
        let noise = noise::white(96_000, -20.0, 1).expect("a level");
        let softer: Vec<f32> = noise.iter().map(|x| sample(f64::from(*x) * 0.501_187_233_627_272)).collect();
        let level = heard(&noise, &softer, None).other_level.expect("a gain");
        assert!((level.louder_db + 6.0).abs() < 1e-4, "{}", level.louder_db);
        assert!(rms(&level.null).expect("a null") < -120.0);
        let later = [&[0.0; 33][..], &noise].concat();
        let time = heard(&noise, &later, None).other_time.expect("a delay");
        assert_eq!(time.later_frames, 33);
        assert_eq!(rms(&time.null), Some(f64::NEG_INFINITY));
    }

    #[test]
    fn what_runs_of_one_build_differ_by_is_no_difference_of_builds() {
        let [tone, one, other, third] =
            [9, 1, 2, 3].map(|seed| noise::white(48_000, -20.0, seed).expect("a level"));
        let with =
            |noise: &[f32]| -> Vec<f32> { tone.iter().zip(noise).map(|(x, y)| x + 0.01 * y).collect() };
        let [one, other, third] = [one, other, third].map(|noise| with(&noise));
        let same = heard(&one, &other, Some(&third));
        assert!(same.is_same(None) && !same.is_same(Some(-80.0)));
        let softer: Vec<f32> = other.iter().map(|x| 0.5 * x).collect();
        assert!(
            !heard(&one, &softer, Some(&third.iter().map(|x| 0.5 * x).collect::<Vec<_>>())).is_same(None)
        );
    }
}
