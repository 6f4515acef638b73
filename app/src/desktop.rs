//! Services of the desktop: opens files and addresses, puts text on the clipboard, and shows notifications.

mod announcer;
mod command;
mod event;
mod notification;

pub(crate) use announcer::{Announcer, Kind};
pub(crate) use command::run;
pub(crate) use event::DesktopEvent;
pub(crate) use notification::{announce, tell};

use crate::{
    outlet::Outlet,
    platform::{self, COPIERS, COPIERS_ENVIRONMENT, OPENER},
};
use command::run_in;
use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// Opens a file or an address with the user's chosen program. A failure is shown in the menu.
pub(crate) fn open(what: OsString, events: &Outlet<DesktopEvent>) {
    aside(events, move || {
        run(&[OPENER.as_ref(), &what], &[])
            .map_err(|error| format!("nothing could be opened: {OPENER} {error}"))
    });
}

/// Shows a file in its folder. A failure is shown in the menu.
pub(crate) fn reveal(path: PathBuf, events: &Outlet<DesktopEvent>) {
    aside(events, move || {
        if !path.exists() {
            return Err(format!("{} isn't there any more", path.display()));
        }
        platform::reveal(&path).map_err(|error| format!("{} can't be shown: {error}", path.display()))
    });
}

/// Puts a text on the clipboard. A failure is shown in the menu.
pub(crate) fn copy(text: String, events: &Outlet<DesktopEvent>) {
    aside(events, move || {
        let mut failures = Vec::new();
        for copier in COPIERS {
            let words: Vec<&OsStr> = copier.iter().map(AsRef::as_ref).collect();
            match run_in(&words, COPIERS_ENVIRONMENT, text.as_bytes()) {
                Ok(()) => return Ok(()),
                Err(error) => failures.push(format!("{} {error}", copier[0])),
            }
        }
        Err(format!("nothing was copied: {}", failures.join(", ")))
    });
}

/// Runs `work` on a separate thread without waiting for it: some openers end only with what they opened.
fn aside(events: &Outlet<DesktopEvent>, work: impl FnOnce() -> Result<(), String> + Send + 'static) {
    let events = events.clone();
    std::thread::spawn(move || {
        if let Err(trouble) = work() {
            events.send(DesktopEvent::Trouble(trouble));
        }
    });
}
