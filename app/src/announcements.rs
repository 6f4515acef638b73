//! The few things that a person is told wherever they look: as a notification of the desktop's, and not too often.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Of each kind, one in so long. What happens again and again is in the menu.
const PAUSE: Duration = Duration::from_secs(60);

/// What is worth a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A project crashed too often, or can't work.
    Held,
    /// A device is missing.
    DeviceAway,
    /// The system keeps the microphone from the companion.
    MicrophoneDenied,
    /// A project wants the microphone, which somebody has to allow.
    AsksForMicrophone,
}

/// Remembers what was told.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    told: BTreeMap<Kind, Instant>,
}

impl Limiter {
    /// May another of this kind be told? Then it counts as told at `now`.
    pub(crate) fn admits(&mut self, kind: Kind, now: Instant) -> bool {
        let recent = self.told.get(&kind).is_some_and(|told| now.saturating_duration_since(*told) < PAUSE);
        if !recent {
            self.told.insert(kind, now);
        }
        !recent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_kind_one_a_minute() {
        let mut limiter = Limiter::default();
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert!(limiter.admits(Kind::Held, at(0)) && limiter.admits(Kind::DeviceAway, at(1)));
        assert!(!limiter.admits(Kind::Held, at(1)) && !limiter.admits(Kind::Held, at(59)));
        // Those that weren't told don't put the next one off.
        assert!(limiter.admits(Kind::Held, at(60)));
        assert!(!limiter.admits(Kind::DeviceAway, at(60)) && limiter.admits(Kind::DeviceAway, at(61)));
    }
}
