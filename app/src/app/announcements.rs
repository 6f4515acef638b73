//! What a person is told by the desktop, wherever they look.

use super::{App, AudioSide};
pub(super) use crate::announcements::Kind;
use crate::{desktop, event::Event};
use std::time::{Duration, Instant};

/// A device that is missing for less is no news: after a sleep, or while a sound server starts anew, all are.
const PATIENCE: Duration = Duration::from_secs(3);

impl App {
    /// Shows a notification, unless one of its kind was shown just now. Nothing without a menu: then whoever looks
    /// looks at a terminal.
    pub(super) fn announce(&mut self, kind: Kind, title: &str, text: &str) {
        if let Some(side) = &mut self.menu
            && side.limiter.admits(kind, Instant::now())
        {
            desktop::announce(title.into(), text.into());
        }
    }

    /// A project is held, which a person may not see for long.
    pub(super) fn announce_held(&mut self, id: &str, reason: Option<&str>) {
        let Some(session) = self.sessions.get(id) else { return };
        let title = format!("{} is held", session.attach.name);
        self.announce(Kind::Held, &title, reason.unwrap_or("Its terminal tells more."));
    }

    /// The notice on the devices in use is another than before. Announced if it lasts.
    pub(super) fn note_devices(&mut self) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let Some(side) = &mut self.menu else { return };
        if side.device_notice != opened.notice {
            side.device_notice.clone_from(&opened.notice);
            if let Some(notice) = opened.notice.clone() {
                self.send_later(PATIENCE, Event::DeviceStillAway(notice));
            }
        }
    }

    pub(super) fn device_still_away(&mut self, notice: &str) {
        if matches!(&self.audio, AudioSide::Open(opened) if opened.notice.as_deref() == Some(notice)) {
            self.announce(Kind::DeviceAway, "An audio device is missing", notice);
        }
    }
}
