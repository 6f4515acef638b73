//! Sleep and waking up, as reported by logind:
//! <https://www.freedesktop.org/software/systemd/man/org.freedesktop.login1.html>

use std::thread;
use tracing::debug;
use zbus::blocking::{Connection, Proxy};

/// What audio requires of the system while it runs: nothing on Linux.
pub(crate) struct Activity;

impl Activity {
    pub(crate) fn begin() -> Self {
        Self
    }
}

/// Calls `woke` whenever the computer has woken up, for as long as the process lives. Without logind it is never
/// called.
pub(crate) fn watch_sleep(woke: impl Fn() + Send + Sync + 'static) {
    thread::spawn(move || {
        if let Err(error) = follow(woke) {
            debug!("nobody tells of sleep: {error}");
        }
    });
}

fn follow(woke: impl Fn()) -> zbus::Result<()> {
    let system = Connection::system()?;
    let manager = Proxy::new(
        &system,
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
    )?;
    for signal in manager.receive_signal("PrepareForSleep")? {
        // The signal carries true before a sleep, and false after it.
        let falls_asleep: bool = signal.body().deserialize()?;
        if !falls_asleep {
            woke();
        }
    }
    Ok(())
}
