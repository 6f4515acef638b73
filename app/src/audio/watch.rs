//! What is known about the devices, and what is being done about them.

use crate::control::Owed;
use std::time::{Duration, Instant, SystemTime};
use wavecraft_audio_core::{DeviceList, Listener, StreamRequest};
use wavecraft_companion_protocol::control::SelectDevices;

/// How often the devices are listed while a project is attached and the system doesn't report changes.
pub(super) const LIST_PERIOD: Duration = Duration::from_secs(1);
/// The first pause before looking for another output after one was lost; it doubles each time, up to [`LIST_PERIOD`].
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A device that makes no callback for this long is gone, whatever it reports.
const STANDSTILL: Duration = Duration::from_secs(1);
/// The same at its start, since some devices have to be woken first.
const STANDSTILL_AT_START: Duration = Duration::from_secs(3);
/// Longer than any callback takes.
const SILENCE: Duration = Duration::from_millis(100);
/// The wall clock goes on while the system sleeps, and ours doesn't. If they differ by this much, it slept.
const SLEPT: Duration = Duration::from_secs(2);

/// What is known about the devices, and what is being done about them.
#[derive(Default)]
pub(crate) struct Watch {
    /// The devices as they were last listed.
    pub(super) seen: DeviceList,
    /// A listing is under way.
    pub(super) listing: bool,
    /// When the next listing is due.
    pub(super) due: Option<Instant>,
    /// Notified of changes of the list, if the system reports them.
    pub(super) listener: Option<Listener>,
    /// The pause before the next try to find an output.
    pub(super) pause: Duration,
    /// An output is being set up.
    pub(super) opening: bool,
    /// What couldn't be opened; not tried again while the list stays the same.
    pub(super) refused: Option<(StreamRequest, DeviceList)>,
    /// The last count of callbacks, and when it changed.
    callbacks: Option<(u64, Instant)>,
    /// The output has made a callback since it is in use.
    called: bool,
    /// Both clocks, as last read.
    clocks: Option<(Instant, SystemTime)>,
    /// The output must be reopened, whatever was chosen: it doesn't play as it should, or may have stopped.
    pub(super) stale: bool,
    /// The calls that wait for the devices they chose, with the list they chose from.
    pub(super) selecting: Vec<(Owed<SelectDevices>, DeviceList)>,
}

impl Watch {
    /// Another output is in use.
    pub(crate) fn begin(&mut self) {
        (self.callbacks, self.called, self.refused) = (None, false, None);
        (self.clocks, self.stale) = (None, false);
        self.pause = FIRST_PAUSE;
        self.due = Some(Instant::now() + LIST_PERIOD);
    }

    /// Whether a listing is due. If the system reports changes, a list is due after a change, and periodically only
    /// while another output is looked for.
    pub(super) fn is_due(&self, now: Instant, is_told: bool, looks_for_another: bool) -> bool {
        match self.due {
            Some(due) => now >= due && (looks_for_another || !is_told),
            None => true,
        }
    }

    /// The output makes no callbacks at the moment, so a child's heartbeat says nothing.
    pub(crate) fn is_silent(&self, now: Instant) -> bool {
        self.callbacks.is_some_and(|(_, since)| now.duration_since(since) > SILENCE)
    }

    /// Has the system slept since the last look?
    pub(super) fn has_slept(&mut self, now: Instant, wall: SystemTime) -> bool {
        self.clocks.replace((now, wall)).is_some_and(|(then, wall_then)| {
            let passed = wall.duration_since(wall_then).unwrap_or_default();
            passed.saturating_sub(now.duration_since(then)) >= SLEPT
        })
    }

    /// Has the output stood still for too long?
    pub(super) fn stands_still(&mut self, callbacks: u64, now: Instant) -> bool {
        let (counted, since) = *self.callbacks.get_or_insert((callbacks, now));
        if counted != callbacks {
            self.callbacks = Some((callbacks, now));
            self.called = true;
            return false;
        }
        now.duration_since(since) >= if self.called { STANDSTILL } else { STANDSTILL_AT_START }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_what_only_the_wall_clock_has_seen() {
        let mut watch = Watch::default();
        let (begin, wall) = (Instant::now(), SystemTime::now());
        let mut poll = |ms, wall_ms| {
            watch.has_slept(begin + Duration::from_millis(ms), wall + Duration::from_millis(wall_ms))
        };
        assert!(!poll(0, 0) && !poll(50, 50), "awake");
        assert!(!poll(9_000, 9_000), "held up");
        assert!(poll(9_050, 69_000), "asleep for a minute");
        assert!(!poll(9_100, 69_050) && !poll(9_150, 0), "set back");
    }

    #[test]
    fn a_device_that_stops_calling_is_seen_and_a_slow_start_is_borne() {
        let mut watch = Watch::default();
        let begin = Instant::now();
        let at = |ms| begin + Duration::from_millis(ms);
        assert!(!watch.stands_still(7, at(0)) && !watch.stands_still(7, at(2_900)));
        assert!(!watch.stands_still(8, at(2_950)));
        assert!(!watch.stands_still(8, at(3_900)) && watch.stands_still(8, at(3_950)));
        watch.begin();
        assert!(!watch.stands_still(8, at(4_000)) && !watch.stands_still(8, at(6_900)));
        assert!(watch.stands_still(8, at(7_000)));
    }

    #[test]
    fn a_list_that_is_told_of_isnt_asked_for_again_and_again() {
        let mut watch = Watch::default();
        let now = Instant::now();
        assert!(watch.is_due(now, true, false) && watch.is_due(now, false, false), "once");
        watch.due = Some(now + LIST_PERIOD);
        assert!(!watch.is_due(now, true, true) && !watch.is_due(now, false, false), "not yet");
        let later = now + LIST_PERIOD;
        assert!(!watch.is_due(later, true, false), "it would have been told");
        assert!(watch.is_due(later, false, false) && watch.is_due(later, true, true));
    }
}
