//! Figures that are told at a pace of their own.

use std::time::{Duration, Instant};
use wavecraft_companion_protocol::comparison::{Comparison, ComparisonState};

/// While both builds are compared.
const QUICK: Duration = Duration::from_millis(500);
/// While an older build's child only waits.
const SLOW: Duration = Duration::from_secs(10);

/// The difference, the gain and the costs as they were told last.
#[derive(Default)]
pub(in crate::session) struct SlowFigures {
    figures: Comparison,
    due: Option<Instant>,
}

impl SlowFigures {
    /// Those for a comparison of this build in this state. They are measured again when they are due, or of something
    /// else.
    pub(in crate::session) fn of(
        &mut self,
        (before, state): (Option<u32>, ComparisonState),
        now: Instant,
        measure: impl FnOnce() -> Comparison,
    ) -> Comparison {
        let is_same = (self.figures.before, self.figures.state) == (before, state);
        if !is_same || self.due.is_none_or(|due| due <= now) {
            self.due = Some(now + if state == ComparisonState::On { QUICK } else { SLOW });
            self.figures = Comparison { before, state, ..measure() };
        }
        self.figures.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_measured_twice_a_second_at_most() {
        let (mut slow, start, mut measured) = (SlowFigures::default(), Instant::now(), 0);
        for tick in 0..100 {
            let now = start + Duration::from_millis(20) * tick;
            slow.of((Some(3), ComparisonState::On), now, || {
                measured += 1;
                Comparison::default()
            });
        }
        assert_eq!(measured, 4);
        let shown = slow.of((Some(3), ComparisonState::Kept), start, Comparison::default);
        assert_eq!((shown.before, shown.state), (Some(3), ComparisonState::Kept), "something else");
    }
}
