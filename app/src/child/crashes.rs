//! When a crashed child is started again, and when it is put on hold.

use std::time::{Duration, Instant};
use wavecraft_companion_protocol::settings::Patience;

/// What to do after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Start the next child after this pause.
    After(Duration),
    /// Start none until a build or the user asks for it.
    Hold,
}

/// A session's crashes. The caller supplies the time and the limits.
#[derive(Debug, Default)]
pub(crate) struct Crashes {
    /// The crashes within the window that counts for holding.
    times: Vec<Instant>,
    /// The number of crashes in a row, each within that window after the one before: it determines the pause.
    streak: usize,
}

impl Crashes {
    /// A child crashed at `now`. Times must not run backwards.
    pub(crate) fn add(&mut self, now: Instant, patience: &Patience) -> Verdict {
        let window = Duration::from_millis(patience.hold_within_ms);
        self.times.retain(|time| now.duration_since(*time) < window);
        if self.times.is_empty() {
            self.streak = 0;
        }
        self.times.push(now);
        self.streak += 1;
        let holds = usize::try_from(patience.hold_after).unwrap_or(usize::MAX);
        if holds > 0 && self.times.len() >= holds {
            return Verdict::Hold;
        }
        let pauses = &patience.restart_after_ms;
        let pause = pauses.get(self.streak - 1).or(pauses.last()).copied().unwrap_or(0);
        Verdict::After(Duration::from_millis(pause))
    }

    /// Forgets the earlier crashes, for a new build or the user's "Restart".
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pauses after crashes at these seconds, in milliseconds; `None` means on hold.
    fn pauses(seconds: &[u64], patience: &Patience) -> Vec<Option<u128>> {
        let (start, mut crashes) = (Instant::now(), Crashes::default());
        let crash = |second: &u64| match crashes.add(start + Duration::from_secs(*second), patience) {
            Verdict::After(pause) => Some(pause.as_millis()),
            Verdict::Hold => None,
        };
        seconds.iter().map(crash).collect()
    }

    #[test]
    fn the_third_crash_in_half_a_minute_holds() {
        assert_eq!(pauses(&[0, 1, 29], &Patience::default()), [Some(250), Some(500), None]);
        let (now, usual, mut crashes) = (Instant::now(), Patience::default(), Crashes::default());
        crashes.add(now, &usual);
        crashes.add(now, &usual);
        crashes.forget();
        assert_eq!(crashes.add(now, &usual), Verdict::After(Duration::from_millis(250)));
    }

    #[test]
    fn crashes_further_apart_wait_longer_and_longer_and_never_hold() {
        let expected = [250, 500, 1000, 2000, 5000, 5000].map(Some);
        assert_eq!(pauses(&[0, 20, 40, 60, 80, 100], &Patience::default()), expected);
        assert_eq!(pauses(&[0, 20, 60, 100], &Patience::default()), [250, 500, 250, 250].map(Some));
    }

    #[test]
    fn nothing_holds_where_that_is_switched_off() {
        let patience = Patience { hold_after: 0, restart_after_ms: vec![5], ..Patience::default() };
        assert_eq!(pauses(&[0; 100], &patience), [Some(5); 100]);
        let none = Patience { restart_after_ms: vec![], ..patience };
        assert_eq!(pauses(&[0, 0], &none), [Some(0); 2]);
    }
}
