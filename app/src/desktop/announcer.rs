//! What the user is told: a few important things by desktop notifications, though not too often; and the menu's line
//! about trouble.

use super::{event::DesktopEvent, notification::announce};
use crate::outlet::Outlet;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tracing::warn;

/// The shortest time between two notifications of one kind. Repeated events are in the menu.
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
    /// A project wants the microphone, which the user has to allow.
    AsksForMicrophone,
}

/// How long a device must be missing until that is announced: after a sleep, or while a sound server restarts, all are
/// missing briefly.
const PATIENCE: Duration = Duration::from_secs(3);

/// Announces things to the user. Does nothing without a menu: then the user is looking at a terminal.
#[derive(Debug)]
pub(crate) struct Announcer {
    has_menu: bool,
    limiter: Limiter,
    /// The last notice about the devices in use.
    device_notice: Option<String>,
    /// What the last click couldn't do, or what went wrong at the start.
    trouble: Option<String>,
    events: Outlet<DesktopEvent>,
}

impl Announcer {
    /// An announcer that shows `trouble` from the start.
    pub(crate) fn new(has_menu: bool, trouble: Option<String>, events: Outlet<DesktopEvent>) -> Self {
        Self { has_menu, limiter: Limiter::default(), device_notice: None, trouble, events }
    }

    /// Shows a notification, unless one of its kind was shown a moment ago.
    pub(crate) fn announce(&mut self, kind: Kind, title: String, text: String) {
        if self.has_menu && self.limiter.admits(kind, Instant::now()) {
            announce(title, text);
        }
    }

    /// Updates the notice about the devices in use. A new one is announced if it lasts.
    pub(crate) fn note_devices(&mut self, notice: Option<&str>) {
        if self.has_menu && self.device_notice.as_deref() != notice {
            self.device_notice = notice.map(str::to_owned);
            if let Some(notice) = self.device_notice.clone() {
                self.events.send_later(PATIENCE, DesktopEvent::DeviceStillAway(notice));
            }
        }
    }

    /// A notice was new a moment ago; `present` is the present one.
    pub(crate) fn device_still_away(&mut self, notice: String, present: Option<&str>) {
        if present == Some(notice.as_str()) {
            self.announce(Kind::DeviceAway, "An audio device is missing".into(), notice);
        }
    }

    /// Shows in the menu what couldn't be done.
    pub(crate) fn show_trouble(&mut self, trouble: String) {
        warn!("menu: {trouble}");
        self.trouble = Some(trouble);
    }

    /// Clears the trouble, because the user asked for something else.
    pub(crate) fn forget_trouble(&mut self) {
        self.trouble = None;
    }

    /// What couldn't be done.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// The outlet for the desktop's troubles.
    pub(crate) fn events(&self) -> &Outlet<DesktopEvent> {
        &self.events
    }
}

/// Remembers when each kind was last announced.
#[derive(Debug, Default)]
struct Limiter {
    told: BTreeMap<Kind, Instant>,
}

impl Limiter {
    /// May another of this kind be announced? If so, it counts as announced at `now`.
    fn admits(&mut self, kind: Kind, now: Instant) -> bool {
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
        // Notifications that weren't shown don't delay the next one.
        assert!(limiter.admits(Kind::Held, at(60)));
        assert!(!limiter.admits(Kind::DeviceAway, at(60)) && limiter.admits(Kind::DeviceAway, at(61)));
    }
}
