//! What pages ask of the time, until it is done.

use crate::transport::MOST_TAPS;
use std::time::Instant;
use wavecraft_companion_protocol::transport::ChangeTransport;

/// What pages ask of the time.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct AskedOfTime {
    /// Of each member the newest counts.
    pub change: Option<ChangeTransport>,
    /// When the tempo was tapped, the last ones.
    pub taps: Vec<Instant>,
}

impl AskedOfTime {
    /// Adds a change.
    pub(super) fn change(&mut self, wanted: ChangeTransport) {
        self.change = Some(wanted.after(self.change.unwrap_or_default()));
    }

    /// Adds a tap. More than count don't wait.
    pub(super) fn tap(&mut self, at: Instant) {
        if self.taps.len() == MOST_TAPS {
            self.taps.remove(0);
        }
        self.taps.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn of_a_flood_the_newest_changes_and_the_last_taps_are_kept() {
        let (begin, mut asked) = (Instant::now(), AskedOfTime::default());
        for number in 0..1000_u32 {
            asked.tap(begin + Duration::from_millis(number.into()));
            asked.change(ChangeTransport { loop_bars: Some(number % 64), ..ChangeTransport::default() });
            asked.change(ChangeTransport { playing: Some(number % 2 == 0), ..ChangeTransport::default() });
        }
        let newest =
            ChangeTransport { loop_bars: Some(39), playing: Some(false), ..ChangeTransport::default() };
        assert_eq!((asked.change, asked.taps.len()), (Some(newest), MOST_TAPS));
        assert_eq!(asked.taps.last(), Some(&(begin + Duration::from_millis(999))));
    }
}
