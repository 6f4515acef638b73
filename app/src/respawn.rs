//! When a crashed child is started again, and when it is held.

use std::time::{Duration, Instant};

/// The pauses after the first and the second crash. One more within [`HOLD_WINDOW`] holds the child, so that longer
/// pauses have no place.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(500)];

/// Crashes longer ago than this don't count.
const HOLD_WINDOW: Duration = Duration::from_secs(30);

/// What to do after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Start the next child after this pause.
    After(Duration),
    /// Start none until a build or a person says so.
    Hold,
}

/// A session's crashes. The clock is the caller's.
#[derive(Debug, Default)]
pub(crate) struct Crashes {
    times: Vec<Instant>,
}

impl Crashes {
    /// A child crashed at `now`. Times must not run backwards.
    pub(crate) fn add(&mut self, now: Instant) -> Verdict {
        self.times.retain(|time| now.duration_since(*time) < HOLD_WINDOW);
        self.times.push(now);
        PAUSES.get(self.times.len() - 1).map_or(Verdict::Hold, |pause| Verdict::After(*pause))
    }

    /// A new build, or a person's "Restart": what was before doesn't count.
    pub(crate) fn forget(&mut self) {
        self.times.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_crash_in_half_a_minute_holds() {
        let start = Instant::now();
        let mut crashes = Crashes::default();
        assert_eq!(crashes.add(start), Verdict::After(PAUSES[0]));
        assert_eq!(crashes.add(start + Duration::from_secs(1)), Verdict::After(PAUSES[1]));
        assert_eq!(crashes.add(start + Duration::from_secs(29)), Verdict::Hold);
        crashes.forget();
        assert_eq!(crashes.add(start + Duration::from_secs(29)), Verdict::After(PAUSES[0]));
    }

    #[test]
    fn crashes_far_apart_never_hold() {
        let start = Instant::now();
        let mut crashes = Crashes::default();
        for crash in 0..20 {
            assert_ne!(crashes.add(start + HOLD_WINDOW / 2 * crash), Verdict::Hold, "{crash}");
        }
    }
}
