//! Sleep and waking up, as logind tells it: <https://www.freedesktop.org/software/systemd/man/org.freedesktop.login1.html>

use crate::event::{Event, Events};
use std::thread;
use tracing::debug;
use zbus::blocking::{Connection, Proxy};

/// What audio needs of the system while it runs: nothing here.
pub(crate) struct Activity;

impl Activity {
    pub(crate) fn begin() -> Self {
        Self
    }
}

/// Lets the app know whenever the computer woke up, for as long as the process lives. Where there is no logind nobody
/// tells.
pub(crate) fn watch_sleep(events: Events) {
    thread::spawn(move || {
        if let Err(error) = follow(&events) {
            debug!("nobody tells of sleep: {error}");
        }
    });
}

fn follow(events: &Events) -> zbus::Result<()> {
    let system = Connection::system()?;
    let manager = Proxy::new(
        &system,
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
    )?;
    for signal in manager.receive_signal("PrepareForSleep")? {
        // It is told with true before, and with false after.
        let falls_asleep: bool = signal.body().deserialize()?;
        if !falls_asleep && events.send(Event::Woke).is_err() {
            break;
        }
    }
    Ok(())
}
