//! The settings, and when their file is written: soon after a change, at most once per period, and never on the app's
//! own loop, which others wait for.

mod store;

use crate::outlet::Outlet;
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use store::Store;
use tracing::warn;
use wavecraft_companion_protocol::settings::{self, RememberedProject};

/// The shortest time between two writes of the file, however much changes.
const PERIOD: Duration = Duration::from_millis(500);

/// The settings' events.
pub(crate) enum SettingsEvent {
    /// The file was written, or couldn't be.
    Written(io::Result<()>),
    /// The file may be written again.
    Due,
}

/// The settings in force, and their file.
#[derive(Debug)]
pub(crate) struct Settings {
    store: Store,
    /// The file is being written, or was a moment ago: an event will follow.
    busy: bool,
    /// Writing failed, and that was reported.
    failed: bool,
    events: Outlet<SettingsEvent>,
}

impl Settings {
    /// Reads the file. The returned sentence says what is wrong with it, see [`Store::load`].
    pub(crate) fn load(path: PathBuf, events: Outlet<SettingsEvent>) -> (Self, Option<String>) {
        let (store, trouble) = Store::load(path);
        (Self { store, busy: false, failed: false, events }, trouble)
    }

    /// The settings in force.
    pub(crate) fn get(&self) -> &settings::Settings {
        self.store.get()
    }

    /// The remembered settings of the project in this folder.
    pub(crate) fn project(&self, folder: &Path) -> Option<&RememberedProject> {
        self.get().projects.get(folder)
    }

    /// Changes what the next start of the project in this folder begins with, unless that start specifies otherwise. In
    /// force at once, and in the file soon.
    pub(crate) fn remember(&mut self, folder: &Path, change: impl FnOnce(&mut RememberedProject)) {
        self.store.change(|settings| change(settings.projects.entry(folder.to_owned()).or_default()));
        self.write_soon();
    }

    /// Changes the settings, and writes the file before it returns.
    ///
    /// # Errors
    /// The change is in force, but the file can't be written.
    pub(crate) fn change_now(&mut self, change: impl FnOnce(&mut settings::Settings)) -> io::Result<()> {
        self.store.change(change);
        self.store.take_unwritten().map_or(Ok(()), |file| file.write())
    }

    pub(crate) fn handle(&mut self, event: SettingsEvent) {
        match event {
            SettingsEvent::Written(result) => {
                if let Err(error) = &result {
                    self.store.not_written();
                    if !self.failed {
                        warn!(
                            "the settings can't be written: {error}. They are in force, and tried again with the next \
                             change"
                        );
                    }
                }
                self.failed = result.is_err();
                self.events.send_later(PERIOD, SettingsEvent::Due);
            }
            SettingsEvent::Due => {
                self.busy = false;
                // After a failure, the next change tries again.
                if !self.failed {
                    self.write_soon();
                }
            }
        }
    }

    /// Writes the changes now, or when the period is over.
    fn write_soon(&mut self) {
        if self.busy {
            return;
        }
        let Some(file) = self.store.take_unwritten() else { return };
        self.busy = true;
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || events.send(SettingsEvent::Written(file.write())));
    }

    /// Called at the end: writes what isn't in the file yet.
    pub(crate) fn flush(&mut self) {
        if let Some(Err(error)) = self.store.take_unwritten().map(|file| file.write()) {
            warn!("the settings can't be written: {error}");
        }
    }
}
