//! Which of a session's builds is heard, and when an older one's child ends by itself.
//!
//! It is a plain value: it starts and ends nothing itself, and takes the time as an argument.

mod levels;
mod loudness;
mod slow;

pub(super) use slow::SlowFigures;

use crate::units::db_to_linear;
use levels::Levels;
use loudness::LoudnessMatch;
use std::time::{Duration, Instant};
use wavecraft_audio_core::{self as core, Comparing, MAX_ALIGNMENT_FRAMES};
use wavecraft_companion_protocol::comparison::{Hear, LiveDifference};

/// What is compared, and how it is heard.
pub(super) struct Comparison {
    on: bool,
    hear: Hear,
    matched: bool,
    /// What to hear once the child that is being started answers.
    pending: Option<Hear>,
    /// Counts how often both were made alike.
    round: u32,
    /// Since when the older build isn't heard.
    idle_since: Instant,
    /// The latencies that the newest and the older build report, in frames.
    latencies: [u32; 2],
    levels: Levels,
    loudness: LoudnessMatch,
    /// What the engine was told last.
    told: Option<Comparing>,
    trouble: Option<String>,
}

impl Comparison {
    /// Nothing is compared.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            on: false,
            hear: Hear::After,
            matched: false,
            pending: None,
            round: 0,
            idle_since: now,
            latencies: [0; 2],
            levels: Levels::default(),
            loudness: LoudnessMatch::default(),
            told: None,
            trouble: None,
        }
    }

    /// Is an older build compared, or being started for that?
    pub(super) fn is_on(&self) -> bool {
        self.on || self.pending.is_some()
    }

    /// Are both compared?
    pub(super) fn compares(&self) -> bool {
        self.on
    }

    /// What is heard, apart from a blind test.
    pub(super) fn heard(&self) -> Hear {
        if self.on { self.hear } else { Hear::After }
    }

    /// What is to be heard once the child that is being started answers.
    pub(super) fn pending(&self) -> Option<Hear> {
        self.pending
    }

    pub(super) fn is_matched(&self) -> bool {
        self.matched
    }

    /// The gain of the older build, in dB, if it is made as loud as the newest and both were measured.
    pub(super) fn match_db(&self) -> Option<f32> {
        self.loudness.gain_db().filter(|_| self.on && self.matched)
    }

    /// What both differ by.
    pub(super) fn difference(&self) -> Option<LiveDifference> {
        self.levels.difference().filter(|_| self.on)
    }

    /// Both latencies, if they differ.
    pub(super) fn latencies(&self) -> Option<[u32; 2]> {
        Some(self.latencies).filter(|[after, before]| self.on && after != before)
    }

    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    pub(super) fn set_trouble(&mut self, trouble: Option<String>) {
        self.trouble = trouble;
    }

    /// Makes the older build as loud as the newest, or leaves it as it is.
    pub(super) fn set_matched(&mut self, matched: bool) {
        self.matched = matched;
    }

    /// Hears this as soon as the older build's child answers.
    pub(super) fn await_child(&mut self, hear: Hear) {
        self.pending = Some(hear);
    }

    /// Hears one of both, of builds with these latencies. Both are made alike before the first.
    pub(super) fn hear(&mut self, hear: Hear, latencies: [u32; 2], now: Instant) {
        self.pending = None;
        if !self.on {
            (self.on, self.latencies) = (true, latencies);
            self.anew();
        }
        if hear == Hear::After && self.hear != hear {
            self.idle_since = now;
        }
        self.hear = hear;
    }

    /// A newer build is heard, or a fresh child of it, with this latency.
    pub(super) fn newer(&mut self, latency_frames: u32, now: Instant) {
        self.latencies[0] = latency_frames;
        if self.on {
            self.anew();
        } else {
            self.idle_since = now;
            self.trouble = None;
        }
    }

    /// Compares nothing any more.
    pub(super) fn end(&mut self, now: Instant) {
        (self.on, self.hear, self.pending, self.told, self.idle_since) =
            (false, Hear::After, None, None, now);
    }

    /// When the older build's child ends by itself: this long after it was heard last.
    pub(super) fn ends_at(&self, keep: Duration, tests: bool) -> Option<Instant> {
        let heard = self.on && self.hear != Hear::After;
        // A person may have written more seconds than there is time.
        self.idle_since.checked_add(keep).filter(|_| !heard && !tests && self.pending.is_none())
    }

    /// A blind test was heard until now.
    pub(super) fn tested(&mut self, now: Instant) {
        self.idle_since = now;
    }

    /// Takes samples of both, at this rate in Hz.
    pub(super) fn measure(&mut self, pairs: &[[f32; 4]], rate: u32) {
        self.levels.add(pairs, self.gain(), rate);
        self.loudness.add(pairs, rate);
    }

    /// What the engine is to be told, if that changed. `blind`: what a blind test plays.
    pub(super) fn news(&mut self, blind: Option<Hear>) -> Option<Comparing> {
        if !self.on {
            return None;
        }
        let hear = match blind.unwrap_or(self.hear) {
            Hear::After => core::Hear::After,
            Hear::Before => core::Hear::Before,
            Hear::Difference => core::Hear::Difference,
        };
        let now = Comparing { round: self.round, hear, gain: self.gain(), delay_frames: self.delays() };
        (self.told.replace(now) != Some(now)).then_some(now)
    }

    fn anew(&mut self) {
        self.round = self.round.wrapping_add(1);
        self.levels.clear();
        self.loudness.clear();
        let [after, before] = self.latencies;
        self.trouble = (after.abs_diff(before) > MAX_ALIGNMENT_FRAMES).then(|| {
            format!(
                "The builds report latencies of {after} and {before} frames. More than {MAX_ALIGNMENT_FRAMES} between them \
                 can't be aligned, so the difference says nothing; before and after are heard as they are."
            )
        });
    }

    fn delays(&self) -> [u32; 2] {
        let [after, before] = self.latencies;
        let delays = [before.saturating_sub(after), after.saturating_sub(before)];
        if delays.iter().all(|frames| *frames <= MAX_ALIGNMENT_FRAMES) { delays } else { [0; 2] }
    }

    fn gain(&self) -> f32 {
        self.match_db().map_or(1.0, db_to_linear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Duration = Duration::from_secs(300);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn the_older_child_ends_five_minutes_after_it_was_heard() {
        let start = Instant::now();
        let mut comparison = Comparison::new(start);
        comparison.newer(0, start + seconds(10));
        assert_eq!(comparison.ends_at(KEEP, false), Some(start + seconds(310)), "of the swap");
        comparison.hear(Hear::Before, [0; 2], start + seconds(20));
        assert_eq!(comparison.ends_at(KEEP, false), None, "as long as it is heard");
        comparison.newer(0, start + seconds(30));
        assert_eq!(comparison.ends_at(KEEP, false), None, "whatever is built meanwhile");
        comparison.hear(Hear::After, [0; 2], start + seconds(40));
        comparison.hear(Hear::After, [0; 2], start + seconds(50));
        assert_eq!(comparison.ends_at(KEEP, false), Some(start + seconds(340)), "once it isn't any more");
        assert_eq!(comparison.ends_at(KEEP, true), None, "a blind test is heard");
        assert_eq!(comparison.ends_at(Duration::from_secs(u64::MAX), false), None, "for ever");
        comparison.end(start + seconds(60));
        comparison.await_child(Hear::Before);
        assert_eq!(comparison.ends_at(KEEP, false), None, "it is being started");
    }

    #[test]
    fn the_engine_is_told_each_change_once() {
        let now = Instant::now();
        let mut comparison = Comparison::new(now);
        assert_eq!(comparison.news(None), None, "nothing is compared");
        comparison.hear(Hear::Before, [100, 30], now);
        let told = comparison.news(None).unwrap();
        let expected = Comparing { round: 1, hear: core::Hear::Before, gain: 1.0, delay_frames: [0, 70] };
        assert_eq!(told, expected);
        assert_eq!(comparison.news(None), None);
        comparison.hear(Hear::Difference, [0; 2], now);
        assert_eq!(comparison.news(None), Some(Comparing { hear: core::Hear::Difference, ..expected }));
        assert_eq!(
            comparison.news(Some(Hear::After)),
            Some(Comparing { hear: core::Hear::After, ..expected })
        );
        assert_eq!(comparison.latencies(), Some([100, 30]));
        comparison.newer(30, now);
        assert_eq!(
            comparison.news(None),
            Some(Comparing { round: 2, hear: core::Hear::Difference, gain: 1.0, delay_frames: [0; 2] }),
            "both are made alike again"
        );
        comparison.end(now);
        assert_eq!((comparison.news(None), comparison.heard()), (None, Hear::After));
    }

    #[test]
    fn what_can_not_be_aligned_is_said() {
        let mut comparison = Comparison::new(Instant::now());
        comparison.hear(Hear::Difference, [0, MAX_ALIGNMENT_FRAMES + 1], Instant::now());
        assert!(comparison.trouble().is_some_and(|trouble| trouble.contains("can't be aligned")));
        assert_eq!(comparison.news(None).unwrap().delay_frames, [0; 2]);
        comparison.hear(Hear::Before, [0; 2], Instant::now());
        comparison.newer(1, Instant::now());
        assert_eq!(comparison.trouble(), None);
    }

    #[test]
    fn one_gain_for_the_older_build_only_if_it_is_asked_for() {
        let now = Instant::now();
        let mut comparison = Comparison::new(now);
        comparison.hear(Hear::Before, [0; 2], now);
        let quarter = |frame: u32| if frame % 48 < 24 { 0.25 } else { -0.25 };
        let pairs: Vec<[f32; 4]> = (0..96_000)
            .map(|frame| [quarter(frame), quarter(frame), quarter(frame) * 2.0, quarter(frame) * 2.0])
            .collect();
        comparison.measure(&pairs, 48_000);
        assert_eq!((comparison.match_db(), comparison.news(None).unwrap().gain), (None, 1.0));
        comparison.set_matched(true);
        let gain_db = comparison.match_db().unwrap();
        assert!((gain_db + 6.0).abs() < 0.11, "{gain_db}");
        assert!((comparison.news(None).unwrap().gain - 0.5).abs() < 0.01);
    }
}
