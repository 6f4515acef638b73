//! Limits how often the menu's icon changes.

use std::time::{Duration, Instant};

/// macOS loses icons that change more often than this.
const PERIOD: Duration = Duration::from_secs(1);

/// Lets the icon change once per [`PERIOD`].
pub(super) struct IconThrottle {
    changed: Instant,
    /// A further check is already scheduled for when it may change.
    pub waits: bool,
}

impl IconThrottle {
    /// The throttle of a new icon.
    pub(super) fn new(now: Instant) -> Self {
        Self { changed: now, waits: false }
    }

    /// May the icon change now? If so, the caller must change it.
    ///
    /// # Errors
    /// Not yet: the caller must check again after this time. None if a check is already scheduled.
    pub(super) fn may_change(&mut self, now: Instant) -> Result<(), Option<Duration>> {
        let left = (self.changed + PERIOD).saturating_duration_since(now);
        if left.is_zero() {
            self.changed = now;
            return Ok(());
        }
        Err((!std::mem::replace(&mut self.waits, true)).then_some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_changes_once_a_second_at_most_and_somebody_looks_again() {
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut throttle = IconThrottle::new(begin);
        assert_eq!(throttle.may_change(at(400)), Err(Some(Duration::from_millis(600))));
        assert_eq!(throttle.may_change(at(500)), Err(None), "somebody looks again already");
        throttle.waits = false;
        assert_eq!(throttle.may_change(at(1_000)), Ok(()));
        assert_eq!(throttle.may_change(at(1_999)), Err(Some(Duration::from_millis(1))));
        let changes = (2_000..12_000).filter(|ms| throttle.may_change(at(*ms)).is_ok()).count();
        assert_eq!(changes, 10);
    }
}
